import { container, cronJob, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Call, Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './port-of-another.ts'

const rabbit = [
  port({ name: 'amqp', port: 5672, targetPort: 'amqp' }),
  port({ name: 'http', port: 15_672, targetPort: 'management' }),
]
const call = (speaks: NonNullable<Call['speaks']>, to: number): Call => ({
  by: 'URL',
  host: 'rabbitmq',
  port: to,
  isUrl: true,
  speaks,
})
const given = (told: Call, ports: readonly ServicePort[] = rabbit, behind: readonly Pod[] = []) => ({
  pods: [pod('web-1', { containers: [container({ calls: [told] })] }), ...behind],
  services: [service('rabbitmq', { ports })],
})
const web = { subject: 'Deployment/shop/web', severity: 'warning', confidence: 'possible' } as const
const amqp = (to: number) => call('amqp', to)
const twoOf = (names: readonly (readonly [string | null, number])[]) =>
  names.map(([name, number]) => port({ name, port: number, targetPort: number }))

describeCheck(check, [
  {
    it: 'AMQP to the management page',
    given: given(amqp(15_672)),
    expect: [
      {
        ...web,
        says: 'speak AMQP to port 15672 of Service shop/rabbitmq, which is called `http`; its port for AMQP is 5672',
      },
    ],
  },
  {
    it: 'NATS to its monitoring',
    given: given(
      call('nats', 8222),
      twoOf([
        ['client', 4222],
        ['monitor', 8222],
      ]),
    ),
    expect: [{ ...web, args: { fit: 4222 } }],
  },
  {
    it: 'gRPC to the port for HTTP beside it',
    given: given(
      call('grpc', 80),
      twoOf([
        ['http', 80],
        ['grpc', 9090],
      ]),
    ),
    expect: [{ ...web, args: { fit: 9090 } }],
  },
  {
    it: 'Redis to the exporter that only the pod names',
    given: given(
      call('redis', 9121),
      twoOf([
        ['a', 6379],
        ['b', 9121],
      ]),
      [pod('rabbitmq-1', { containers: [container({ ports: [{ name: 'metrics', port: 9121, protocol: 'TCP' }] })] })],
    ),
    expect: [{ ...web, args: { fit: 6379, isCalled: 'metrics' } }],
  },
  {
    it: 'the next pod of what is suspended',
    given: {
      ...given(amqp(15_672)),
      pods: [],
      workloads: [cronJob('report', 'suspended', container({ calls: [amqp(15_672)] }))],
    },
    expect: [{ subject: 'CronJob/shop/report', severity: 'info' }],
  },
  { it: 'each its own', given: given(amqp(5672)), expect: 'ok' },
  {
    it: 'gRPC and HTTP on one port',
    given: given(
      call('grpc', 80),
      twoOf([
        ['http-grpc', 80],
        ['grpc', 9090],
      ]),
    ),
    expect: 'ok',
  },
  { it: 'gRPC to http where nothing else is', given: given(call('grpc', 80), twoOf([['http', 80]])), expect: 'ok' },
  {
    it: 'a name that tells nothing',
    given: given(
      amqp(7000),
      twoOf([
        ['main', 7000],
        ['amqp', 5672],
      ]),
    ),
    expect: 'ok',
  },
  {
    it: 'another number that leads to the same',
    given: given(amqp(80), [port({ name: 'http', targetPort: 5672 }), ...rabbit]),
    expect: 'ok',
  },
  { it: 'no scheme', given: given({ by: 'H', host: 'rabbitmq', port: 15_672 }), expect: 'not-applicable' },
])
