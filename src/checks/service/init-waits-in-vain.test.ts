import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { InitState, Pod } from '../../model/pod.ts'
import check from './init-waits-in-vain.ts'

const waits = (
  host: string,
  port: number | null = 5432,
  about: Partial<InitState> = {},
  more: Partial<Pod> = {},
): Pod =>
  pod('orders-1', {
    phase: 'Pending',
    ready: false,
    init: {
      name: 'wait',
      waiting: null,
      message: null,
      exitCode: null,
      last: null,
      restarts: 0,
      waitsFor: [{ host, port }],
      ...about,
    },
    ...more,
  })
const db = service('postgres', {
  ports: [{ name: 'pg', port: 5432, protocol: 'TCP', targetPort: 5432, nodePort: null }],
})
const found = { subject: 'Deployment/shop/orders', severity: 'error' as const, confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'a name that begins like one that is there',
    given: { pods: [waits('postgresql')], services: [db] },
    expect: [
      {
        ...found,
        args: { near: 'postgres', why: 'no-service' },
        says: /waits for postgresql:5432, and there is no Service/,
      },
    ],
  },
  {
    it: 'two pods of one workload, and nothing like it',
    given: { pods: [waits('queue'), { ...waits('queue'), name: 'orders-2' }], services: [db] },
    expect: [{ ...found, args: { near: null, pods: ['orders-1', 'orders-2'] } }],
  },
  {
    it: 'by its whole name, in another namespace',
    given: { pods: [waits('postgres.db.svc.cluster.local')], services: [db] },
    expect: [{ ...found, args: { namespace: 'db', service: 'postgres' } }],
  },
  {
    it: 'a port that the Service does not offer',
    given: { pods: [waits('postgres', 3306)], services: [db] },
    expect: [{ ...found, args: { why: 'no-port', near: 'postgres:5432' } }],
  },
  { it: 'it is there', given: { pods: [waits('postgres')], services: [db] }, expect: 'ok' },
  {
    it: 'a name outside the cluster',
    given: { pods: [waits('db.example.com')], services: [db] },
    expect: 'ok',
  },
  {
    it: 'a name in /etc/hosts',
    given: {
      pods: [waits('queue', 1, {}, { hostAliases: [{ ip: '10.0.0.9', names: ['queue'] }] })],
      services: [db],
    },
    expect: 'ok',
  },
  {
    it: "the node's own resolver is asked",
    given: { pods: [waits('queue', 1, {}, { dnsPolicy: 'Default' })], services: [db] },
    expect: 'ok',
  },
  {
    it: 'it fails, and is told by that',
    given: { pods: [waits('queue', 1, { waiting: 'CrashLoopBackOff', exitCode: 1 })], services: [db] },
    expect: 'not-applicable',
  },
  { it: 'nobody waits', given: { pods: [pod('orders-1')], services: [db] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [waits('queue')] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
