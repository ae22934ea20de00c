import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { MtuPath, NodeNetwork } from '../../model/node-network.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { carries } from '../../relations/node/mtu-paths.ts'
import { dnsLossOnNode, largeLost, nodeDown } from '../../relations/symptom.ts'

/**
 * Small packets between two nodes arrive, and packets as large as a pod may send do not: the way carries less than the
 * pods' interfaces believe, and whoever drops them does not say so, or is not heard (RFC 2923, black hole).
 */
export default check({
  code: 'NOD532',
  slug: 'node/size-lost',
  title: 'large packets are lost between nodes',
  fine: 'packets as large as pods send them pass between nodes',
  severity: 'error',
  needs: ['nodeNetworks'],
  remedies: [],
  decides: ['NET-01', 'DNS-53', 'DNS-76'],

  run({ nodeNetworks: { nodes, paths } }) {
    if (paths.length === 0) return notApplicable('no packets of two sizes were sent between nodes')
    const told = paths.filter((it) => carries(it) !== 'silent')
    const bad = told.flatMap(lostOf)
    if (bad.length > 0) return grouped(bad).map((it) => verdict(it, paths, nodes))
    const dumb = paths.filter((it) => !told.includes(it)).map((it) => `${it.node} to ${it.to}`)
    const unasked = nodes.filter(({ node }) => !paths.some((it) => it.node === node || it.to === node))
    return told.length === 0
      ? cannotTell('failed', 'small packets were not answered either: a firewall of the nodes, or no way at all')
      : okOrUntold(
          told.length,
          [...unasked.map((it) => it.node), ...dumb],
          'not even small packets were answered, or none were sent',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.side === 'from'
        ? `Large packets from pods on node ${on.name} never reach ${some(args.others)}: small ones do.`
        : `Large packets for node ${on.name} from ${some(args.others)} are lost: small ones arrive.`,
    detail: ({ args }) =>
      `packets of ${args.mtu} bytes: 0 of ${args.asked} · small ones: ${args.small} of ${args.asked}` +
      `${args.links.length === 0 ? '' : ` · ${args.links.join(', ')}`}`,
    note: () =>
      'an overlay takes its share of each packet (VXLAN 50 bytes, WireGuard 60), and the ICMP message that would ' +
      'make pods send smaller ones is dropped; handshakes pass, and whatever has a full packet hangs',
    help: ({ subject: on, args }) => [
      "set the CNI's MTU to what the network carries, and let ICMP type 3 code 4 pass",
      `from a pod on ${on.name}:  ping -M do -c 3 -s ${args.mtu - 28} ${args.ip}   # then smaller, ` +
        'until it answers: that size + 28 is the MTU',
      `on ${on.name}:  ip -d link | grep -E "mtu|vxlan|geneve|wireguard"`,
    ],
  },
})

interface Lost {
  readonly from: string
  readonly to: string
  readonly path: MtuPath
}

function lostOf(path: MtuPath): readonly Lost[] {
  const verdict = carries(path)
  if (verdict === 'small') return [{ from: path.node, to: path.to, path }]
  return verdict === 'not-back' ? [{ from: path.to, to: path.node, path }] : []
}

interface Group {
  readonly node: string
  readonly side: 'from' | 'to'
  readonly its: readonly Lost[]
}

/** The node that most of them have in common: what leaves it, else what should reach it. */
function grouped(bad: readonly Lost[]): readonly Group[] {
  const left = [...bad]
  const groups: Group[] = []
  while (left.length > 0) {
    const sides = [
      ...[...Map.groupBy(left, (it) => it.from)].map(([node, its]): Group => ({ node, side: 'from', its })),
      ...[...Map.groupBy(left, (it) => it.to)].map(([node, its]): Group => ({ node, side: 'to', its })),
    ]
    const most = sides.toSorted((a, b) => b.its.length - a.its.length)[0]
    if (most === undefined) break
    groups.push(most)
    for (const it of most.its) left.splice(left.indexOf(it), 1)
  }
  return groups
}

function verdict({ node, side, its }: Group, paths: readonly MtuPath[], nodes: readonly NodeNetwork[]) {
  const [first] = its
  const others = [...new Set(its.map((it) => (side === 'from' ? it.to : it.from)))]
  const touching = paths.filter((it) => it.node === node || it.to === node)
  const links = (nodes.find((it) => it.node === node)?.links ?? [])
    .filter((it) => it.kind !== 'loopback' && it.mtu !== null)
    .map((it) => `${it.name} mtu ${it.mtu}`)
  return finding({
    subject: subject('Node', null, node),
    also: others.map((it) => subject('Node', null, it)),
    confidence: 'observed',
    args: {
      side,
      others,
      mtu: first?.path.mtu ?? 0,
      asked: first?.path.asked ?? 0,
      small: first?.path.small ?? 0,
      ip: first?.path.ip ?? '',
      links: links.slice(0, 4),
    },
    evidence: [
      {
        kind: 'shares',
        label: 'large packets that were lost',
        rows: touching.slice(0, 8).map((it) => ({
          where: `${it.node} to ${it.to}`,
          bad: it.asked - it.large,
          of: it.asked,
          note: `small ones ${it.small} of ${it.asked} · large ones back ${it.back} of ${it.asked}`,
        })),
      },
    ],
    symptoms: its.map((it) => largeLost(it.from, it.to)),
    causes: [
      ...its.map((it) => largeLost(it.from, it.to)),
      ...its.flatMap((it) => [it.from, it.to]).flatMap((it) => [nodeDown(it), dnsLossOnNode(it)]),
    ],
  })
}
