import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { blurLagMs } from '../troubles/probe-lag.ts'
import { lossOf, quantile } from './lookup-loss.ts'

/** The lag is the 99th percentile of a timer; a lookup waits for the CPU at each of its steps, in two processes. */
const lagsInLookup = 5

/** What only doubles on a machine where all doubles is no slower than the rest. */
const timesOwn = 2

/**
 * From which time on a lookup is late by more than the probe and the servers are: names of the cluster take the same
 * way and the same CPUs, and lack the part that is to be judged. 0 on an idle machine, nearly.
 */
export function ownLatenessMs(cluster: readonly LookupSeries[], probe: DnsProbe): number {
  const lag = Math.max(0, ...(probe.lag ?? []).map((it) => it.p99Ms))
  return timesOwn * quantile(lossOf(cluster).times, 0.99) + (lag < blurLagMs ? 0 : lagsInLookup * lag)
}
