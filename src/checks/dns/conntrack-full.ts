import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, seriesOf, troubled } from '../../relations/dns/lookup-loss.ts'
import { dnsLossOnNode, lossyNode } from '../../relations/symptom.ts'
import { latency } from './dns-evidence.ts'

/**
 * Above this a burst of new flows fills the rest. Entries come and go by the thousand while the counters are read: that
 * the table was full in between is told by the packets that were refused for want of room, not by the number at one
 * moment.
 */
const nearlyFull = 0.9

/** As many other nodes are shown beside it: a comparison, and no list of a thousand under each of a thousand. */
const others = 15

/**
 * The node's conntrack table is full: every new flow loses its first packet, and its repeats, while flows that are
 * known go on. UDP entries live 30 s, so lookups alone can fill a small table. `drop` rises and `insert_failed` does
 * not: that tells it from the race.
 */
export default check({
  code: 'DNS143',
  slug: 'dns/conntrack-full',
  title: "a node's conntrack table takes no more connections",
  fine: 'conntrack tables have room',
  severity: 'error',
  needs: ['conntrack'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: ['DNS-06', 'DNS-07', 'PRX-06'],

  run({ conntrack, dnsProbe }) {
    return [...conntrack.map((it) => judge(it, conntrack, dnsProbe)), ...unread(conntrack, dnsProbe)]
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.state === 'chains')
        return (
          `The conntrack table of node ${on.name} has room (${args.entries} of ${args.max}), ` +
          `and its hash chains are full: ${args.chains} new connections were dropped in ${args.seconds} s.`
        )
      return args.state === 'full'
        ? `The conntrack table of node ${on.name} is full (${args.entries} of ${args.max}): ` +
            'new connections are dropped, and DNS lookups with them.'
        : `The conntrack table of node ${on.name} is nearly full: ` +
            `${args.entries} of ${args.max} (${args.percent}).`
    },
    detail: ({ subject: on, args }) =>
      `on node ${on.name} · drop +${args.drop}, insert_failed +${args.insertFailed}, ` +
      `early_drop +${args.earlyDrop} in ${args.seconds} s` +
      (args.of === 0 ? '' : ` · ${args.lost} of ${args.of} lookups lost a packet or failed`),
    note: ({ args }) => {
      if (args.state === 'chains')
        return 'the kernel drops a new flow whose chain is too long: the table has far fewer buckets than entries'
      return args.state === 'full'
        ? 'flows that are known go on, so old connections work and new ones do not; ' +
            'insert_failed stands still, so this is not the conntrack race'
        : 'when it is full, each new flow is dropped'
    },
    help: ({ subject: on, args }) => [
      args.state === 'chains'
        ? 'give the table more buckets: a quarter of nf_conntrack_max at least, ' +
          'as many at best (kernel documentation, nf_conntrack-sysctl)'
        : 'find out who fills it, then raise the limit: ' +
          'kube-proxy sets it from conntrack.maxPerCore and conntrack.min in its ConfigMap',
      `on ${on.name}:  conntrack -L 2>/dev/null | grep -o " src=[0-9.]*" | sort | uniq -c | sort -rn | head    ` +
        'dmesg | grep "table full"',
      args.state === 'chains'
        ? `on ${on.name}, at once:  sysctl -w net.netfilter.nf_conntrack_buckets=${args.max}`
        : `on ${on.name}, at once:  sysctl -w net.netfilter.nf_conntrack_max=${args.twice}`,
      'hopscope explain DNS143',
    ],
  },
})

/** A node that was probed and has no counters is not well: it is unseen. */
function unread(conntrack: readonly ConntrackWindow[], dnsProbe: Known<DnsProbe>) {
  if (!dnsProbe.known)
    return [cannotTell(dnsProbe.why.reason, `which nodes gave no counters is not known: ${dnsProbe.why.detail}`)]
  const read = new Set(conntrack.map((it) => it.node))
  return dnsProbe.value.nodes
    .filter((node) => !read.has(node))
    .map((node) =>
      cannotTell('failed', `the conntrack counters of node ${node} could not be read before and after the probe`),
    )
}

function judge(it: ConntrackWindow, all: readonly ConntrackWindow[], dnsProbe: Known<DnsProbe>) {
  const { node, entries, max, delta } = it
  const chains = delta.chaintoolong ?? 0
  if (entries === null || max === null || max === 0)
    return cannotTell(
      'not-there',
      `node ${node} does not show how many entries its conntrack table has, and how many it may have`,
    )
  const share = entries / max
  // Clashes count in both; what is left of `drop` was refused for want of room.
  const refused = Math.max(0, delta.drop - delta.insert_failed)
  const fullness = refused + delta.early_drop > 0 ? 'full' : 'nearly'
  const state = share < nearlyFull ? 'room' : fullness
  if (state === 'room' && chains === 0) return ok(1)
  const series = dnsProbe.known ? seriesOf(dnsProbe.value, { node }) : []
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    severity: state === 'nearly' ? 'warning' : 'error',
    args: {
      state: state === 'room' ? 'chains' : state,
      chains,
      entries,
      max,
      twice: 2 * max,
      percent: `${Math.floor(share * 100)} %`,
      drop: delta.drop,
      insertFailed: delta.insert_failed,
      earlyDrop: delta.early_drop,
      seconds: (it.windowMs / 1000).toFixed(0),
      lost: troubled(series),
      of: lossOf(series).of,
    },
    evidence: [
      { kind: 'fact', label: `conntrack table of ${node}`, value: `${entries} entries, at most ${max}` },
      {
        kind: 'counters',
        label: 'conntrack during the probe',
        windowMs: it.windowMs,
        rows: [
          it,
          ...all
            .slice(0, others + 1)
            .filter((other) => other !== it)
            .slice(0, others),
        ].map((row) => ({
          where: row.node,
          values: { drop: row.delta.drop, insert_failed: row.delta.insert_failed, early_drop: row.delta.early_drop },
        })),
      },
      ...(series.length === 0 ? [] : [latency(`lookups on ${node}`, series)]),
    ],
    causes:
      state !== 'nearly'
        ? [
            lossyNode(node),
            dnsLossOnNode(node),
            `dns-external:node/${node}`,
            `dns-cut-off:node/${node}`,
            `dns-service:node/${node}`,
          ]
        : [],
  })
}
