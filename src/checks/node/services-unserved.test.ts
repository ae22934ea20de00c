import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkAgent, Node } from '../../model/node.ts'
import check from './services-unserved.ts'

const agent = (unserved?: NetworkAgent['unserved']): NetworkAgent => ({
  namespace: 'kube-system',
  pod: 'cilium-x',
  state: 'ready',
  why: null,
  ...(unserved === undefined ? {} : { unserved }),
})
const off = { kind: 'cilium', replacement: 'false' } as const
const nodes = (unserved?: NetworkAgent['unserved'], about: Partial<Node> = {}) => ({
  nodes: ['worker-1', 'worker-2'].map((name) => node(name, { agent: agent(unserved), ...about })),
})
const found = {
  subject: 'ConfigMap/kube-system/cilium-config',
  severity: 'warning' as const,
  confidence: 'possible' as const,
}

describeCheck(check, [
  {
    it: 'no kube-proxy, and Cilium is told not to take its place',
    given: nodes(off),
    expect: [{ ...found, args: { replacement: 'false' }, says: /No kube-proxy runs here, and Cilium is not told/ }],
  },
  { it: 'the same, and it is told nothing', given: nodes({ kind: 'cilium', replacement: null }), expect: [found] },
  {
    it: 'and connects to Services fail',
    given: { ...nodes(off), contacts: contacts([toService('web', 'worker-2', repeat(5, 'timeout'))]) },
    expect: [{ ...found, severity: 'error', confidence: 'inferred', args: { failed: 5, asked: 5 } }],
  },
  {
    it: 'and connects to Services succeed: a process of the node may serve them',
    given: { ...nodes(off), contacts: contacts([toService('web', 'worker-2', repeat(5, 'open'))]) },
    expect: 'ok',
  },
  {
    it: 'a network that never does',
    given: nodes({ kind: 'flannel' }),
    expect: [{ ...found, subject: 'Pod/kube-system/cilium-x', says: /nobody serves the addresses of Services/ }],
  },
  { it: 'an agent that takes its place, or may', given: nodes(), expect: 'ok' },
  { it: 'kube-proxy runs', given: { nodes: [node('worker-1', { proxy: 'ready', agent: agent() })] }, expect: 'ok' },
  ...(
    [
      ['k3s', { kubelet: 'v1.34.1+k3s1' }],
      ['RKE2', { kubelet: 'v1.34.1+rke2r1' }],
      ['k0s', { kubelet: 'v1.34.1+k0s' }],
      ['GKE', { provider: 'gce' }],
      ['MicroK8s', { labels: { 'microk8s.io/cluster': 'true' } }],
      ['EKS in Auto Mode', { labels: { 'eks.amazonaws.com/compute-type': 'auto' } }],
    ] as const
  ).map(([it, about]) => ({
    it: `${it} runs it in a process of its own`,
    given: nodes(off, about),
    expect: 'ok' as const,
  })),
  {
    it: 'another network on one of the nodes',
    given: { nodes: [node('worker-1', { agent: agent(off) }), node('worker-2', { agent: agent() })] },
    expect: 'ok',
  },
  { it: 'no agent is known', given: { nodes: [node('worker-1')] }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
