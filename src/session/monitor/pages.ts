import type { ServerSample } from '../../answers/dns-watch.ts'
import { type CountersReading, metricsPort } from '../../collect/coredns-rates.ts'
import { scrape, scraped } from '../../collect/watch-reading.ts'
import type { Cluster } from '../../kube/cluster.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import { httpGet } from '../../probe/pod/contacts/http-get.ts'
import type { OwnServer } from '../../relations/dns/own-words.ts'
import { coreDnsCounters } from '../../wire/coredns-metrics.ts'
import { ratesBetween } from '../watch/readers.ts'

/** `direct`: from a pod of the cluster, which needs no right; else by the API server's proxy: `get pods/proxy`. */
export type PageWay = 'direct' | 'api'

export interface Pages {
  /** What each DNS server's own metrics say of the time since the last call; at most eight servers are asked. */
  readonly read: (dns: ClusterDns, signal: AbortSignal) => Promise<readonly ServerSample[]>
}

/** A page has some 100 kB; it is read within this, or is a gap. */
const pageMs = 5000
const pageBytes = 4_000_000

export function pagesOf(cluster: Cluster, way: PageWay): Pages {
  let before = new Map<string, CountersReading>()
  return {
    async read(dns, signal) {
      const servers = scraped(dns)
      const now = new Map(
        await Promise.all(
          servers.map(async (it) => [it.name, await pageOf(cluster, way, it, signal)] as [string, CountersReading]),
        ),
      )
      const samples = servers.map((it) => ({
        pod: it.name,
        node: it.node,
        cpuLimitMilli: it.containers[0]?.cpuLimitMilli ?? null,
        rates: ratesBetween(before.get(it.name), now.get(it.name)),
      }))
      before = now
      return samples
    },
  }
}

/** Where a pod may go by itself, nobody needs to let it use the API server's eyes. */
function pageOf(cluster: Cluster, way: PageWay, pod: OwnServer, signal: AbortSignal): Promise<CountersReading> {
  return way === 'direct' ? ownPage(pod, signal) : scrape(cluster, pod, pageMs, signal)
}

async function ownPage(pod: OwnServer, signal: AbortSignal): Promise<CountersReading> {
  if (pod.ip === null) return { at: performance.now(), counters: unknown('failed', 'the pod has no address yet') }
  const port = metricsPort(pod)
  const { status, error, body } = await httpGet({
    ip: pod.ip,
    port,
    scheme: 'http',
    host: `${pod.ip}:${port}`,
    path: '/metrics',
    atMost: pageBytes,
    timeoutMs: pageMs,
    until: signal,
  })
  const isWhole = error === null && status === 200
  return {
    at: performance.now(),
    counters: isWhole ? known(coreDnsCounters(body)) : unknown('failed', error ?? `its metrics answer HTTP ${status}`),
  }
}
