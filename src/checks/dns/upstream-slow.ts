import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, notable, quantile, troubled } from '../../relations/dns/lookup-loss.ts'
import { outsideByServer } from '../../relations/dns/upstream-by-server.ts'
import { ownLatenessMs } from '../../relations/dns/slower-than-own.ts'
import { blurLagMs, whenLessBusy } from '../../relations/troubles/probe-lag.ts'
import type { Upstreams } from '../../relations/dns/upstream-servers.ts'
import type { UpstreamWindow } from '../../model/counters.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import {
  outside,
  outsideFails,
  typeFailing,
  upstreamTotals,
  type UpstreamTotals,
} from '../../relations/dns/upstream.ts'
import { tooFewOutside, upstreamEvidence, upstreamsAsked } from './upstream-evidence.ts'
import { askUpstream, upstreamArgs, upstreamWords, verb } from './upstream-words.ts'
import { bySelector, serverArgs } from './server-words.ts'
import { ms, percent } from '../../phrases.ts'

/** As DNS110: an outside name that nobody cached may take a while, half a second is too long for a resolver nearby. */
const slowMs = 500

/** Above this, names of the cluster are slow as well, and the upstream is not what makes them so. */
const clusterSlowMs = 250

/** CoreDNS gives each try 2 s (plugin/forward, proxy read timeout) and then tries again. */
const tryMs = 1900

const leastUnanswered = 3

/** One answer in twenty of `slowMs` alone makes a mean of this: below it, the upstream was not what took the time. */
const leastMeanMs = slowMs / 20

/**
 * Outside names that no cache knows are late or fail now and then, names of the cluster are quick: the upstream's
 * doing.
 */
export default check({
  code: 'DNS144',
  slug: 'dns/upstream-slow',
  title: 'the DNS server that CoreDNS forwards to is slow or loses queries',
  fine: 'names outside the cluster are answered in good time',
  severity: 'warning',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: ['DNS-71'],

  run({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs }) {
    const asked = outside(dnsProbe)
    const few = tooFewOutside(asked)
    if (few !== null) return few
    if (outsideFails(asked) || typeFailing(asked.lookups) !== null)
      return ok(asked.lookups.length, 'outside names fail altogether')
    if (outsideByServer(dnsProbe).cut.length > 0)
      return ok(asked.lookups.length, 'they fail at single servers alone: DNS150 is about that')
    const loss = lossOf(asked.series)
    const cluster = lossOf(asked.cluster)
    const lost = troubled(asked.series)
    const p95 = quantile(loss.times, 0.95)
    if (!notable(lost, loss.of) && p95 < slowMs)
      return ok(loss.of, `p95 ${ms(p95)} for outside names that are not cached`)
    const shared = sharedBy(asked.cluster, dnsProbe, { p95, isLost: notable(lost, loss.of) })
    if (shared !== null) return shared

    const upstreams = upstreamsAsked(clusterDns, asked.series, coreDnsWindows, dnsServerLogs)
    const totals = upstreamTotals(blamedOnly(upstreams))
    const how = troubleOf(totals, loss.times)
    if (how === 'slow' && totals?.meanMs != null && totals.meanMs < leastMeanMs)
      return cannotTell(
        'ambiguous',
        `outside names are late (p95 ${ms(p95)}), but CoreDNS had its upstream's answers after ` +
          `${ms(totals.meanMs)} on average: the time goes between the probe and CoreDNS`,
      )
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      severity: notable(loss.failed, loss.of) ? 'error' : 'warning',
      args: {
        how,
        ...upstreamArgs(upstreams),
        p50: ms(quantile(loss.times, 0.5)),
        ...serverArgs(clusterDns),
        p95: ms(p95),
        clusterP95: ms(quantile(cluster.times, 0.95)),
        failed: loss.failed,
        lost,
        of: loss.of,
        unanswered: totals === null ? 'unknown' : Math.max(0, totals.sent - totals.answered),
        sent: totals?.sent ?? null,
        share: totals === null ? 'some' : percent(Math.max(0, totals.sent - totals.answered), totals.sent),
        mean: totals?.meanMs == null ? 'unknown' : ms(totals.meanMs),
      },
      evidence: upstreamEvidence({
        dns: clusterDns,
        probe: dnsProbe,
        asked: asked.series,
        upstreams,
        label: labels[how],
      }),
      causes: ['dns-external:*', 'dns-slow:*'],
    })
  },

  words: {
    headline: ({ args }) => {
      if (args.how === 'slow')
        return (
          `Names outside the cluster are slow: CoreDNS's ${upstreamWords(args)} ${verb(args, 'takes', 'take')} ` +
          `${args.mean === 'unknown' ? args.p50 : args.mean} for an answer.`
        )
      if (args.how === 'lossy')
        return (
          `Names outside the cluster are late or fail: ${args.unanswered} of ${args.sent ?? 'the'} queries from ` +
          `CoreDNS to its ${upstreamWords(args)} had no answer.`
        )
      return (
        'Names outside the cluster are late or fail: ' +
        `CoreDNS's ${upstreamWords(args)} ${verb(args, 'is slow or loses', 'are slow or lose')} queries.`
      )
    },
    detail: ({ args }) =>
      `uncached outside names p50 ${args.p50}, p95 ${args.p95}, ` +
      `${args.failed} of ${args.of} failed · names of the cluster p95 ${args.clusterP95}`,
    note: ({ args }) =>
      args.how === 'lossy'
        ? 'CoreDNS waits 2 s for each try: a limit on queries per second (a cloud resolver counts them per ' +
          'network interface) loses some and answers the rest quickly'
        : 'applications see it at the first lookup of a name only, then caches hide it until the TTL ends',
    help: ({ subject: on, args }) => [
      args.how === 'lossy'
        ? "find who drops them: the resolver's limit of queries, a firewall, the way there; " +
          'fewer queries help (cache, ndots, a node-local cache)'
        : 'ask the upstream yourself from a node of CoreDNS; name a nearer or a second one in the Corefile',
      ...askUpstream(args, '$RANDOM.example.com').map(
        (it) => `on such a node:  ${it}    # several times: the time, and "no servers could be reached"`,
      ),
      `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20 | grep "i/o timeout"`,
    ],
  },
})

/** Why it may not be the upstream alone: names of the cluster, or the probe itself, are as late. */
function sharedBy(
  series: readonly LookupSeries[],
  probe: DnsProbe,
  { p95, isLost }: { readonly p95: number; readonly isLost: boolean },
) {
  const cluster = lossOf(series)
  const lost = troubled(series)
  if (notable(lost, cluster.of))
    return cannotTell(
      'ambiguous',
      `names of the cluster are lost as well (${lost} of ${cluster.of} lookups): not the upstream alone`,
    )
  const own = quantile(cluster.times, 0.95)
  if (own >= clusterSlowMs) {
    const lag = Math.max(0, ...(probe.lag ?? []).map((it) => it.p99Ms))
    return lag >= blurLagMs
      ? cannotTell(
          'ambiguous',
          `the probe got the CPU up to ${lag} ms late: how long outside names take does not show`,
          whenLessBusy,
        )
      : cannotTell('ambiguous', `names of the cluster are late as well (p95 ${ms(own)}): not the upstream alone`)
  }
  if (isLost || p95 >= ownLatenessMs(series, probe)) return null
  return cannotTell(
    'ambiguous',
    `outside names are late (p95 ${ms(p95)}), and so are names of the cluster (p99 ` +
      `${ms(quantile(cluster.times, 0.99))}) or the probe itself: not the upstream, as far as can be told`,
  )
}

const labels = { slow: 'slow', lossy: 'loses queries', either: 'slow, or loses queries' } as const

/** The counters of those that are blamed; of all, where none of these has its own. */
function blamedOnly({ windows, blamed }: Upstreams): readonly UpstreamWindow[] {
  const its = windows.filter((it) =>
    blamed.some((name) => it.to === name || it.to === `${name}:53` || it.to === `[${name}]:53`),
  )
  return its.length === 0 ? windows : its
}

/** Answers that take long, or answers that are missing while the others are quick; null totals leave it open. */
function troubleOf(totals: UpstreamTotals | null, times: readonly number[]): 'slow' | 'lossy' | 'either' {
  if (totals === null || totals.sent === 0) return times.some((it) => it >= tryMs) ? 'either' : 'slow'
  const unanswered = totals.sent - totals.answered
  if (unanswered >= leastUnanswered && unanswered >= totals.sent * 0.1)
    return (totals.meanMs ?? 0) >= slowMs ? 'either' : 'lossy'
  return 'slow'
}
