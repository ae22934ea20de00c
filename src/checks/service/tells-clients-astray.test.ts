import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AdvertisedCall, Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './tells-clients-astray.ts'

const by = 'KAFKA_ADVERTISED_LISTENERS'
const broker = (call: Partial<AdvertisedCall> | null, about: Partial<Pod> = {}): Pod =>
  pod('kafka-0', {
    owner: { kind: 'StatefulSet', name: 'kafka' },
    hostname: 'kafka-0',
    subdomain: 'kafka-headless',
    containers: [
      container(call === null ? {} : { advertises: [{ by, host: 'kafka-headless.shop.svc', port: 9092, ...call }] }),
    ],
    ...about,
  })
const ports = [port({ name: 'client', port: 9092, targetPort: 9092 })]
const services = [
  service('kafka', { ports }),
  service('kafka-headless', { ports, clusterIP: 'None', selector: { app: 'kafka' } }),
]
const namespaces = ['shop', 'default'].map((name) => ({ name, labels: {} }))
const given = (call: Partial<AdvertisedCall> | null, about: Partial<Pod> = {}) => ({
  pods: [broker(call, about)],
  services,
  namespaces,
})
const astray = { subject: 'StatefulSet/shop/kafka', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'a Service of another namespace, where there is none of that name',
    given: given({ host: 'kafka-headless.default.svc.cluster.local', own: true }),
    expect: [
      {
        ...astray,
        confidence: 'inferred',
        says:
          'tells its clients to call POD.kafka-headless.default.svc.cluster.local:9092, ' +
          'and there is no such Service',
      },
    ],
  },
  {
    it: 'a port that the Service does not offer',
    given: given({ host: 'kafka.shop.svc', port: 9094 }),
    expect: [{ ...astray, args: { is: 'no-port' } }],
  },
  {
    it: 'its own name below a Service that does not name it',
    given: given({ host: 'kafka.shop.svc', own: true }),
    expect: [{ ...astray, args: { is: 'no-pod-name', near: 'kafka-headless.shop' } }],
  },
  {
    it: 'by a file that it mounts, which it may not read',
    given: given({ host: 'kafka.default.svc', map: 'kafka', key: 'server.properties', line: 3 }),
    expect: [{ ...astray, confidence: 'possible', says: 'tells its clients to call kafka.default.svc:9092' }],
  },
  {
    it: 'asked for',
    given: modelOf(
      given({ host: 'kafka.default.svc' }),
      {},
      { target: { kind: 'object', object: subject('StatefulSet', 'shop', 'kafka'), url: null } },
    ),
    expect: [{ ...astray, severity: 'error' }],
  },
  { it: 'its own name below its own Service', given: given({ own: true }), expect: 'ok' },
  { it: 'one name for all', given: given({ host: 'kafka.shop.svc' }), expect: 'ok' },
  { it: 'without its port', given: given({ host: 'kafka.shop.svc', port: null }), expect: 'ok' },
  { it: 'nothing told', given: given(null), expect: 'not-applicable' },
  { it: 'a pod that is over', given: given({ host: 'a.shop.svc' }, { phase: 'Failed' }), expect: 'not-applicable' },
])
