import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import { unknown } from '../../model/known.ts'
import check from './servers-on-one-node.ts'

const nodes = ['control-plane', 'worker-1', 'worker-2'].map((name) =>
  node(
    name,
    name === 'control-plane'
      ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', value: null, effect: 'NoSchedule' }] }
      : {},
  ),
)
const on = (where: string, about: Partial<Pod> = {}): ClusterDns => ({
  ...clusterDns(),
  pods: clusterDns().pods.map((it) => ({ ...it, node: where, ...about })),
})
const daemonSet = {
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'dns',
  owner: null,
  desired: 3,
  ready: 3,
  templateLabels: {},
} as const

describeCheck(check, [
  {
    it: 'both where kubeadm init put them',
    given: { nodes, clusterDns: on('control-plane') },
    expect: [
      {
        subject: 'Deployment/kube-system/coredns',
        confidence: 'inferred',
        severity: 'info',
        args: { node: 'control-plane', servers: 2, others: 2 },
      },
    ],
  },
  {
    it: 'both on one worker of two',
    given: { nodes, clusterDns: on('worker-1') },
    expect: [{ subject: 'Deployment/kube-system/coredns', args: { others: 1 } }],
  },
  {
    it: 'no workload found',
    given: { nodes, clusterDns: { ...on('worker-1'), workload: null } },
    expect: [{ subject: 'Service/kube-system/kube-dns' }],
  },

  { it: 'on two nodes', given: { nodes, clusterDns: clusterDns() }, expect: 'ok' },
  {
    it: 'a cluster of one node',
    given: { nodes: [node('worker-1')], clusterDns: on('worker-1') },
    expect: 'ok',
    says: /no other would take them/,
  },
  {
    it: 'the other nodes are cordoned, down, tainted or Windows',
    given: {
      nodes: [
        node('worker-1'),
        node('a', { unschedulable: true }),
        node('b', { ready: 'Unknown' }),
        node('c', { taints: [{ key: 'gpu', value: null, effect: 'NoSchedule' }] }),
        node('d', { labels: { 'kubernetes.io/os': 'windows' } }),
      ],
      clusterDns: on('worker-1'),
    },
    expect: 'ok',
  },
  {
    it: 'one server: another finding',
    given: { nodes, clusterDns: { ...clusterDns(), pods: clusterDns().pods.slice(0, 1) } },
    expect: 'not-applicable',
  },
  { it: 'none ready', given: { nodes, clusterDns: on('worker-1', { ready: false }) }, expect: 'not-applicable' },
  {
    it: 'a DaemonSet',
    given: { nodes, clusterDns: { ...on('worker-1'), workload: daemonSet } },
    expect: 'not-applicable',
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ clusterDns: on('worker-1') }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
