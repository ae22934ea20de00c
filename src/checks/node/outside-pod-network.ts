import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { PodNetwork } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'

/**
 * flannel takes the range of each node from its spec, and refuses to start where its own network does not hold it
 * (pkg/subnet/kube); a node that runs from before leads the ranges of others nowhere.
 */
export default check({
  code: 'NOD560',
  slug: 'node/outside-pod-network',
  title: 'the pod network of flannel does not hold the ranges of nodes',
  fine: 'the pod network of flannel holds the ranges of the nodes',
  severity: 'error',
  needs: ['beside', 'nodes'],
  remedies: [],
  decides: [],

  run({ beside, nodes }) {
    const [network] = beside.podNetworks
    if (network === undefined) return notApplicable('the file holds no settings of flannel')
    const ranges = nodes.flatMap((node) => (node.podCidrs ?? []).map((range) => ({ node: node.name, range })))
    // Of a family that flannel was not told of, it leads nothing.
    const judged = ranges.filter(({ range }) => network.ranges.some((it) => it.includes(':') === range.includes(':')))
    if (judged.length === 0) return notApplicable('no node has a range for pods')
    const outside = judged.filter(({ range }) => !network.ranges.some((it) => contains(it, startOf(range))))
    return outside.length === 0 ? ok(judged.length) : verdict(network, outside, judged.length)
  },

  words: {
    headline: ({ args }) =>
      `flannel's network ${some(args.networks)} does not hold the range of ${count(args.nodes.length, 'node')}: ` +
      `${some(args.ranges)}.`,
    detail: ({ args }) => `${args.nodes.length} of ${args.of} ranges · ConfigMap ${args.map}`,
    note: () => 'flannel does not start on such a node, or leads nothing there: pods reach none of other nodes',
    help: ({ subject: on, args }) => [
      "make the two one: Network of net-conf.json, and the controller manager's --cluster-cidr (podSubnet of kubeadm)",
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      "kubectl get nodes -o custom-columns='NODE:.metadata.name,RANGE:.spec.podCIDR'",
      `# then restart flannel's pods in ${args.home}`,
    ],
  },
})

function startOf(range: string): string {
  return range.split('/', 1)[0] ?? ''
}

function verdict(
  network: PodNetwork,
  outside: readonly { readonly node: string; readonly range: string }[],
  of: number,
) {
  return finding({
    subject: subject('ConfigMap', network.namespace, network.name),
    also: outside.slice(0, 50).map((it) => subject('Node', null, it.node)),
    confidence: 'inferred',
    args: {
      networks: network.ranges,
      nodes: outside.map((it) => it.node),
      ranges: outside.map((it) => `${it.range} of ${it.node}`),
      of,
      map: full(network),
      home: network.namespace,
    },
    evidence: [
      { kind: 'fact', label: 'net-conf.json, Network', value: some(network.ranges) },
      {
        kind: 'fact',
        label: 'spec.podCIDRs',
        value: some(
          outside.map((it) => `${it.node}: ${it.range}`),
          5,
        ),
      },
    ],
  })
}
