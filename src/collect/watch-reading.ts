import type { Cluster } from '../kube/cluster.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import { type Known, unknown } from '../model/known.ts'
import { type OwnServer, ownServers } from '../relations/dns/own-words.ts'
import { fromOutside } from '../wire/outside.ts'
import { createIntern } from '../wire/intern.ts'
import { collectClusterDns } from './cluster-dns.ts'
import { readCounters, type CountersReading } from './coredns-rates.ts'
import { fewAtOnce } from './few-at-once.ts'
import { listInScope, nowhere } from './in-scope.ts'

/** More servers than these are not scraped: each costs a request in every interval. */
const mostServers = 8

export interface WatchReading {
  /** By performance.now(). */
  readonly at: number
  readonly dns: Known<ClusterDns>
  readonly metrics: ReadonlyMap<string, CountersReading>
}

/** The cluster's DNS and the metrics of its servers, once. What takes longer than `withinMs` is a gap. */
export async function readWatch(cluster: Cluster, withinMs: number, signal: AbortSignal): Promise<WatchReading> {
  const reader = fewAtOnce(cluster, 4)
  const at = performance.now()
  const dns = await collectClusterDns(reader, listInScope(reader, nowhere, createIntern()))
  const running = dns.known ? scraped(dns.value) : []
  const metrics = await Promise.all(
    running.map(async (pod) => [pod.name, await scrape(cluster, pod, withinMs, signal)] as const),
  )
  return { at, dns: fromOutside(dns), metrics: new Map(metrics) }
}

/** Of those that speak for the cluster's DNS: what another writes into its metrics is not asked for. */
export function scraped(dns: ClusterDns): readonly OwnServer[] {
  return ownServers(dns)
    .filter((it) => it.phase === 'Running' && !it.deleting)
    .slice(0, mostServers)
}

/** One server's page, through the API server. What takes longer than `withinMs` is a gap. */
export async function scrape(
  cluster: Cluster,
  pod: OwnServer,
  withinMs: number,
  signal: AbortSignal,
): Promise<CountersReading> {
  const late = AbortSignal.timeout(withinMs)
  const reading = await readCounters(cluster, pod, AbortSignal.any([signal, late]))
  if (reading.counters.known || !late.aborted) return reading
  return { at: reading.at, counters: unknown('timed-out', `no metrics within ${withinMs / 1000} s`) }
}
