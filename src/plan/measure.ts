import type { Model } from '../model/sources.ts'
import { lossOf, quantile, seriesOf, troubled } from '../relations/lookup-loss.ts'

/** What a verification compares: look-ups of cluster names as pods make them, through the DNS Service. */
export interface Measure {
  readonly lookups: number
  readonly lost: number
  /** Took longer than a second. */
  readonly slow: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** null where nothing was probed. */
export function measure(model: Model): Measure | null {
  const probe = model.sources.dnsProbe
  if (!probe.known) return null
  const series = seriesOf(probe.value, { role: 'service', zone: 'cluster' })
  const { of, times } = lossOf(series)
  if (of === 0) return null
  return { lookups: of, lost: troubled(series), slow: times.filter((it) => it > 1000).length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }
}
