import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './without-pod-network.ts'

const waiting = (about: Partial<Pod> = {}) => pod('cart-1', { phase: 'Pending', ip: null, ready: false, ...about })
const event = {
  namespace: 'shop',
  object: { kind: 'Pod', name: 'cart-1' },
  reason: 'FailedCreatePodSandBox',
  said: 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network: no addresses available in range set',
  times: 12,
}
const range = { podCidrs: ['10.2.1.0/24'] }

const noPlugin = {
  ready: 'False' as const,
  readyMessage:
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady ' +
    'message:Network plugin returns error: cni plugin not initialized',
}

describeCheck(check, [
  {
    it: 'a node that is seconds old',
    given: {
      nodes: [node('worker-1', { ...noPlugin, madeSeconds: 15 }), node('worker-2', range)],
      pods: [],
      events: [],
    },
    expect: [{ subject: 'Node/worker-1', severity: 'info', says: /made less than two minutes ago/ }],
  },
  {
    it: 'a node that is minutes old',
    given: {
      nodes: [node('worker-1', { ...noPlugin, madeSeconds: 200 }), node('worker-2', range)],
      pods: [],
      events: [],
    },
    expect: [{ subject: 'Node/worker-1', severity: 'error' }],
  },
  {
    it: 'no node has a plugin: one finding, of which all else comes',
    given: { nodes: [node('worker-1', noPlugin), node('worker-2', noPlugin)], pods: [], events: [] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        args: { all: 2 },
        says: /No node has a network.*cni plugin not initialized/,
      },
    ],
  },
  {
    it: 'one of two: that one',
    given: { nodes: [node('worker-1', noPlugin), node('worker-2', range)], pods: [], events: [] },
    expect: [{ subject: 'Node/worker-1', args: { all: 1, why: 'not-ready' } }],
  },
  {
    it: 'a virtual node has no range: its pods run elsewhere',
    given: {
      nodes: [node('worker-1', range), node('virtual', { labels: { type: 'virtual-kubelet' } })],
      pods: [],
      events: [],
    },
    expect: 'ok',
  },
  {
    it: 'a real one has none, beside a virtual one',
    given: {
      nodes: [node('worker-1', range), node('worker-2'), node('virtual', { labels: { type: 'virtual-kubelet' } })],
      pods: [],
      events: [],
    },
    expect: [{ subject: 'Node/worker-2', args: { why: 'no-range' } }],
  },
  {
    it: 'its condition says so',
    given: {
      nodes: [node('worker-1', { networkUnavailable: 'RouteController failed to create a route' })],
      pods: [],
      events: [],
    },
    expect: [{ subject: 'Node/worker-1', severity: 'error', args: { why: 'unavailable' }, says: /create a route/ }],
  },
  {
    it: 'the runtime says that no CNI is set up',
    given: {
      nodes: [
        node('worker-1', {
          ready: 'False',
          readyMessage:
            'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady ' +
            'message:Network plugin returns error: cni plugin not initialized',
        }),
      ],
      pods: [],
      events: [],
    },
    expect: [
      {
        subject: 'Node/worker-1',
        args: { why: 'not-ready' },
        says: /no network for pods: “cni plugin not initialized”\.$/m,
      },
    ],
  },
  {
    it: 'not ready for another reason',
    given: {
      nodes: [node('worker-1', { ready: 'False', readyMessage: 'container runtime is down', ...range })],
      pods: [],
      events: [],
    },
    expect: 'ok',
  },
  ...[
    'Failed to create pod sandbox: failed to construct FQDN from pod hostname, FQDN cart-1.cart.shop is too long',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: ' +
      'no runtime for "runsc" is configured',
    'Failed to create pod sandbox: plugin type="multus" failed (add): Multus: [shop/edge]: error in getting k8s ' +
      'network for pod: cannot find a network-attachment-definition (macvlan-lan) in namespace (shop)',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: cgroup: no space',
  ].map((said) => ({
    it: `a reason of the pod itself, or of no network: ${said.slice(30, 90)}`,
    given: { nodes: [node('worker-1', range)], pods: [waiting({ node: 'worker-1' })], events: [{ ...event, said }] },
    expect: 'ok' as const,
  })),
  {
    it: 'no address is left for a pod, as Events of one namespace say: whoever writes them may be one tenant',
    given: {
      nodes: [node('worker-1')],
      pods: [waiting(), waiting({ name: 'cart-2' })],
      events: [
        { ...event, times: 5000 },
        { ...event, object: { kind: 'Pod', name: 'cart-2' } },
      ],
    },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'warning',
        confidence: 'possible',
        args: { why: 'hearsay', pods: ['cart-1', 'cart-2'] },
        says: /may be unable to give its pods a network: an Event says “.*no addresses available/,
      },
    ],
  },
  {
    it: 'no address is left for a pod, as Events of two namespaces say',
    given: {
      nodes: [node('worker-1')],
      pods: [waiting(), waiting({ namespace: 'web' })],
      events: [event, { ...event, namespace: 'web' }],
    },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'inferred',
        args: { why: 'sandbox', pods: ['cart-1', 'cart-1'], isOut: true },
        says: /cannot give its pods a network: an Event says “/,
      },
    ],
  },
  {
    it: 'it has no range, and the others have',
    given: { nodes: [node('worker-1'), node('worker-2', range)], pods: [], events: [] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning', args: { why: 'no-range' } }],
  },
  {
    it: 'the pod got its address in the end',
    given: { nodes: [node('worker-1')], pods: [pod('cart-1')], events: [event] },
    expect: 'ok',
  },
  {
    it: 'no node has a range: the CNI gives addresses itself',
    given: { nodes: [node('worker-1'), node('worker-2')], pods: [], events: [] },
    expect: 'ok',
  },
  {
    it: 'the pod waits for something else',
    given: { nodes: [node('worker-1')], pods: [waiting()], events: [{ ...event, reason: 'FailedMount' }] },
    expect: 'ok',
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods: [], events: [] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
