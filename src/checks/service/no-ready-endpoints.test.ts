import { expect, test } from 'vitest'
import { describeCheck } from '../../../test/describe-check.ts'
import { node } from '../../../test/build/node.ts'
import { completed, container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { service, slice } from '../../../test/build/service.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import check from './no-ready-endpoints.ts'

const event = (kind: string, name: string, reason: string, said: string) => ({
  namespace: 'shop',
  object: { kind, name },
  reason,
  said,
  times: 3,
})
const services = [service('cart')]
const crashing = pod('cart-1', {
  ready: false,
  containers: [container({ ready: false, waiting: 'CrashLoopBackOff', lastTermination: 'OOMKilled', restarts: 14 })],
})
const unready = notReady('cart-2', 'ContainersNotReady', {
  containers: [container({ ready: false, readinessProbe: 'GET :8080/healthz' })],
})
const unscheduled = notReady('cart-3', '0/3 nodes are available: insufficient cpu', {
  phase: 'Pending',
  node: null,
  ip: null,
})

const circle = (calls: Readonly<Record<string, string>>) => ({
  services: [
    service('cart', { clusterIP: '10.96.0.1' }),
    service('pay', { clusterIP: '10.96.0.2', selector: { app: 'pay' } }),
  ],
  pods: [notReady('cart-2', 'ContainersNotReady'), notReady('pay-1', 'ContainersNotReady', { labels: { app: 'pay' } })],
  programLogs: Object.entries(calls).map(([name, host]) =>
    programLog(name === 'cart' ? 'cart-2' : 'pay-1', [{ kind: 'refused', host, port: 80, times: 9, during: 3 }]),
  ),
})
const versions = [
  deployment('cart', 0, {
    kind: 'ReplicaSet',
    name: 'cart-new',
    owner: { kind: 'Rollout', name: 'cart' },
    templateLabels: { app: 'cart', hash: 'new' },
  }),
  deployment('cart', 2, {
    kind: 'ReplicaSet',
    name: 'cart-old',
    owner: { kind: 'Rollout', name: 'cart' },
    templateLabels: { app: 'cart', hash: 'old' },
  }),
]
const preview = service('preview', { selector: { app: 'cart', hash: 'new' } })
const active = service('cart', { selector: { app: 'cart', hash: 'old' } })
const running = [pod('cart-1', { labels: { app: 'cart', hash: 'old' } })]

describeCheck(check, [
  {
    it: 'the preview of an update that was aborted, beside the active Service',
    given: { services: [active, preview], pods: running, workloads: versions },
    expect: [
      {
        subject: 'Service/shop/preview',
        severity: 'info',
        args: { case: 'set-aside' },
        says: 'it chooses ReplicaSet cart-new of Rollout cart, which wants no pods of that version',
      },
    ],
  },
  {
    it: "a Job's pods alone, beside a Deployment of the Service's name",
    given: {
      services: [service('cart', { selector: { part: 'cart' } })],
      pods: [
        completed('migrate-1', { labels: { part: 'cart' }, owner: { kind: 'Job', name: 'migrate' } }),
        pod('cart-1'),
      ],
      workloads: [],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        args: { meant: 'Deployment cart, whose pods say app=cart' },
      },
    ],
  },
  {
    it: 'a version without pods, and no other Service',
    given: { services: [preview], pods: running, workloads: versions },
    expect: [{ subject: 'Service/shop/preview', severity: 'error', args: { case: 'set-aside' } }],
  },
  {
    it: 'two that wait for each other',
    given: circle({ cart: '10.96.0.2', pay: 'cart' }),
    expect: [
      {
        subject: 'Service/shop/cart',
        args: { circle: ['shop/cart', 'shop/pay'] },
        says: /its pods call shop\/pay in vain before they are ready, and those of that one call it: each waits for the/,
      },
      { subject: 'Service/shop/pay', args: { circle: ['shop/pay', 'shop/cart'] } },
    ],
  },
  {
    it: 'one that waits for another, which does not wait for it',
    given: circle({ cart: '10.96.0.2' }),
    expect: [
      { subject: 'Service/shop/cart', args: { circle: [] } },
      { subject: 'Service/shop/pay', args: { circle: [] } },
    ],
  },
  {
    it: 'each pod with its own reason',
    given: {
      services,
      pods: [crashing, unready, unscheduled],
      workloads: [deployment('cart', 3)],
      endpointSlices: [],
      nodes: [node('worker-1')],
    },
    expect: [
      { subject: 'Service/shop/cart', severity: 'error', confidence: 'inferred', args: { case: 'not-ready', pods: 3 } },
    ],
  },
  {
    it: 'a readiness probe that fails, in its own words',
    given: { services, pods: [unready] },
    expect: [{ subject: 'Service/shop/cart', says: 'readiness probe of app fails (GET :8080/healthz)' }],
  },
  {
    it: 'all are leaving',
    given: { services, pods: [pod('cart-1', { deleting: true })], workloads: [deployment('cart', 1)] },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'a workload that makes no pods',
    given: { services, pods: [], workloads: [deployment('cart', 3)] },
    expect: [
      { subject: 'Service/shop/cart', args: { case: 'unmade' }, says: 'Deployment cart wants 3 pods and has none' },
    ],
  },
  {
    it: 'a workload that a quota keeps from making pods, by its condition',
    given: {
      services,
      pods: [],
      workloads: [deployment('cart', 3, { ready: 0, refused: 'pods "cart-x" is forbidden: exceeded quota: small' })],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        args: { case: 'unmade' },
        says: 'Deployment cart wants 3 pods and has none: “pods "cart-x" is forbidden: exceeded quota: small”',
      },
    ],
  },
  {
    it: 'the same of a StatefulSet, by an event',
    given: {
      services,
      pods: [],
      workloads: [deployment('cart', 1, { kind: 'StatefulSet', ready: 0 })],
      events: [
        event(
          'StatefulSet',
          'cart',
          'FailedCreate',
          'create Pod cart-0 in StatefulSet cart failed error: pods "cart-0" is forbidden: violates PodSecurity "restricted:latest"',
        ),
      ],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        args: { refused: 'pods "cart-0" is forbidden: violates PodSecurity "restricted:latest"' },
      },
    ],
  },
  {
    it: 'an Event is kept of one of two pods: what it says is told first',
    given: {
      services,
      pods: [unready, { ...unready, name: 'cart-4' }],
      events: [event('Pod', 'cart-4', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404')],
    },
    expect: [{ subject: 'Service/shop/cart', says: /has no ready endpoint: readiness probe .* an Event says .*404/ }],
  },
  {
    it: 'not scheduled, in the words of the scheduler',
    given: {
      services,
      pods: [
        pod('cart-1', {
          phase: 'Pending',
          ready: false,
          node: null,
          ip: null,
          scheduling: '0/3 nodes are available: 3 Insufficient cpu. preemption: none.',
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', says: 'not scheduled: “0/3 nodes are available: 3 Insufficient cpu”' }],
  },
  {
    it: 'a workload that makes no pods, beside a completed Job',
    given: { services, pods: [completed('cart-job')], workloads: [deployment('cart', 3)] },
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { case: 'unmade' } }],
  },
  {
    it: 'a finished Job is all that matches',
    given: { services, pods: [completed('cart-job')], workloads: [] },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'ready pods, and none has an address of the one family that is offered',
    given: {
      services: [service('cart', { families: ['IPv6'], clusterIP: 'fd00::7' })],
      pods: [pod('cart-1')],
      endpointSlices: [slice('cart', [])],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'error',
        confidence: 'inferred',
        args: { case: 'unlisted', lacking: 'IPv6' },
        says: 'it offers IPv6 alone, and its 1 ready pod has no such address',
      },
    ],
  },
  ...(
    [
      [{ families: ['IPv4'] }, {}],
      [{ families: ['IPv6', 'IPv4'] }, {}],
      [{ families: ['IPv6'] }, { ips: ['10.2.1.4', 'fd00:2::4'] }],
    ] as const
  ).map(([offer, having]) => ({
    it: `ready pods of that family, and no slice lists them: ${offer.families.join(', ')}`,
    given: {
      services: [service('cart', offer)],
      pods: [pod('cart-1', having)],
      endpointSlices: [slice('cart', [])],
    },
    expect: [{ subject: 'Service/shop/cart', confidence: 'possible' as const, args: { lacking: null } }],
  })),
  {
    it: 'ready pods that no slice lists',
    given: { services, pods: [pod('cart-1')], endpointSlices: [slice('cart', [])] },
    expect: [{ subject: 'Service/shop/cart', confidence: 'possible', args: { case: 'unlisted' } }],
  },
  {
    it: 'on a node that is down',
    given: { services, pods: [notReady('cart-1', 'NodeNotReady')], nodes: [node('worker-1', { ready: 'Unknown' })] },
    expect: [{ subject: 'Service/shop/cart', says: 'its 1 pod is on worker-1, which is not ready' }],
  },
  {
    it: 'one ready is enough',
    given: { services, pods: [pod('cart-1'), crashing], endpointSlices: [slice('cart', [pod('cart-1'), crashing])] },
    expect: 'ok',
  },
  {
    it: 'a completed Job beside a ready pod',
    given: { services, pods: [pod('cart-1'), completed('cart-job')] },
    expect: 'ok',
  },
  { it: 'scaled to 0', given: { services, pods: [], workloads: [deployment('cart', 0)] }, expect: 'ok' },
  { it: 'no pod matches is another check', given: { services, pods: [], workloads: [] }, expect: 'ok' },
  {
    it: 'a Service that publishes pods before they are ready',
    given: { services: [service('cart', { clusterIP: 'None', publishNotReadyAddresses: true })], pods: [unready] },
    expect: 'ok',
  },
  { it: 'no selector', given: { services: [service('cart', { selector: null })], pods: [] }, expect: 'not-applicable' },
  { it: 'pods that could not be read', given: { services }, expect: 'cannot-tell' },
])

test('a node is to blame only when all of the pods are on nodes that are down', () => {
  expect(symptoms('a', 'a')).toEqual(['node-down:a'])
  expect(symptoms('a', 'b')).toEqual(['pods-unready:Deployment/shop/cart'])
})

function symptoms(...on: string[]): readonly string[] {
  const given = model({
    services: known(services),
    pods: known(on.map((it, index) => notReady(`cart-${index}`, 'x', { node: it }))),
    nodes: known([node('a', { ready: 'False' }), node('b')]),
  })
  return diagnose(given, { checks: [check] }).results[0]?.findings[0]?.symptoms ?? ['no finding']
}
