import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { blurLagMs } from '../troubles/probe-lag.ts'
import { isTroubled } from './lookup-loss.ts'

/** A healthy lookup takes about 1 ms. */
export const slowMs = 500

/** In a series of ten the two slowest are the 90th percentile: fewer than three are chance, but for both of two. */
const leastLate = 3
const leastSeries = 2
const lateShare = 0.05

/** A pause as long as this, met by the second of two packets, is most of a slow lookup. */
const pauseMs = slowMs / 2

/** Pauses that 99 of 100 readings of a timer do not show are no reason why half of all lookups are late. */
const oftenShare = 0.5

/** Lookups that were answered, and late; what lost a packet waits for its resolver's timeout, and is told as lost. */
export function lateIn(series: readonly LookupSeries[]): number {
  return series.reduce(
    (sum, it) => sum + it.lookups.filter((one) => one.ms >= slowMs && !isTroubled(it, one)).length,
    0,
  )
}

/** One path: a server, a transport, a method. */
export function isSlow(series: LookupSeries): boolean {
  const [late, of] = [lateIn([series]), series.lookups.length]
  return late >= Math.max(leastSeries, Math.min(leastLate, of)) && late / of >= lateShare
}

/** A probe that did not get the CPU in time: a pod of the DNS servers beside it did not, either. */
export interface LateProbe {
  readonly node: string
  /** How late: the 99th percentile, or the longest pause where that alone shows it. */
  readonly ms: number
}

/**
 * Who may have made these lookups of this node late without DNS or the network: its own probe, which reads the answers,
 * and the nodes of the DNS servers, which give them. Where these are not known, any node.
 */
export function lateProbes(
  probe: DnsProbe,
  dns: Known<ClusterDns>,
  node: string,
  series: readonly LookupSeries[],
): readonly LateProbe[] {
  const homes = new Set((dns.known ? dns.value.pods.filter(isLive) : []).flatMap((it) => it.node ?? []))
  const isOnTheWay = (it: string): boolean => it === node || homes.size === 0 || homes.has(it)
  const slow = series.filter(isSlow)
  const asked = slow.reduce((sum, it) => sum + it.lookups.length, 0)
  const isOften = lateIn(slow) >= asked * oftenShare
  return (probe.lag ?? [])
    .filter((it) => isOnTheWay(it.node))
    .flatMap(({ node: at, p99Ms, maxMs = 0 }) => {
      if (p99Ms >= blurLagMs) return [{ node: at, ms: p99Ms }]
      return maxMs >= pauseMs && !isOften ? [{ node: at, ms: maxMs }] : []
    })
    .toSorted((a, b) => Number(b.node === node) - Number(a.node === node) || b.ms - a.ms)
}
