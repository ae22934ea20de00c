import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, okOrUntold } from '../../findings/verdict.ts'
import type { PodPath, PodWays } from '../../model/pod-ways.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { type SizeLost, sizesLost, tellsOfSizes } from '../../relations/node/pod-paths.ts'
import { dnsLossOnNode, largeLost, lossyNode, nodeDown } from '../../relations/symptom.ts'
import { blindLagMs, lagIn } from '../../relations/troubles/probe-lag.ts'

/**
 * Few bytes cross between pods of two nodes, and many do not: a rule that looks at lengths, or a link that carries less
 * than pods believe and says nothing of it (RFC 2923). Often in one direction alone: requests arrive, and answers do
 * not. And often not at the nodes' own addresses: what is forwarded goes by other rules than what a node itself sends.
 */
export default check({
  code: 'NOD556',
  slug: 'node/pod-size-lost',
  title: 'large packets are lost between pods of two nodes',
  fine: "between the probe's own pods large packets pass as small ones do, each way",
  severity: 'error',
  needs: ['podWays'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: ['NET-01'],

  run({ podWays, dnsProbe }) {
    const { between } = podWays
    if (between.length === 0)
      return podWays.api.length + podWays.missing.length < 2
        ? notApplicable('the probe ran on one node')
        : cannotTell('too-few', `nothing was sent between pods of two nodes: ${why(podWays)}`, '--probe')
    const isLate = (it: PodPath): boolean => [it.node, it.to].some((one) => lagIn(dnsProbe, one) >= blindLagMs)
    const bad = between.filter((it) => !isLate(it)).flatMap(sizesLost)
    if (bad.length > 0) return grouped(bad).map((it) => verdict(it, between))
    const told = between.filter((it) => tellsOfSizes(it) && (!isLate(it) || sizesLost(it).length === 0))
    if (told.length === 0)
      return cannotTell('failed', 'not even few bytes crossed between pods of the probe: a policy, or no way at all')
    const asked = new Set(told.flatMap((it) => [it.node, it.to]))
    const silent = between.filter((it) => !told.includes(it)).map((it) => `${it.node} to ${it.to}`)
    const unasked = [...new Set(podWays.api.map((it) => it.node))].filter(
      (it) => !asked.has(it) && !between.some((one) => one.node === it || one.to === it),
    )
    return okOrUntold(told.length, [...unasked, ...silent], 'not even few bytes were answered, or none were sent')
  },

  words: {
    headline: ({ args }) =>
      `Large packets from pods on ${some(args.from)} to pods on ${some(args.to)} are lost, and small ones arrive.`,
    detail: ({ args }) =>
      `${[
        ...(args.datagrams === null ? [] : [`datagrams of ${args.mtu ?? '?'} bytes: 0 of ${args.datagrams}`]),
        ...(args.streams === null ? [] : [`16 KiB over TCP: 0 of ${args.streams}`]),
        `small ones: ${args.small} of ${args.of}`,
      ].join(' · ')}` + (args.way === 'back' ? ' · seen as answers that do not come back' : ''),
    note: ({ args }) =>
      args.over.includes('TCP')
        ? 'connections open, requests arrive, and what is longer than a packet hangs: pages, images, TLS certificates'
        : 'TCP passes, as it heeds the size that a router names; long datagrams, such as DNS answers over UDP, do not',
    help: ({ args }) => [
      'look for a rule that looks at lengths on both nodes, ' +
        (isTcpAlone(args)
          ? 'at those of TCP: ping and UDP of that size pass here and show nothing, a request with a long answer does'
          : 'and for a link that carries less than the pods believe'),
      `on ${some([...args.from, ...args.to])}:  iptables-save -c | grep -E "length|DROP|REJECT"    ip link show`,
      isTcpAlone(args)
        ? `on ${some([...args.from, ...args.to])}:  tcpdump -ni any 'tcp and greater 1200'` +
          '   # while such a request hangs: sent again and again on one, and never seen on the other'
        : `from a pod on ${args.from[0] ?? 'the one node'}:  ping -M do -s ${(args.mtu ?? 1500) - 28} -c 3 ${args.ip}` +
          '   # then smaller, until it answers: that size + 28 is what passes',
    ],
  },
})

/** Datagrams as large were answered on the same ways: what ping sends passes as well. */
function isTcpAlone({ over, udpPasses }: { readonly over: readonly string[]; readonly udpPasses: boolean }): boolean {
  return udpPasses && !over.includes('UDP')
}

function why({ missing }: PodWays): string {
  const [first] = missing
  return first === undefined ? 'the first pods were slow to start' : `${first.node}: ${first.why}`
}

interface Group {
  readonly node: string
  readonly side: 'from' | 'to'
  readonly its: readonly SizeLost[]
}

/** The node that most of them have in common: what leaves it, else what should reach it. */
function grouped(bad: readonly SizeLost[]): readonly Group[] {
  const left = [...bad]
  const groups: Group[] = []
  while (left.length > 0) {
    const sides = (['from', 'to'] as const).flatMap((side) =>
      [...Map.groupBy(left, (it) => it[side])].map(([node, its]): Group => ({ node, side, its })),
    )
    const [most] = sides.toSorted((a, b) => b.its.length - a.its.length)
    if (most === undefined) break
    groups.push(most)
    for (const it of most.its) left.splice(left.indexOf(it), 1)
  }
  return groups
}

function verdict({ node, its }: Group, between: readonly PodPath[]) {
  const [first] = its
  if (first === undefined) return ok(0)
  const over = [...new Set(its.flatMap((it) => it.over))]
  const nodes = (side: 'from' | 'to'): readonly string[] => [...new Set(its.map((it) => it[side]))]
  const pairs = its.flatMap((it) => [it.from, it.to])
  return finding({
    subject: subject('Node', null, node),
    also: [...new Set(pairs)].filter((it) => it !== node).map((it) => subject('Node', null, it)),
    confidence: 'observed',
    // Where TCP gets through, few notice: who sends long datagrams.
    severity: over.includes('TCP') || its.some((it) => it.path.streams === null) ? 'error' : 'warning',
    args: {
      from: nodes('from'),
      to: nodes('to'),
      way: first.from === first.path.node ? 'there' : 'back',
      over,
      udpPasses: its.every(({ path }) => (path.datagrams?.back ?? 0) > 0),
      mtu: first.path.mtu,
      ...countsOf(first),
      ip: first.path.ip,
    },
    evidence: [
      {
        kind: 'shares',
        label: 'large packets that were lost, each way',
        rows: between
          .filter((it) => it.node === node || it.to === node)
          .slice(0, 6)
          .flatMap(rowsOf),
      },
    ],
    symptoms: its.map((it) => largeLost(it.from, it.to)),
    // Who drops packets of any size by chance (a full table of conntrack) drops the few large ones too.
    dueTo: [...new Set(pairs)].map(lossyNode),
    causes: [
      ...its.map((it) => largeLost(it.from, it.to)),
      ...(over.includes('TCP') ? pairs.flatMap((it) => [nodeDown(it), dnsLossOnNode(it)]) : []),
    ],
  })
}

function countsOf({ over, path }: SizeLost) {
  const datagrams = over.includes('UDP') ? path.datagrams : null
  const streams = over.includes('TCP') ? path.streams : null
  const shown = datagrams ?? streams
  return {
    datagrams: datagrams?.asked ?? null,
    streams: streams?.asked ?? null,
    small: shown?.small ?? 0,
    of: shown?.asked ?? 0,
  }
}

function rowsOf({ node, to, datagrams, streams }: PodPath) {
  return (['there', 'back'] as const).flatMap((way) =>
    [
      { what: 'UDP', carried: datagrams },
      { what: 'TCP', carried: streams },
    ].flatMap(({ what, carried }) =>
      carried === null
        ? []
        : [
            {
              where: `${what}, ${way === 'there' ? `${node} to ${to}` : `${to} to ${node}`}`,
              bad: carried.asked - carried[way],
              of: carried.asked,
              note: `small ones ${carried.small} of ${carried.asked}`,
            },
          ],
    ),
  )
}
