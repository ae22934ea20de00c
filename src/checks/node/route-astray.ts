import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { type AroundWays, brokenWays } from '../../relations/node/broken-ways.ts'
import { type PodWay, podWays } from '../../relations/node/pod-routes.ts'
import { routeLine } from '../../relations/node/way-to.ts'

/**
 * Packets for pods of another node leave by the node's own routing table. A route that refuses them, or hands them to a
 * node that has others, covers the one that the CNI wrote; one that is not there at all is NOD512.
 */
export default check({
  code: 'NOD530',
  slug: 'node/route-astray',
  title: 'a node routes packets for the pods of another one astray',
  fine: 'no route of a node refuses the pods of another one, or leads to the wrong node',
  severity: 'error',
  needs: ['nodeNetworks', 'nodes'],
  wants: ['pods', 'contacts', 'clusterDns'],
  remedies: [],
  decides: ['NET-03'],

  run({ nodeNetworks: { nodes: networks }, nodes, pods, contacts, clusterDns }) {
    if (nodes.length < 2) return notApplicable('there is one node')
    const ways = podWays({ networks, nodes, pods: pods.known ? pods.value : [] })
    const bad = ways.filter((it) => isBad(it.verdict))
    if (bad.length > 0)
      return [...Map.groupBy(bad, (it) => it.node)].map(([node, its]) =>
        found(node, its, { networks, around: { pods, contacts, clusterDns } }),
      )
    const told = ways.filter((it) => it.verdict === 'well' || it.verdict === 'missing')
    const silent = networks.filter((it) => it.routes === null).map((it) => it.node)
    return told.length === 0
      ? cannotTell('ambiguous', 'no routing table has routes to pods: something else carries them')
      : okOrUntold(told.length, silent, 'the routing table was not read')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} ${sentences[args.why]} the pods of ${some(args.to)}` +
      `${args.via === null ? '' : `, but to node ${args.via}`}.`,
    detail: ({ args }) =>
      `the route for ${args.ip} there: ${args.route} · ${args.well} of ${args.of} other nodes are well`,
    note: ({ args }) =>
      args.why === 'kept-here'
        ? 'another route leads to the node of these pods, and this one wins over it: the range of ' +
          `${args.dev} overlaps ` +
          'theirs, such as that of a bridge (docker network) or a VPN'
        : "packets of pods leave by the node's table, which the CNI's agent writes",
    help: ({ subject: on, args }) => [
      args.why === 'kept-here'
        ? `see what made interface ${args.dev}, and give it another range, or take it away`
        : "look at the CNI's agent on that node: it writes the routes, and writes them again when it starts",
      `on ${on.name}:  ip route get ${args.ip}; ip route`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
    ],
  },
})

type Bad = Extract<PodWay['verdict'], 'refused' | 'to-another' | 'kept-here'>

function isBad(verdict: PodWay['verdict']): verdict is Bad {
  return verdict === 'refused' || verdict === 'to-another' || verdict === 'kept-here'
}

const sentences: Readonly<Record<Bad, string>> = {
  refused: 'refuses what goes to',
  'to-another': 'does not send packets to',
  'kept-here': 'keeps to itself what goes to',
}

interface Seen {
  readonly networks: NodeNetworks['nodes']
  readonly around: AroundWays
}

function found(node: string, its: readonly PodWay[], { networks, around }: Seen) {
  const [first] = its
  const why: Bad = first !== undefined && isBad(first.verdict) ? first.verdict : 'refused'
  const to = [...new Set(its.filter((it) => it.verdict === why).map((it) => it.to))]
  const others = networks.filter((it) => it.node !== node).length
  return finding({
    subject: subject('Node', null, node),
    also: to.map((it) => subject('Node', null, it)),
    confidence: 'observed',
    args: {
      why,
      to,
      ip: first?.ip ?? '',
      route: routeText(first?.way ?? { kind: 'none' }),
      dev: first?.way.kind === 'by' ? first.way.route.dev : null,
      via: why === 'to-another' ? viaOf(first) : null,
      well: Math.max(0, others - to.length),
      of: others,
    },
    evidence: [
      {
        kind: 'log',
        source: `the main routing table of ${node}`,
        lines: (networks.find((it) => it.node === node)?.routes ?? []).slice(0, 12).map(routeLine),
      },
    ],
    causes: brokenWays(node, to, around),
  })
}

function viaOf(way: PodWay | undefined): string | null {
  return way?.way.kind === 'by' ? way.way.route.via : null
}

function routeText(way: PodWay['way']): string {
  if (way.kind === 'none') return 'none'
  if (way.kind === 'refused') return `${way.route.to} refused`
  const { to, via, dev } = way.route
  return `${way.kind === 'default' ? 'the default route' : to}${via === null ? '' : ` via ${via}`} dev ${dev ?? '-'}`
}
