import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { asOne } from '../../relations/dns/every-node.ts'
import {
  blindNodes,
  lossOf,
  notable,
  quantile,
  seriesOf,
  starvedLibcs,
  troubled,
} from '../../relations/dns/lookup-loss.ts'
import { cacheFaults } from '../../relations/dns/node-cache.ts'
import { dnsLossInNamespace, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { usersAskService } from '../../relations/dns/users-way.ts'
import { type WhereLost, whereLost } from './where-lost.ts'
import { exchange, latency, shares } from './dns-evidence.ts'
import { ms, percent } from '../../phrases.ts'

/** One lookup in twenty slower than this, without a loss, is worth a warning: a healthy lookup takes about 1 ms. */
const slowMs = 500

/** A probe that lags this much on an idle network shows quarter-second lookups by itself. */
const blurMs = 60

/**
 * The net under the other DNS checks: lookups are lost or slow. Where one of them names the cause, this folds under
 * it; where none does, it stands alone, so that a fault without a name never reads as health.
 */
export default check({
  code: 'DNS110',
  slug: 'dns/lookups-lost',
  title: 'DNS lookups are lost or slow',
  fine: 'lookups are quick, and none is lost',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['conntrack', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, conntrack, clusterDns }) {
    const windows = conntrack.known ? conntrack.value : []
    const caches = clusterDns.known ? cacheFaults(dnsProbe, clusterDns.value) : []
    const measured = dnsProbe.nodes.flatMap((node) =>
      (['cluster', 'external'] as const).map((zone) => {
        const verdict = judge(
          dnsProbe,
          node,
          zone,
          windows.find((it) => it.node === node),
        )
        return caches.some((it) => it.node === node && it.zone === zone) ? byCache(verdict) : verdict
      }),
    )
    const missing = dnsProbe.missing.map(({ node, why }) => cannotTell('failed', `node ${node}: ${why}`))
    const stopped =
      dnsProbe.stopped === null ? [] : [cannotTell('failed', `the probe stopped itself: ${dnsProbe.stopped}`)]
    return [...towardsHome(dnsProbe, measured, clusterDns), ...missing, ...stopped]
  },

  together(findings, model) {
    const lost = findings.filter((it) => it.args.trouble === findings[0]?.args.trouble && !it.args.byCache)
    if (lost.length < findings.length) return null
    const worstFirst = lost.toSorted((a, b) => b.args.bad - a.args.bad)
    const one = asOne(worstFirst, model, ['bad', 'of'])
    if (one === null) return null
    const zones = new Set(lost.map((it) => it.args.zone))
    return { ...one, args: { ...one.args, zone: zones.size > 1 ? 'cluster and outside' : one.args.zone } }
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.nodes !== null)
        return (
          `DNS lookups of ${args.zone} names are ${args.trouble} from all ${args.nodes} nodes probed, ` +
          'and no known cause matches.'
        )
      return args.towards.length > 0
        ? `DNS lookups of ${args.zone} names that cross to node ${on.name}, where all DNS servers run, ` +
            `are lost: from ${args.towards.join(', ')}.`
        : `DNS lookups of ${args.zone} names from node ${on.name} are ${args.trouble}, ` +
            `${args.byCache ? 'by the DNS cache of that node' : 'and no known cause matches'}.`
    },
    detail: ({ subject: on, args }) =>
      (args.nodes === null ? `on node ${on.name}` : `from all ${args.nodes} nodes probed; p50 and p99 of the worst`) +
      ` · ${args.bad} of ${args.of} lookups of ${args.zone} names (${percent(args.bad, args.of)}) lost a packet ` +
      `or failed · p50 ${ms(args.p50)}, p99 ${ms(args.p99)}`,
    note: ({ args }) => reading(args),
    help: ({ subject: on, args }) => [
      args.nodes === null
        ? 'compare the paths: where the bad ones part from the good ones, there it sits'
        : 'every node sees it: look at the servers, their Service and the policies before them, not at one node',
      // The counters of the node were read: the same command says the same again.
      args.insertFailed === null
        ? `hopscope dns ${args.nodes === null ? `--node ${on.name} ` : ''}--node-access`
        : `on ${args.nodes === null ? on.name : 'a node'}, twice, what counts up:  ` +
          'nft list ruleset | grep -E "drop|reject"; iptables-save -c | grep -E "DROP|REJECT"',
    ],
  },
})

type Lost = {
  readonly bad: number
  readonly of: number
  readonly zone: 'cluster' | 'outside' | 'cluster and outside'
  readonly trouble: 'lost' | 'slow'
  /** In milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly insertFailed: number | null
  /** The node's own cache loses them. */
  readonly byCache: boolean
  /** Nodes that lose what goes to the subject's. */
  readonly towards: readonly string[]
  /** How many nodes have it, where all of them have. */
  readonly nodes: number | null
} & WhereLost

/**
 * Lookups are lost from every node but the one on which all servers run: then it is the way to that node that loses,
 * and none of the healthy ones. One finding, on that node, instead of one on each of the others.
 */
function towardsHome(
  probe: DnsProbe,
  measured: readonly Verdict<Lost>[],
  dns: Known<ClusterDns>,
): readonly Verdict<Lost>[] {
  const homes = new Set(
    (dns.known ? dns.value.pods : []).flatMap((it) => (it.ready && it.node !== null ? [it.node] : [])),
  )
  const [home] = homes
  if (home === undefined || homes.size > 1) return measured
  const isLoss = (it: Verdict<Lost>): it is Extract<Verdict<Lost>, { kind: 'finding' }> =>
    it.kind === 'finding' && it.found.args.trouble === 'lost'
  const lost = measured.filter(isLoss)
  const nodes = [...new Set(lost.map((it) => it.found.subject.name))].toSorted()
  const others = probe.nodes.filter((it) => it !== home)
  if (nodes.length < 2 || nodes.includes(home) || nodes.length < others.length) return measured
  const [worst] = lost.toSorted((a, b) => b.found.args.bad - a.found.args.bad)
  if (worst === undefined) return measured
  const all = lossOf(probe.series.filter((it) => nodes.includes(it.node)))
  const bad = troubled(probe.series.filter((it) => nodes.includes(it.node)))
  const found = {
    ...worst.found,
    subject: subject('Node', null, home),
    args: { ...worst.found.args, towards: nodes, bad, of: all.of },
    symptoms: [...new Set(lost.flatMap((it) => it.found.symptoms ?? []))],
    causes: nodes.map((it) => `dns-external:node/${it}`),
  }
  return [{ kind: 'finding', found }, ...measured.filter((it) => !isLoss(it))]
}

/** Asked before nothing is said to match: the servers behind the node's cache answer, and the cache does not. */
function byCache(verdict: Verdict<Lost>): Verdict<Lost> {
  return verdict.kind === 'finding'
    ? { kind: 'finding', found: { ...verdict.found, args: { ...verdict.found.args, byCache: true } } }
    : verdict
}

/** What the paths rule out, so that nobody starts with the cure for another fault. */
function reading(args: Lost): string | null {
  if (args.trouble !== 'lost' || args.zone !== 'cluster') return null
  const said = [
    ...(args.direct === 'bad' ? ['each server loses them at its own address too'] : []),
    ...(args.direct === 'well' && args.service === 'bad'
      ? ['no server loses them at its own address: it is the way through the Service']
      : []),
    ...(args.only === 'both' ? [] : [`${args.only} questions alone: something looks inside the packets`]),
    ...(args.tcp === 'well' ? ['none over TCP'] : []),
    ...(args.insertFailed === 0 ? ['insert_failed +0, so not the conntrack race'] : []),
    ...(args.insertFailed !== 0 && args.single === 'bad' ? ['single questions too, so not the conntrack race'] : []),
  ]
  return said.length === 0 ? null : said.join(' · ')
}

function judge(
  probe: DnsProbe,
  node: string,
  zone: 'cluster' | 'external',
  counters: ConntrackWindow | undefined,
): Verdict<Lost> {
  const lag = probe.lag?.find((it) => it.node === node)?.p99Ms ?? 0
  const again = 'again when the node is less busy'
  if (blindNodes(probe).has(node)) {
    return cannotTell(
      'ambiguous',
      `the probe pod on ${node} got the CPU up to ${lag} ms late: its timeouts may be its own`,
      again,
    )
  }
  const series = seriesOf(probe, { node, zone })
  const loss = lossOf(series)
  if (loss.of === 0) return cannotTell('too-few', `no lookup of ${zone} names ended on ${node}`)
  const bad = troubled(series)
  const lost = notable(bad, loss.of) || series.some((it) => notable(troubled([it]), it.lookups.length))
  const slow = series.some(isSlow)
  if (!lost && !slow)
    return starvedLibcs(probe).has(node)
      ? cannotTell(
          'ambiguous',
          `on ${node} no packet of ${loss.of} lookups was lost; the C library's own lookups, in processes of their ` +
            'own, got the CPU late, so their times say nothing',
          again,
        )
      : ok(loss.of)
  const well = lost ? answeredAsPodsAsk(probe, node, series) : null
  if (well !== null) {
    return cannotTell(
      'ambiguous',
      `on ${node} ${zone === 'cluster' ? 'names of the cluster' : 'outside names'} are answered the way that ` +
        `pods ask (${well} lookups), and lost by servers that are asked past the Service`,
    )
  }
  if (!lost && lag >= blurMs)
    return cannotTell(
      'ambiguous',
      `the probe pod on ${node} got the CPU up to ${lag} ms late, so its times say nothing; ` +
        `no lookup of ${zone === 'cluster' ? 'cluster' : 'outside'} names was lost`,
      again,
    )

  return found(probe, node, { zone, series, lost, counters })
}

/**
 * What the probe alone does, past the Service, may explain a loss of those who use it, and is none by itself. How many
 * lookups went the way of the pods, where that way is well; null where it is not, or too few tell.
 */
function answeredAsPodsAsk(probe: DnsProbe, node: string, series: readonly LookupSeries[]): number | null {
  const asksService = usersAskService(probe, node)
  const theirs = series.filter(
    (it) =>
      it.method === 'getaddrinfo' || it.server.role === 'node-cache' || (it.server.role === 'service' && asksService),
  )
  const { of } = lossOf(theirs)
  if (of < (asksService ? 20 : 4) || notable(troubled(theirs), of)) return null
  return theirs.some((it) => notable(troubled([it]), it.lookups.length)) ? null : of
}

interface Seen {
  readonly zone: 'cluster' | 'external'
  readonly series: readonly LookupSeries[]
  /** Or late. */
  readonly lost: boolean
  readonly counters: ConntrackWindow | undefined
}

function found(probe: DnsProbe, node: string, { zone, series, lost, counters }: Seen): Verdict<Lost> {
  const loss = lossOf(series)
  const bad = troubled(series)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    severity: lost ? 'error' : 'warning',
    args: {
      bad,
      of: loss.of,
      zone: zone === 'cluster' ? 'cluster' : 'outside',
      trouble: lost ? 'lost' : 'slow',
      p50: quantile(loss.times, 0.5),
      p99: quantile(loss.times, 0.99),
      ...whereLost(series),
      insertFailed: counters?.delta.insert_failed ?? null,
      byCache: false,
      towards: [],
      nodes: null,
    },
    evidence: [
      shares('lookups that lost a packet or failed', probe, series, path),
      latency(`lookups on ${node}`, series),
      ...exchange(series),
    ],
    symptoms: [
      `${zone === 'cluster' ? 'dns-loss' : 'dns-external'}:node/${node}`,
      dnsLossInNamespace(probe.from.namespace),
      ...(lost ? [] : ['dns-slow:cluster']),
      ...(lost && troubled(series.filter((it) => it.transport !== 'tcp')) === 0 ? [dnsTcpUnanswered] : []),
    ],
    // Outside names take the same way to CoreDNS as the cluster's own.
    causes: zone === 'cluster' ? [`dns-external:node/${node}`] : [],
  })
}

/** One in twenty, and two at least: in a series of ten the slowest alone is the 95th percentile. */
function isSlow({ lookups }: LookupSeries): boolean {
  const late = lookups.filter((it) => it.ms >= slowMs).length
  return late >= 2 && late / lookups.length >= 0.05
}

function path(it: LookupSeries): string {
  return `${it.server.role === 'service' ? 'Service' : (it.server.pod ?? it.server.ip)} ${it.transport} ${it.method}`
}
