import { apiPath } from '../kube/address.ts'
import type { Cluster } from '../kube/cluster.ts'
import { known, type Known, mapKnown, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { OwnServer } from '../relations/dns/own-words.ts'
import { type CoreDnsCounters, coreDnsCounters, type CoreDnsRates, coreDnsRates } from '../wire/coredns-metrics.ts'

/** CoreDNS's usual port for /metrics, where no container port is named so. */
const usualPort = 9153

export function metricsPort(pod: Pod): number {
  return pod.containers.flatMap((it) => it.ports).find((it) => it.name === 'metrics')?.port ?? usualPort
}

/**
 * Two readings of each pod's /metrics, `seconds` apart, through the API server's proxy: that needs no pod, only the
 * right to `get pods/proxy`. By pod name; a pod whose metrics could not be had says why.
 */
export async function readCoreDnsRates(
  cluster: Cluster,
  pods: readonly OwnServer[],
  seconds: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Known<CoreDnsRates>>> {
  const readAll = (): Promise<readonly CountersReading[]> =>
    eachOf(pods, atOnce, (pod) => readCounters(cluster, pod, signal))
  const before = await readAll()
  if (before.every((it) => !it.counters.known))
    return new Map(pods.map((pod, i) => [pod.name, before[i]?.counters as Known<never>]))
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
  const after = await readAll()
  return new Map(pods.map((pod, i) => [pod.name, between(before[i], after[i])]))
}

export interface CountersReading {
  readonly at: number
  readonly counters: Known<CoreDnsCounters>
}

/** Hundreds of servers are not asked at once. */
const atOnce = 8

/** In their order, `most` under way. */
async function eachOf<T, U>(all: readonly T[], most: number, work: (it: T) => Promise<U>): Promise<readonly U[]> {
  const made: U[] = []
  const left = [...all.entries()]
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) made[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: most }, worker))
  return made
}

export async function readCounters(cluster: Cluster, pod: OwnServer, signal: AbortSignal): Promise<CountersReading> {
  const text = await cluster.raw(
    apiPath`/api/v1/namespaces/${pod.namespace}/pods/${pod.name}:${metricsPort(pod)}/proxy/metrics`,
    { signal },
  )
  return { at: performance.now(), counters: mapKnown(text, coreDnsCounters) }
}

function between(before: CountersReading | undefined, after: CountersReading | undefined): Known<CoreDnsRates> {
  if (before === undefined || after === undefined) return unknown('failed', 'not read')
  if (!before.counters.known) return before.counters
  if (!after.counters.known) return after.counters
  const rates = coreDnsRates(before.counters.value, after.counters.value, (after.at - before.at) / 1000)
  return rates === null
    ? unknown(
        'failed',
        'these are no metrics of one and the same CoreDNS: it was restarted, or has no `prometheus` line',
      )
    : known(rates)
}
