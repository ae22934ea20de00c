import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Workload } from '../../model/workload.ts'
import { unknown } from '../../model/known.ts'
import check from './single-server.ts'

const nodes = [node('worker-1'), node('worker-2')]
const wants = (desired: number, about: Partial<Workload> = {}): ClusterDns => {
  const dns = clusterDns()
  return {
    ...dns,
    pods: dns.pods.slice(0, desired),
    workload: {
      kind: 'Deployment',
      namespace: 'kube-system',
      name: 'coredns',
      owner: null,
      desired,
      ready: desired,
      templateLabels: {},
      ...about,
    },
  }
}

describeCheck(check, [
  {
    it: 'one server for two nodes',
    given: { nodes, clusterDns: wants(1) },
    expect: [
      {
        subject: 'Deployment/kube-system/coredns',
        severity: 'info',
        confidence: 'inferred',
        args: { nodes: 2, fit: 2, ready: 1 },
      },
    ],
  },
  {
    it: 'one server, and it is not ready',
    given: { nodes, clusterDns: wants(1, { ready: 0 }) },
    expect: [{ subject: 'Deployment/kube-system/coredns', args: { ready: 0 } }],
  },

  { it: 'two servers', given: { nodes, clusterDns: wants(2) }, expect: 'ok' },
  {
    it: 'two wanted and one ready: not the number',
    given: { nodes, clusterDns: wants(2, { ready: 1 }) },
    expect: 'ok',
  },
  {
    it: 'a cluster of one node',
    given: { nodes: [node('worker-1')], clusterDns: wants(1) },
    expect: 'ok',
    says: /no second node/,
  },
  {
    it: 'a second node that takes no pods',
    given: { nodes: [node('worker-1'), node('worker-2', { unschedulable: true })], clusterDns: wants(1) },
    expect: 'ok',
  },
  { it: 'scaled to 0: another finding', given: { nodes, clusterDns: wants(0) }, expect: 'not-applicable' },
  { it: 'a DaemonSet', given: { nodes, clusterDns: wants(1, { kind: 'DaemonSet' }) }, expect: 'not-applicable' },
  {
    it: 'no workload found',
    given: { nodes, clusterDns: { ...clusterDns(), workload: null } },
    expect: 'cannot-tell',
    says: /no workload/,
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ clusterDns: wants(1) }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
