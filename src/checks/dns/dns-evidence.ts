import type { Evidence } from '../../findings/evidence.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { Lookup, LookupSeries } from '../../model/lookups.ts'
import { comb } from '../../relations/dns/resolver-comb.ts'
import { lossOf, quantile, troubled } from '../../relations/dns/lookup-loss.ts'
import { textOrder } from '../../model/text-order.ts'
import { ms } from '../../phrases.ts'

/** A histogram of lookup times, with the resolver's timeouts named. */
export function latency(label: string, series: readonly LookupSeries[]): Evidence {
  const samples = lossOf(series).times
  return { kind: 'latency', label, samples, comb: comb(samples) }
}

/** The counters that tell a conntrack loss, node by node, the node in question first. */
export function conntrackRows(windows: readonly ConntrackWindow[], node: string): Evidence {
  const ordered = windows.toSorted(
    (a, b) => Number(b.node === node) - Number(a.node === node) || textOrder(a.node, b.node),
  )
  return {
    kind: 'counters',
    label: 'conntrack during the probe',
    windowMs: ordered[0]?.windowMs ?? 0,
    rows: ordered.map((it) => ({
      where: it.node,
      values: { insert_failed: it.delta.insert_failed, drop: it.delta.drop, clash_resolve: it.delta.clash_resolve },
    })),
  }
}

/** One lookup that lost a question, question by question, as a capture would show it. */
export function exchange(series: readonly LookupSeries[]): readonly Evidence[] {
  for (const it of series) {
    const lookup =
      it.lookups.find((one) => one.firstLost === 'a' || one.firstLost === 'aaaa') ??
      it.lookups.find((one) => one.firstLost === 'both')
    if (lookup !== undefined)
      return [
        { kind: 'exchange', label: `one such lookup, ${it.node} to ${it.server.ip}:53`, rows: rowsOf(it, lookup) },
      ]
  }
  return []
}

const questions: Readonly<Record<Lookup['firstLost'], string>> = {
  both: 'A and AAAA',
  a: 'A',
  aaaa: 'AAAA',
  none: 'AAAA',
}

function rowsOf(series: LookupSeries, lookup: Lookup): readonly { readonly at: number; readonly text: string }[] {
  const lost = questions[lookup.firstLost]
  const other = lookup.firstLost === 'a' ? 'AAAA' : 'A'
  return [
    { at: 0, text: `A ${series.name} and AAAA ${series.name}, both from one ${series.transport.toUpperCase()} socket` },
    ...(lookup.firstLost === 'both' ? [] : [{ at: 1, text: `${other} is answered, ${lost} is not` }]),
    ...(lookup.retries > 0 ? [sentAgain(lost, lookup.ms)] : []),
    { at: Math.round(lookup.ms), text: lookup.a === 'timeout' || lookup.aaaa === 'timeout' ? 'given up' : 'complete' },
  ]
}

/** The probe waits as glibc does, and as musl does where one path is asked about: then a lookup is over within 5 s. */
function sentAgain(lost: string, ms: number): { readonly at: number; readonly text: string } {
  const at = ms < 5000 ? 2500 : 5000
  return { at, text: `no answer to ${lost} in ${at / 1000} s: sent again` }
}

/** How many lookups went wrong, by node or by server: lost a packet or failed, or what `badIn` counts. */
export function shares(
  label: string,
  series: readonly LookupSeries[],
  by: (it: LookupSeries) => string,
  badIn: (its: readonly LookupSeries[]) => number = troubled,
): Evidence {
  const groups = Map.groupBy(series, by)
  return {
    kind: 'shares',
    label,
    rows: [...groups]
      .toSorted(([a], [b]) => textOrder(a, b))
      .map(([where, its]) => {
        const loss = lossOf(its)
        return {
          where,
          bad: badIn(its),
          of: loss.of,
          note:
            loss.of === 0
              ? 'none ended'
              : `p50 ${ms(quantile(loss.times, 0.5))}, p99 ${ms(quantile(loss.times, 0.99))}`,
        }
      }),
  }
}

export function serverName(it: LookupSeries): string {
  if (it.server.role === 'service') return `Service ${it.server.ip}`
  return it.server.pod === null ? it.server.ip : `${it.server.pod} ${it.server.ip}`
}

/** A way that lookups take: server, transport, method. */
export function pathName(it: LookupSeries): string {
  return `${it.server.role === 'service' ? 'Service' : (it.server.pod ?? it.server.ip)} ${it.transport} ${it.method}`
}
