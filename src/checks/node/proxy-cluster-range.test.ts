import { node, proxyConfig } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './proxy-cluster-range.ts'

const nodes = (clusterRanges: readonly string[], detectLocalMode = 'ClusterCIDR') => [
  node('worker-1', { proxy: 'ready', proxyConfig: proxyConfig({ clusterRanges, detectLocalMode }) }),
]
const pods = [pod('web-1', { ip: '10.244.1.4' }), pod('web-2', { ip: '10.244.2.9' })]
const found = { subject: 'ConfigMap/kube-system/kube-proxy', confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'no pod is in it',
    given: { nodes: nodes(['10.200.0.0/16']), pods },
    expect: [
      { ...found, severity: 'warning', says: /takes none of 2 pods for one of the cluster: .* like 10\.244\.1\.4/ },
    ],
  },
  {
    it: 'one of two is not in it',
    given: { nodes: nodes(['10.244.1.0/24']), pods },
    expect: [
      { ...found, severity: 'info', says: /takes 1 of 2 pods for a stranger: .* shop\/web-2 has 10\.244\.2\.9/ },
    ],
  },
  { it: 'all are in it', given: { nodes: nodes(['10.244.0.0/16']), pods }, expect: 'ok' },
  { it: 'of two families, one is theirs', given: { nodes: nodes(['fd00::/8', '10.244.0.0/16']), pods }, expect: 'ok' },
  { it: 'a range of the other family says nothing of them', given: { nodes: nodes(['fd00::/8']), pods }, expect: 'ok' },
  {
    it: 'pods of the network of the nodes are let be',
    given: { nodes: nodes(['10.244.0.0/16']), pods: [...pods, pod('x', { ip: '192.168.0.11', hostNetwork: true })] },
    expect: 'ok',
  },
  {
    it: 'pods of nodes whose kube-proxy has another configuration',
    given: { nodes: nodes(['10.200.0.0/16']), pods: pods.map((it) => ({ ...it, node: 'worker-9' })) },
    expect: 'ok',
  },
  {
    it: 'pods are told otherwise',
    given: { nodes: nodes(['10.200.0.0/16'], 'NodeCIDR'), pods },
    expect: 'not-applicable',
  },
  { it: 'no range', given: { nodes: nodes([]), pods }, expect: 'not-applicable' },
  {
    it: 'the configuration may not be read',
    given: { nodes: [node('worker-1', { proxyConfig: unknown('forbidden', 'get configmaps in kube-system') })], pods },
    expect: 'cannot-tell',
    says: /get configmaps/,
  },
])
