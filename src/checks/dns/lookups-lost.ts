import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { DnsProbe, Lookup, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { asOne } from '../../relations/dns/every-node.ts'
import {
  blindNodes,
  isLossy,
  isTroubled,
  lossOf,
  notable,
  quantile,
  seriesOf,
  starvedLibcs,
  troubled,
} from '../../relations/dns/lookup-loss.ts'
import { cacheFaults } from '../../relations/dns/node-cache.ts'
import { dnsLossInNamespace, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { whenLessBusy } from '../../relations/troubles/probe-lag.ts'
import { usersAskService } from '../../relations/dns/users-way.ts'
import { type WhereLost, whereLost } from './where-lost.ts'
import { exchange, latency, pathName, shares } from './dns-evidence.ts'
import { notMeasured } from './not-measured.ts'
import { ms, percent } from '../../phrases.ts'

/**
 * The net under the other DNS checks: lookups are lost, or fail. Where one of them names the cause, this folds under
 * it; where none does, it stands alone, so that a fault without a name never reads as health.
 */
export default check({
  code: 'DNS110',
  slug: 'dns/lookups-lost',
  title: 'DNS lookups are lost or fail',
  fine: 'no lookup is lost, and none fails',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['conntrack', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ dnsProbe, conntrack, clusterDns }) {
    const windows = conntrack.known ? conntrack.value : []
    const caches = clusterDns.known ? cacheFaults(dnsProbe, clusterDns.value) : []
    const measured = dnsProbe.nodes.flatMap((node) => {
      const [cluster, outside] = (['cluster', 'external'] as const).map((zone) => {
        const verdict = judge(
          dnsProbe,
          node,
          zone,
          windows.find((it) => it.node === node),
        )
        return caches.some((it) => it.node === node && it.zone === zone) ? byCache(verdict) : verdict
      })
      return cluster === undefined || outside === undefined ? [] : ofBoth(cluster, outside)
    })
    return [...towardsHome(dnsProbe, measured, clusterDns), ...notMeasured(dnsProbe)]
  },

  together(findings, model) {
    const lost = findings.filter((it) => it.args.trouble === findings[0]?.args.trouble && !it.args.byCache)
    if (lost.length < findings.length) return null
    const worstFirst = lost.toSorted((a, b) => b.args.bad - a.args.bad)
    const one = asOne(worstFirst, model, ['bad', 'of', 'outsideBad', 'outsideOf'])
    if (one === null) return null
    const zones = new Set(lost.map((it) => it.args.zone))
    return { ...one, args: { ...one.args, zone: zones.size > 1 ? 'cluster and outside' : one.args.zone } }
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.nodes !== null)
        return (
          `DNS lookups of ${args.zone} names ${does(args)} from all ${args.nodes} nodes probed, ` +
          'and no known cause matches.'
        )
      return args.towards.length > 0
        ? `DNS lookups of ${args.zone} names that cross to node ${on.name}, where all DNS servers run, ` +
            `${does(args)}: from ${args.towards.join(', ')}.`
        : `DNS lookups of ${args.zone} names from node ${on.name} ${does(args)}, ` +
            `${args.byCache ? 'by the DNS cache of that node' : 'and no known cause matches'}.`
    },
    detail: ({ subject: on, args }) =>
      (args.nodes === null ? `on node ${on.name}` : `from all ${args.nodes} nodes probed; p50 and p99 of the worst`) +
      ` · ${args.bad} of ${args.of} lookups of ${args.zone} names (${percent(args.bad, args.of)}) ` +
      (args.trouble === 'lost' ? 'lost a packet or failed' : 'were refused, or answered with an error') +
      (args.outsideBad === 0 ? '' : `, and ${args.outsideBad} of ${args.outsideOf} of outside names`) +
      ` · p50 ${ms(args.p50)}, p99 ${ms(args.p99)}`,
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

const verbs = { lost: 'are lost', failing: 'fail' } as const

/** All of them, or how many: a third is not "are lost". */
function does({ trouble, bad, of }: Lost): string {
  return bad === of ? verbs[trouble] : `${verbs[trouble]} (${bad} of ${of})`
}

type Lost = {
  readonly bad: number
  readonly of: number
  readonly zone: 'cluster' | 'outside' | 'cluster and outside'
  /** `failing`: most of them were answered, with an error or a refusal. */
  readonly trouble: 'lost' | 'failing'
  /** Of outside names, where those of the cluster are lost and may be why. */
  readonly outsideBad: number
  readonly outsideOf: number
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
  const lost = measured.filter(isLoss)
  const nodes = [...new Set(lost.map((it) => it.found.subject.name))].toSorted()
  const others = probe.nodes.filter((it) => it !== home)
  if (nodes.length < 2 || nodes.includes(home) || nodes.length < others.length) return measured
  const [worst] = lost.toSorted((a, b) => b.found.args.bad - a.found.args.bad)
  if (worst === undefined) return measured
  const all = lossOf(probe.series.filter((it) => nodes.includes(it.node)))
  const bad = troubled(probe.series.filter((it) => nodes.includes(it.node)))
  const symptoms = [...new Set(lost.flatMap((it) => it.found.symptoms ?? []))]
  const found = {
    ...worst.found,
    subject: subject('Node', null, home),
    args: { ...worst.found.args, towards: nodes, bad, of: all.of, outsideBad: 0, outsideOf: 0 },
    symptoms,
    causes: nodes.map((it) => `dns-external:node/${it}`).filter((it) => !symptoms.includes(it)),
  }
  return [{ kind: 'finding', found }, ...measured.filter((it) => !isLoss(it))]
}

type Found = Extract<Verdict<Lost>, { kind: 'finding' }>

function isLoss(it: Verdict<Lost>): it is Found {
  return it.kind === 'finding'
}

/**
 * Outside names take the same way to CoreDNS as the cluster's own: where those are lost on a node, it is one finding,
 * and the loss of outside names is told with it. By itself it would be a finding that explains itself.
 */
function ofBoth(cluster: Verdict<Lost>, outside: Verdict<Lost>): readonly Verdict<Lost>[] {
  if (!isLoss(cluster) || !isLoss(outside)) return [cluster, outside]
  const { bad, of } = outside.found.args
  const args = { ...cluster.found.args, outsideBad: bad, outsideOf: of }
  return [{ kind: 'finding', found: { ...cluster.found, args } }]
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
    ...(args.tcpLate > 0
      ? [`${args.tcpLate} of ${args.tcpOf} over TCP took whole seconds: their SYN, or its answer, was lost`]
      : []),
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
  if (blindNodes(probe).has(node)) {
    return cannotTell(
      'ambiguous',
      `the probe pod on ${node} got the CPU up to ${lag} ms late: its timeouts may be its own`,
      whenLessBusy,
    )
  }
  const series = seriesOf(probe, { node, zone })
  const loss = lossOf(series)
  if (loss.of === 0) return cannotTell('too-few', `no lookup of ${zone} names ended on ${node}`)
  if (!isLossy(series))
    return starvedLibcs(probe).has(node)
      ? cannotTell(
          'ambiguous',
          `on ${node} no packet of ${loss.of} lookups was lost; the C library's own lookups, in processes of their ` +
            'own, got the CPU late, so their times say nothing',
          whenLessBusy,
        )
      : ok(loss.of)
  const well = answeredAsPodsAsk(probe, node, series)
  if (well !== null) {
    return cannotTell(
      'ambiguous',
      `on ${node} ${zone === 'cluster' ? 'names of the cluster' : 'outside names'} are answered the way that ` +
        `pods ask (${well} lookups), and lost by servers that are asked past the Service`,
    )
  }

  return found(probe, node, { zone, series, counters })
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
  readonly counters: ConntrackWindow | undefined
}

function found(probe: DnsProbe, node: string, { zone, series, counters }: Seen): Verdict<Lost> {
  const loss = lossOf(series)
  const bad = troubled(series)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      bad,
      of: loss.of,
      zone: zone === 'cluster' ? 'cluster' : 'outside',
      trouble: unheard(series) * 2 >= bad ? 'lost' : 'failing',
      outsideBad: 0,
      outsideOf: 0,
      p50: quantile(loss.times, 0.5),
      p99: quantile(loss.times, 0.99),
      ...whereLost(series),
      insertFailed: counters?.delta.insert_failed ?? null,
      byCache: false,
      towards: [],
      nodes: null,
    },
    evidence: [
      shares('lookups that lost a packet or failed', series, pathName),
      latency(`lookups on ${node}`, series),
      ...exchange(series),
    ],
    symptoms: [
      `${zone === 'cluster' ? 'dns-loss' : 'dns-external'}:node/${node}`,
      dnsLossInNamespace(probe.from.namespace),
      ...(troubled(series.filter((it) => it.transport !== 'tcp')) === 0 ? [dnsTcpUnanswered] : []),
    ],
    // Outside names take the same way to CoreDNS as the cluster's own.
    causes: zone === 'cluster' ? [`dns-external:node/${node}`] : [],
  })
}

/** After which musl asks again, sooner than glibc: an error that took less is an answer. */
const askedAgainMs = 2470

/** Lookups of which nothing was heard in time: a packet of theirs, or its answer, was lost. */
function unheard(series: readonly LookupSeries[]): number {
  const isLost = (it: LookupSeries, one: Lookup): boolean =>
    isTroubled(it, one) && (one.firstLost !== 'none' || one.ms >= askedAgainMs || isTimeout(one))
  return series.reduce((sum, it) => sum + it.lookups.filter((one) => isLost(it, one)).length, 0)
}

function isTimeout({ a, aaaa }: Lookup): boolean {
  return a === 'timeout' || aaaa === 'timeout'
}
