import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { localIps, upstreamService } from '../../wire/component-args.ts'
import { type Loss, lossOf, nearlyAll, notable, seriesOf, troubled } from './lookup-loss.ts'

/** Whether what pods of a node send to the DNS Service ends at a cache on that node. In IPVS mode it does not. */
export function cacheHoldsService({ nodeCaches, service }: ClusterDns, node: string): boolean {
  const vip = service?.clusterIP ?? null
  return (
    vip !== null && nodeCaches.some((it) => it.node === node && it.phase === 'Running' && addressesOf(it).includes(vip))
  )
}

/** Every address that a cache takes on its node, on whatever node: kubelets hand them to pods as their nameserver. */
export function cacheAddresses({ nodeCaches }: Pick<ClusterDns, 'nodeCaches'>): readonly string[] {
  return [...new Set(nodeCaches.flatMap(addressesOf))]
}

/**
 * The Service of its own namespace whose address the cache writes in the place of `__PILLAR__CLUSTER__DNS__`
 * (kubernetes/dns cmd/node-cache/main.go).
 */
export function upstreamServiceOf(cache: Pod): string {
  return cache.containers.flatMap(({ args }) => upstreamService(args) ?? [])[0] ?? 'kube-dns'
}

function addressesOf(cache: Pod): readonly string[] {
  return cache.containers.flatMap(({ args }) => localIps(args))
}

/** The cache of one node, failing where the servers behind it answer that same node. */
export interface CacheFault {
  readonly node: string
  readonly pod: Pod
  readonly zone: LookupSeries['zone']
  /**
   * `silent`: no answer at all. `tcp`: answered over UDP alone. `erring`: SERVFAIL or REFUSED. `lossy`: now and then.
   */
  readonly how: 'silent' | 'tcp' | 'erring' | 'lossy'
  readonly ip: string
  readonly bad: number
  readonly of: number
  readonly series: readonly LookupSeries[]
}

const zones = ['cluster', 'external'] as const

/** Below this share, what a cache loses is what a busy node loses. */
const lossyShare = 0.05

/** One for each node and zone in which the cache fails, and nothing but the cache. */
export function cacheFaults(probe: DnsProbe, dns: ClusterDns): readonly CacheFault[] {
  return probe.nodes.flatMap((node) => {
    const pod = dns.nodeCaches.find((it) => it.node === node && !it.deleting)
    return pod === undefined ? [] : zones.flatMap((zone) => faultAt(probe, dns, pod, zone))
  })
}

/**
 * Whether a series goes to the cache of its node: to an address of its own, or to the Service's where it holds that.
 */
export function goesToCache(dns: ClusterDns, it: LookupSeries): boolean {
  if (it.method === 'getaddrinfo') return false
  if (it.server.role === 'service') return cacheHoldsService(dns, it.node)
  return it.server.role === 'node-cache' && dns.nodeCaches.some((pod) => pod.node === it.node)
}

function faultAt(probe: DnsProbe, dns: ClusterDns, pod: Pod, zone: LookupSeries['zone']): readonly CacheFault[] {
  const node = pod.node ?? ''
  const all = seriesOf(probe, { node, zone })
  const series = all.filter((it) => goesToCache(dns, it))
  const past = all.filter((it) => !goesToCache(dns, it) && it.method !== 'getaddrinfo')
  const elsewhere = lossOf(past)
  if (lossOf(series).of < 4 || elsewhere.of < 4 || notable(troubled(past), elsewhere.of)) return []
  const how = howOf(series)
  if (how === null) return []
  const theirs = how === 'tcp' ? series.filter((it) => it.transport === 'tcp') : series
  const bad = troubled(theirs)
  return [{ node, pod, zone, how, ip: series[0]?.server.ip ?? 'unknown', bad, of: lossOf(theirs).of, series }]
}

function howOf(series: readonly LookupSeries[]): CacheFault['how'] | null {
  const over = (transport: LookupSeries['transport']): Loss => lossOf(series.filter((it) => it.transport === transport))
  const [udp, tcp, whole] = [over('udp'), over('tcp'), lossOf(series)]
  if (nearlyAll(whole.silent, whole.of)) return 'silent'
  if (nearlyAll(tcp.failed, tcp.of) && !notable(udp.failed, udp.of)) return 'tcp'
  if (notable(whole.erring, whole.of) && whole.erring * 2 >= whole.failed) return 'erring'
  const bad = troubled(series)
  return notable(bad, whole.of) && bad / whole.of >= lossyShare ? 'lossy' : null
}
