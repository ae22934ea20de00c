import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Model } from '../../model/sources.ts'

/** From this lag on a probe's own timeouts may be its own fault: a query is given up after some seconds. */
export const blindLagMs = 1000

/** From this lag on what is slow may only have waited to be read: the 99th percentile hides the worst. */
export const blurLagMs = 60

/** What would settle what a late probe leaves open. */
export const whenLessBusy = 'again when the nodes are less busy'

/**
 * How late the probe on this node got the CPU, 99th percentile in ms: what is slow there may have waited to be read.
 */
export function lagOf(model: Model, node: string | null): number {
  return lagIn(model.sources.dnsProbe, node)
}

export function lagIn(dnsProbe: Known<DnsProbe>, node: string | null): number {
  if (!dnsProbe.known || node === null) return 0
  return dnsProbe.value.lag?.find((it) => it.node === node)?.p99Ms ?? 0
}
