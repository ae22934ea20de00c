import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, notable, quantile, seriesOf, troubled } from '../../relations/lookup-loss.ts'
import { dnsLossInNamespace } from '../../relations/symptom.ts'
import { exchange, latency, ms, percent, shares } from './dns-evidence.ts'

/** Slower than this at the 95th percentile, without a loss, is worth a warning: a healthy look-up takes about 1 ms. */
const slowMs = 500

/** A probe that lags this much on an idle network shows quarter-second look-ups by itself. */
const blurMs = 60

/**
 * The net under the other DNS checks: look-ups are lost or slow. Where one of them names the cause, this folds under
 * it; where none does, it stands alone, so that a fault without a name never reads as health.
 */
export default check({
  code: 'DNS110',
  slug: 'dns/lookups-lost',
  title: 'DNS look-ups are lost or slow',
  fine: 'look-ups are quick, and none is lost',
  severity: 'error',
  needs: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ dnsProbe }) {
    const measured = dnsProbe.nodes.flatMap((node) => (['cluster', 'external'] as const).map((zone) => judge(dnsProbe, node, zone)))
    const missing = dnsProbe.missing.map(({ node, why }) => cannotTell('failed', `node ${node}: ${why}`))
    const stopped = dnsProbe.stopped === null ? [] : [cannotTell('failed', `the probe stopped itself: ${dnsProbe.stopped}`)]
    return [...measured, ...missing, ...stopped]
  },

  words: {
    headline: ({ subject: on, args }) => `DNS look-ups of ${args['zone']} names from node ${on.name} are ${args['trouble']}, and no known cause matches.`,
    detail: ({ subject: on, args }) => `on node ${on.name} · ${args['bad']} of ${args['of']} look-ups of ${args['zone']} names (${args['share']}) lost a packet or failed · p50 ${args['p50']}, p99 ${args['p99']}`,
    note: () => null,
    help: ({ subject: on }) => [
      'compare the paths: where the bad ones part from the good ones, there it sits',
      `hopscope dns --node ${on.name} --node-access`,
    ],
  },
})

function judge(probe: DnsProbe, node: string, zone: 'cluster' | 'external'): Verdict {
  const series = seriesOf(probe, { node, zone })
  const loss = lossOf(series)
  if (loss.of === 0) return cannotTell('too-few', `no look-up of ${zone} names ended on ${node}`)
  const bad = troubled(series)
  const lost = notable(bad, loss.of) || series.some((it) => notable(troubled([it]), it.lookups.length))
  const slow = series.some((it) => it.lookups.length >= 5 && quantile(lossOf([it]).times, 0.95) >= slowMs)
  if (!lost && !slow) return ok(loss.of)
  const lag = probe.lag?.find((it) => it.node === node)?.p99Ms ?? 0
  if (!lost && lag >= blurMs) return cannotTell('ambiguous', `the probe pod on ${node} got the CPU up to ${lag} ms late, so its times say nothing; no look-up was lost`, 'again when the node is less busy')

  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    severity: lost ? 'error' : 'warning',
    args: {
      bad,
      of: loss.of,
      share: percent(bad, loss.of),
      zone: zone === 'cluster' ? 'cluster' : 'outside',
      trouble: lost ? 'lost' : 'slow',
      p50: ms(quantile(loss.times, 0.5)),
      p99: ms(quantile(loss.times, 0.99)),
    },
    evidence: [shares('look-ups that lost a packet or failed', probe, series, path), latency(`look-ups on ${node}`, series), ...exchange(series)],
    symptoms: [`${zone === 'cluster' ? 'dns-loss' : 'dns-external'}:node/${node}`, dnsLossInNamespace(probe.from.namespace), ...(lost ? [] : ['dns-slow:cluster'])],
    // Outside names take the same way to CoreDNS as the cluster's own.
    explains: zone === 'cluster' ? [`dns-external:node/${node}`] : [],
  })
}

function path(it: LookupSeries): string {
  return `${it.server.role === 'service' ? 'Service' : (it.server.pod ?? it.server.ip)} ${it.transport} ${it.method}`
}
