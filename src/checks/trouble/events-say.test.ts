import { describeCheck } from '../../../test/describe-check.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { deployment, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import type { ObjectEvent } from '../../model/event.ts'
import check from './events-say.ts'

function event(kind: string, reason: string, about: Partial<ObjectEvent> = {}): ObjectEvent {
  const { said = 'no', times = 12, age = 60, ...more } = about
  return { namespace: 'shop', object: { kind, name: 'web' }, reason, said, times, age, ...more }
}
const quota = event('ReplicaSet', 'FailedCreate', {
  object: { kind: 'ReplicaSet', name: 'web-7d9f' },
  said: 'Error creating: pods "web-7d9f-x2x" is forbidden: exceeded quota: compute',
})
const webhook = event('Kustomization', 'ReconciliationFailed', { said: 'failed calling webhook "a.b": not found' })
const rejected = event('Ingress', 'Rejected', { said: 'host is taken' })
const made = (ready: boolean) => pod('web-7d9f-x2x', { ready, owner: { kind: 'ReplicaSet', name: 'web-7d9f' } })
const isReady = {
  kind: 'Kustomization',
  group: 'kustomize.toolkit.fluxcd.io',
  namespace: 'shop',
  name: 'web',
  type: 'Ready',
  state: 'True',
  wrong: false,
  reason: 'ReconciliationSucceeded',
  said: '',
} as const
/** As a healthy cluster has them. */
const noise = [
  event('Endpoints', 'FailedToUpdateEndpoint', { said: 'Operation cannot be fulfilled on endpoints "web"' }),
  event('Service', 'FailedToUpdateEndpointSlices', { said: 'Error updating Endpoint Slices: conflict' }),
  event('Service', 'TopologyAwareHintsDisabled'),
  event('Pod', 'BackOff', { said: 'Back-off restarting failed container' }),
  event('Pod', 'Unhealthy', { said: 'Readiness probe failed: dial tcp 10.1.1.1:80: connect: connection refused' }),
  event('Pod', 'FailedScheduling', { said: '0/3 nodes are available' }),
  event('Pod', 'DNSConfigForming'),
  event('Node', 'InvalidDiskCapacity'),
  event('Node', 'CheckLimitsForResolvConf'),
  event('HorizontalPodAutoscaler', 'FailedGetResourceMetric', { said: 'did not receive metrics for targeted pods' }),
  event('PersistentVolumeClaim', 'ProvisioningFailed'),
  event('PodDisruptionBudget', 'NoPods'),
  event('Job', 'BackoffLimitExceeded'),
  event('CronJob', 'FailedNeedsStart'),
  event('StatefulSet', 'RecreatingFailedPod'),
  event('HTTPRoute', 'Rejected'),
  event('Ingress', 'Sync', { said: 'googleapi: Error 503' }),
  event('Ingress', 'Rejected', { object: { kind: 'Ingress', name: 'gone' } }),
  event('Service', 'Odd', { object: { kind: 'Service', name: 'gone' } }),
  event('Bucket', 'Throttled', { times: 1 }),
]

describeCheck(check, [
  { it: 'no Events were read', given: {}, expect: 'cannot-tell' },
  {
    it: 'what a healthy cluster says every day',
    given: {
      events: noise,
      pods: [pod('web')],
      services: [service('web')],
      ingresses: [ingress([])],
      workloads: [],
    },
    expect: 'ok',
  },
  {
    it: 'pods are refused by a quota, and of workloads a part is known',
    given: { events: [quota], pods: [] },
    expect: [
      {
        subject: 'ReplicaSet/shop/web-7d9f',
        severity: 'warning',
        confidence: 'possible',
        says: 'An Event says of ReplicaSet shop/web-7d9f (FailedCreate): “Error creating: pods',
      },
    ],
  },
  { it: 'the same, and its pods are ready since', given: { events: [quota], pods: [made(true)] }, expect: 'ok' },
  {
    it: 'the same, and its pods are not',
    given: { events: [quota], pods: [made(false)] },
    expect: [{ subject: 'ReplicaSet/shop/web-7d9f' }],
  },
  { it: 'the same, and all workloads are known', given: { events: [quota], pods: [], workloads: [] }, expect: 'ok' },
  {
    it: 'a webhook that is not there keeps something from being delivered',
    given: { events: [webhook] },
    expect: [{ subject: 'Kustomization/shop/web', severity: 'warning' }],
  },
  {
    it: 'it keeps a workload that has all of its pods from the next',
    given: {
      events: [event('ReplicaSet', 'FailedCreate', { said: 'Error creating: failed calling webhook "a.b"' })],
      workloads: [deployment('web', 1, { kind: 'ReplicaSet' })],
    },
    expect: [{ subject: 'ReplicaSet/shop/web', severity: 'warning' }],
  },
  {
    it: 'one that lacks pods says so itself',
    given: {
      events: [event('ReplicaSet', 'FailedCreate', { said: 'Error creating: failed calling webhook "a.b"' })],
      workloads: [deployment('web', 1, { kind: 'ReplicaSet', ready: 0 })],
    },
    expect: 'ok',
  },
  { it: 'and it says that it is well now', given: { events: [webhook], statuses: [isReady] }, expect: 'ok' },
  {
    it: 'a controller does not take an Ingress',
    given: { events: [rejected], ingresses: [ingress([])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'half an hour ago: a later try may have gone well',
    given: { events: [{ ...rejected, age: 1800 }], ingresses: [ingress([])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'once, ten minutes ago',
    given: { events: [{ ...rejected, age: 600, times: 1 }], ingresses: [ingress([])] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  { it: 'more than an hour ago', given: { events: [{ ...rejected, age: 3700 }] }, expect: 'ok' },
  {
    it: 'of a recording that does not say when',
    given: { events: [{ namespace: 'shop', object: rejected.object, reason: 'Rejected', said: 'no', times: 9 }] },
    expect: 'ok',
  },
  {
    it: 'one reason of several objects is one finding',
    given: {
      events: ['a', 'b', 'c'].map((name) => ({ ...rejected, object: { kind: 'Ingress', name } })),
      ingresses: [ingress([], { name: 'a' }), ingress([], { name: 'b' }), ingress([], { name: 'c' })],
    },
    expect: [{ subject: 'Namespace/shop', says: 'and of 2 other objects (Rejected)' }],
  },
  {
    it: 'a flood of reasons is cut off, and counted',
    given: {
      events: Array.from({ length: 20 }, (_, index) => ({ ...rejected, reason: `R${index}`, age: index })),
      ingresses: [ingress([])],
    },
    expect: Array.from({ length: 12 }, () => ({ subject: 'Ingress/shop/web' })),
  },
  {
    it: 'pods are not in the file, and cannot be placed',
    given: { events: [event('Pod', 'FailedScheduling')] },
    expect: [{ subject: 'Pod/shop/web', severity: 'warning' }],
  },
  {
    it: 'something that nobody knows complains again and again',
    given: { events: [event('Bucket', 'Throttled')] },
    expect: [{ subject: 'Bucket/shop/web', severity: 'info' }],
  },
])
