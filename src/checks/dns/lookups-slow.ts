import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { count, ms, percent } from '../../phrases.ts'
import { asOne } from '../../relations/dns/every-node.ts'
import { blindNodes, isLossy, lossOf, quantile, seriesOf, starvedLibcs } from '../../relations/dns/lookup-loss.ts'
import { isSlow, lateIn, lateProbes, slowMs } from '../../relations/dns/slow-lookups.ts'
import { dnsLossInNamespace } from '../../relations/symptom.ts'
import { whenLessBusy } from '../../relations/troubles/probe-lag.ts'
import { latency, pathName, shares } from './dns-evidence.ts'
import { notMeasured } from './not-measured.ts'

/**
 * The net under the checks that name why DNS is slow. What is late may have waited for the CPU at either end: only
 * where the probes and the servers' nodes had theirs in time is it DNS, or the network.
 */
export default check({
  code: 'DNS197',
  slug: 'dns/lookups-slow',
  title: 'DNS lookups are slow',
  fine: 'lookups are quick',
  severity: 'warning',
  needs: ['dnsProbe'],
  wants: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns }) {
    return [...dnsProbe.nodes.flatMap((node) => judge(dnsProbe, clusterDns, node)), ...notMeasured(dnsProbe)]
  },

  together: (findings, model) => {
    const one = asOne(
      findings.toSorted((a, b) => b.args.late - a.args.late),
      model,
      ['late', 'of', 'outsideLate', 'outsideOf'],
    )
    if (one === null) return null
    const zones = new Set(findings.map((it) => it.args.zone))
    return { ...one, args: { ...one.args, zone: zones.size > 1 ? 'cluster and outside' : one.args.zone } }
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.nodes === null
        ? `DNS lookups of ${args.zone} names from node ${on.name} are slow, and no known cause matches.`
        : `DNS lookups of ${args.zone} names are slow from all ${args.nodes} nodes probed, and no known cause matches.`,
    detail: ({ subject: on, args }) =>
      (args.nodes === null ? `on node ${on.name}` : `from all ${args.nodes} nodes probed; p50 and p99 of the worst`) +
      ` · ${args.late} of ${count(args.of, 'lookup')} of ${args.zone} names (${percent(args.late, args.of)}) took ` +
      `${slowMs} ms or more` +
      (args.outsideLate === 0 ? '' : `, and ${args.outsideLate} of ${args.outsideOf} of outside names`) +
      ` · none of them lost a packet · p50 ${ms(args.p50)}, p99 ${ms(args.p99)}`,
    note: () => null,
    help: ({ subject: on, args }) => [
      args.nodes === null
        ? 'compare the paths: where the slow ones part from the quick ones, there it sits'
        : 'every node sees it: look at the servers, and at the CPU of their nodes, not at one node',
      `hopscope dns ${args.nodes === null ? `--node ${on.name} ` : ''}--node-access`,
      ...(args.nodes === null ? [`kubectl describe node ${on.name} | grep -A8 "Allocated resources"`] : []),
    ],
  },
})

type Slow = {
  readonly late: number
  readonly of: number
  readonly zone: 'cluster' | 'outside' | 'cluster and outside'
  /** Of outside names, where those of the cluster are slow and may be why. */
  readonly outsideLate: number
  readonly outsideOf: number
  /** In milliseconds. */
  readonly p50: number
  readonly p99: number
  /** How many nodes have it, where all of them have. */
  readonly nodes: number | null
}

/** Outside names take the same way to CoreDNS as the cluster's own: where those are slow, they are told with them. */
function judge(probe: DnsProbe, dns: Known<ClusterDns>, node: string): readonly Verdict<Slow>[] {
  const [cluster, outside] = (['cluster', 'external'] as const).map((zone) => seriesOf(probe, { node, zone }))
  if (cluster === undefined || outside === undefined) return []
  if (blindNodes(probe).has(node))
    return [
      cannotTell('ambiguous', `the probe pod on ${node} got the CPU too late: its times say nothing`, whenLessBusy),
    ]
  const inside = ofZone(probe, dns, { node, zone: 'cluster', series: cluster, beside: outside })
  if (inside.kind === 'finding' && isTold(outside)) return [inside]
  return [inside, ofZone(probe, dns, { node, zone: 'outside', series: outside, beside: [] })]
}

function isTold(series: readonly LookupSeries[]): boolean {
  return series.some(isSlow) && !isLossy(series)
}

interface Zone {
  readonly node: string
  readonly zone: 'cluster' | 'outside'
  readonly series: readonly LookupSeries[]
  readonly beside: readonly LookupSeries[]
}

function ofZone(probe: DnsProbe, dns: Known<ClusterDns>, { node, zone, series, beside }: Zone): Verdict<Slow> {
  const loss = lossOf(series)
  if (loss.of === 0) return cannotTell('too-few', `no lookup of ${zone} names ended on ${node}`)
  if (isLossy(series)) return ok(loss.of, 'they are lost, or fail: DNS110 is about that')
  const slow = series.filter(isSlow)
  if (slow.length === 0)
    return starvedLibcs(probe).has(node)
      ? cannotTell(
          'ambiguous',
          `on ${node} the C library's own lookups got the CPU late: their times say nothing`,
          whenLessBusy,
        )
      : ok(loss.of)
  const late = lateIn(series)
  const [first] = lateProbes(probe, dns, node, series)
  if (first !== undefined)
    return cannotTell(
      'ambiguous',
      `the probe pod on ${first.node} got the CPU up to ${first.ms} ms late, so it is not known why ${late} of ` +
        `${count(loss.of, 'lookup')} of ${zone} names on ${node} took ${slowMs} ms or more; none of them was lost`,
      whenLessBusy,
    )
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      late,
      of: loss.of,
      zone,
      outsideLate: isTold(beside) ? lateIn(beside) : 0,
      outsideOf: isTold(beside) ? lossOf(beside).of : 0,
      p50: quantile(loss.times, 0.5),
      p99: quantile(loss.times, 0.99),
      nodes: null,
    },
    evidence: [
      shares(`lookups that took ${slowMs} ms or more`, series, pathName, lateIn),
      latency(`lookups on ${node}`, series),
    ],
    symptoms: [
      `${zone === 'cluster' ? 'dns-loss' : 'dns-external'}:node/${node}`,
      dnsLossInNamespace(probe.from.namespace),
      'dns-slow:cluster',
    ],
    causes: zone === 'cluster' ? [`dns-external:node/${node}`] : [],
  })
}
