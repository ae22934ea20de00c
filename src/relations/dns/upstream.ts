import type { UpstreamWindow } from '../../model/counters.ts'
import type { DnsProbe, Lookup, LookupSeries } from '../../model/lookups.ts'
import { once } from '../once.ts'
import { lossOf, nearlyAll, seriesOf } from './lookup-loss.ts'

/** Lookups of outside names that the upstream itself had to answer. */
export interface Outside {
  readonly series: readonly LookupSeries[]
  readonly lookups: readonly Lookup[]
  /** Names of the cluster, asked from the same nodes: what these suffer too is not the upstream's. */
  readonly cluster: readonly LookupSeries[]
}

/**
 * Each server is asked for a name that no cache knows; through the Service a name is asked for that most likely is
 * cached, so those lookups are good for nothing but the lack of others. Nodes on which names of the cluster fail say
 * nothing.
 */
export const outside = once((probe: DnsProbe): Outside => {
  const nodes = probe.nodes.filter((node) => clusterNamesWork(seriesOf(probe, { node, zone: 'cluster' })))
  const all = probe.series.filter(
    (it) => it.zone === 'external' && it.method !== 'getaddrinfo' && nodes.includes(it.node),
  )
  const direct = all.filter((it) => it.server.role === 'endpoint')
  const series = lossOf(direct).of >= 4 ? direct : all
  const cluster = probe.series.filter(
    (it) => it.zone === 'cluster' && it.server.role === 'endpoint' && it.transport === 'udp' && nodes.includes(it.node),
  )
  return { series, lookups: series.flatMap((it) => it.lookups), cluster }
})

function clusterNamesWork(series: readonly LookupSeries[]): boolean {
  const loss = lossOf(series)
  return loss.of > 0 && loss.failed / loss.of < 0.1
}

/** What all CoreDNS pods together had of some upstreams in the probe's window; null where their metrics do not tell. */
export interface UpstreamTotals {
  readonly sent: number
  readonly answered: number
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds for one answer, on average; null without one. */
  readonly meanMs: number | null
}

/** `all` = the counters of the servers in question, of each CoreDNS pod. */
export function upstreamTotals(all: readonly UpstreamWindow[]): UpstreamTotals | null {
  if (all.length === 0) return null
  const answers: Record<string, number> = {}
  for (const it of all) for (const [rcode, n] of Object.entries(it.answers)) answers[rcode] = (answers[rcode] ?? 0) + n
  const answered = Object.values(answers).reduce((sum, n) => sum + n, 0)
  const seconds = all.reduce((sum, it) => sum + it.seconds, 0)
  return {
    sent: all.reduce((sum, it) => sum + it.sent, 0),
    answered,
    answers,
    meanMs: answered === 0 ? null : (1000 * seconds) / answered,
  }
}

/** The answers that say that a server can't or won't; NXDOMAIN is a good one. */
export function errorAnswers(answers: Readonly<Record<string, number>>): number {
  return Object.entries(answers).reduce(
    (sum, [rcode, n]) => sum + (rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? 0 : n),
    0,
  )
}

/** Outside names fail, whoever is asked. */
export function outsideFails({ lookups, series }: Outside): boolean {
  return lookups.length >= 4 && nearlyAll(lossOf(series).unanswered, lookups.length)
}

/**
 * What the failing lookups and CoreDNS's own counters say of the upstream. `refuses`: it answers, and each answer is
 * an error. `silent`: it does not answer, as far as can be seen.
 */
export function failureOf(
  { lookups }: Outside,
  totals: UpstreamTotals | null,
): {
  readonly kind: 'refuses' | 'silent'
  readonly rcode: 'SERVFAIL' | 'REFUSED' | 'timeout'
  readonly proven: boolean
} {
  const answers = lookups.flatMap((it) => [it.a, it.aaaa])
  const count = (wanted: string): number => answers.filter((it) => it === wanted).length
  const servfailOrNone = count('servfail') >= count('timeout') ? 'SERVFAIL' : 'timeout'
  const rcode = count('refused') > count('servfail') ? 'REFUSED' : servfailOrNone
  if (totals !== null && totals.sent > 0) {
    const said = totals.answered >= totals.sent / 2 && errorAnswers(totals.answers) >= totals.answered * 0.5
    const most = Object.entries(totals.answers)
      .filter(([it]) => it === 'REFUSED' || it === 'SERVFAIL')
      .toSorted((a, b) => b[1] - a[1])[0]?.[0]
    return said
      ? { kind: 'refuses', rcode: most === 'REFUSED' || most === 'SERVFAIL' ? most : rcode, proven: true }
      : { kind: 'silent', rcode, proven: true }
  }
  // REFUSED is a word that somebody said; SERVFAIL may as well be CoreDNS's own for a silent upstream.
  return rcode === 'REFUSED' ? { kind: 'refuses', rcode, proven: false } : { kind: 'silent', rcode, proven: false }
}

/** Every question of one type fails, the other is answered: `aaaa`, `a`, or null. */
export function typeFailing(lookups: readonly Lookup[]): 'a' | 'aaaa' | null {
  if (lookups.length < 8) return null
  const failed = (type: 'a' | 'aaaa'): number =>
    lookups.filter(
      (it) =>
        it.firstLost === type ||
        it.firstLost === 'both' ||
        ['timeout', 'servfail', 'refused', 'unreachable'].includes(it[type]),
    ).length
  if (nearlyAll(failed('aaaa'), lookups.length) && failed('a') <= lookups.length * 0.2) return 'aaaa'
  return nearlyAll(failed('a'), lookups.length) && failed('aaaa') <= lookups.length * 0.2 ? 'a' : null
}
