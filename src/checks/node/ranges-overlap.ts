import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { addressTwice } from '../../relations/symptom.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * A node routes the range of another one's pods to that node, and its own range to its bridge. A node with an address
 * in such a range is sought among the pods, and two nodes with one range each keep packets for themselves. It is asked
 * of ranges that are in use alone: many networks give out addresses by records of their own, and heed no spec.podCIDRs.
 */
export default check({
  code: 'NOD540',
  slug: 'node/ranges-overlap',
  title: 'addresses of nodes and ranges of pods overlap',
  fine: 'no node has an address among those of pods, or the range of another',
  severity: 'error',
  needs: ['nodes', 'pods'],
  remedies: [],
  decides: ['NET-06'],

  run({ nodes, pods }) {
    const used = rangesInUse(nodes, pods)
    if (used.length === 0) return notApplicable('no pod here has an address of the range of its node')
    const twice = [...Map.groupBy(placedOf(pods), (it) => it.ip ?? '')].flatMap(([ip, its]) =>
      its.length > 1 ? [ip] : [],
    )
    const found = used.flatMap(({ node, range }) => {
      const inside = nodes.filter((it) => it.ready === 'True' && it.ip !== null && contains(range, it.ip))
      // Each of them gives out the addresses of the range by itself.
      const shared = used.filter((it) => it.node.name > node.name && overlaps(it.range, range))
      return [
        ...(inside.length === 0 ? [] : [verdict(node, range, { kind: 'node', others: inside, twice: [] })]),
        ...(shared.length === 0
          ? []
          : [
              verdict(node, range, {
                kind: 'range',
                others: shared.map((it) => it.node),
                twice: twice.filter((it) => contains(range, it)),
              }),
            ]),
      ]
    })
    return found.length > 0 ? found : ok(used.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.kind === 'node'
        ? `The range of pods of node ${on.name}, ${args.range}, has the address of node ${some(args.others)} in it.`
        : `Node ${on.name} and ${some(args.others)} have one range of pods, ${args.range}.`,
    detail: ({ args }) => `${args.range} · ${args.kind === 'node' ? `addresses ${some(args.ips)}` : 'both in use'}`,
    note: ({ args }) =>
      args.kind === 'node'
        ? 'nodes route that range to pods: packets to the node itself, and its answers, may go astray'
        : "each of them takes packets for the other one's pods as its own, and pods may get one address",
    help: ({ args }) => [
      args.kind === 'node'
        ? 'choose a range of pods that is none of the network of the nodes: the cluster has to be set up again with it'
        : 'take the younger of these nodes out of the cluster, and let it join again: it gets a range of its own',
      "kubectl get nodes -o custom-columns='NAME:.metadata.name,CIDRS:.spec.podCIDRs'",
      'kubectl get pods -A -o wide',
    ],
  },
})

interface Used {
  readonly node: Node
  readonly range: string
}

function placedOf(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((it) => isLive(it) && !it.hostNetwork && it.ip !== null)
}

function rangesInUse(nodes: readonly Node[], pods: readonly Pod[]): readonly Used[] {
  const placed = Map.groupBy(placedOf(pods), (it) => it.node)
  return nodes
    .filter((it) => it.ready === 'True')
    .flatMap((node) =>
      (node.podCidrs ?? [])
        .filter((range) => placed.get(node.name)?.some((it) => it.ip !== null && contains(range, it.ip)) === true)
        .map((range) => ({ node, range })),
    )
}

/** Two ranges have an address in common only where one holds the first of the other. */
function overlaps(a: string, b: string): boolean {
  const [first, second] = [a.split('/')[0] ?? '', b.split('/')[0] ?? '']
  return contains(a, second) || contains(b, first)
}

interface Clash {
  readonly kind: 'node' | 'range'
  readonly others: readonly Node[]
  /** Addresses of the range that two pods have. */
  readonly twice: readonly string[]
}

function verdict(node: Node, range: string, { kind, others, twice }: Clash) {
  return finding({
    subject: subject('Node', null, node.name),
    also: others.filter((it) => it !== node).map((it) => subject('Node', null, it.name)),
    confidence: 'inferred',
    args: { kind, range, others: others.map((it) => it.name), ips: others.map((it) => it.ip ?? '') },
    evidence: [node, ...others.filter((it) => it !== node)].map((it) => ({
      kind: 'fact' as const,
      label: `node ${it.name}`,
      value: `${it.ip ?? 'no address'}, pods ${some(it.podCidrs ?? ['none'])}`,
    })),
    causes: twice.map(addressTwice),
  })
}
