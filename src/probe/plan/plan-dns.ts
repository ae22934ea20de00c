import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsServer } from '../../model/lookups.ts'
import { localIps } from '../../wire/component-args.ts'
import type { SeriesSpec } from '../pod/spec.ts'

/** Lookups per series; each is two queries. */
export interface Counts {
  readonly servicePairs: number
  readonly serviceSequential: number
  readonly serviceTcp: number
  readonly endpointPairs: number
  readonly endpointSequential: number
  readonly endpointTcp: number
  readonly serviceEdns: number
  readonly endpointEdns: number
  readonly externalService: number
  readonly externalEndpoint: number
  /** The outside name itself, as applications ask for it: servers may differ in what they say. */
  readonly externalNamed: number
  readonly externalTcp: number
  readonly libcCluster: number
  readonly libcExternal: number
}

/** Pairs through the Service are what loses the race, so they are most; the others are its controls. */
export const defaultCounts: Counts = {
  servicePairs: 200,
  serviceSequential: 60,
  serviceTcp: 20,
  endpointPairs: 40,
  endpointSequential: 10,
  endpointTcp: 10,
  serviceEdns: 8,
  endpointEdns: 4,
  externalService: 30,
  externalEndpoint: 10,
  externalNamed: 4,
  externalTcp: 4,
  libcCluster: 24,
  libcExternal: 6,
}

/**
 * For a question about one path: whether names are answered, and whether lookups get lost on the way. How often, to the
 * last percent, is the question of `diagnose dns`; a user who asks about a URL waits for the URL. Of two servers these
 * are 420 queries, three seconds of a node's rate. What checks count (20 pairs to a server, and to the Service) is
 * there; a race that loses one pair of twenty is missed by one node of ten, and by all three in one run of a thousand.
 */
export const pathCounts: Counts = {
  ...defaultCounts,
  servicePairs: 48,
  serviceSequential: 20,
  serviceTcp: 10,
  serviceEdns: 4,
  endpointPairs: 20,
  endpointSequential: 6,
  endpointTcp: 6,
  externalService: 12,
  externalEndpoint: 6,
  libcCluster: 12,
  libcExternal: 4,
}

const mostEndpoints = 8

export interface DnsPlan {
  readonly series: readonly SeriesSpec[]
  readonly endpoints: readonly { readonly pod: string; readonly ip: string }[]
}

/**
 * The series of one node: the Service, then each ready replica without DNAT in between, then the C library. Through the
 * Service an outside name is asked for as applications do, and is mostly cached; each replica is asked for names below
 * `freshName` that no cache can know, so that the upstream has to answer.
 */
export function planSeries(
  dns: ClusterDns,
  want: {
    readonly counts: Counts
    readonly clusterName: string
    readonly externalName: string
    readonly freshName: string
  },
): DnsPlan {
  const { counts, clusterName, externalName, freshName } = want
  const vip = dns.service?.clusterIP ?? null
  const replicas = endpointsOf(dns).slice(0, mostEndpoints)
  const share = Math.min(1, 4 / Math.max(1, replicas.length))
  const some = (count: number): number => (count === 0 ? 0 : Math.max(4, Math.round(count * share)))
  const service: DnsServer | null = vip === null || vip === 'None' ? null : { role: 'service', ip: vip, pod: null }

  const of = (server: DnsServer, port: number, count: number, rest: Partial<SeriesSpec>): SeriesSpec => ({
    server,
    port,
    transport: 'udp',
    method: 'pair',
    name: clusterName,
    zone: 'cluster',
    count,
    outstanding: 16,
    ...rest,
  })
  const external = { name: externalName, zone: 'external' } as const
  const viaService =
    service === null
      ? []
      : [
          of(service, 53, counts.servicePairs, { outstanding: 32 }),
          of(service, 53, counts.serviceSequential, { method: 'sequential' }),
          of(service, 53, counts.serviceTcp, { transport: 'tcp' }),
          of(service, 53, counts.serviceEdns, { method: 'sequential', apart: 'edns' }),
          of(service, 53, counts.externalService, external),
        ]
  const direct = replicas.flatMap(({ ip, pod, port }) => {
    const server: DnsServer = { role: 'endpoint', ip, pod }
    return [
      of(server, port, some(counts.endpointPairs), {}),
      of(server, port, some(counts.endpointSequential), { method: 'sequential' }),
      of(server, port, some(counts.endpointTcp), { transport: 'tcp' }),
      of(server, port, some(counts.endpointEdns), { method: 'sequential', apart: 'edns' }),
      of(server, port, some(counts.externalEndpoint), { name: freshName, zone: 'external', fresh: true }),
      of(server, port, some(counts.externalNamed), { ...external, apart: 'named' }),
      of(server, port, some(counts.externalTcp), {
        name: freshName,
        zone: 'external',
        fresh: true,
        transport: 'tcp',
        apart: 'far-tcp',
      }),
    ]
  })
  const caches = ownCacheAddresses(dns).flatMap((ip) => {
    const server: DnsServer = { role: 'node-cache', ip, pod: null }
    return [
      of(server, 53, counts.endpointPairs, {}),
      of(server, 53, counts.endpointTcp, { transport: 'tcp' }),
      of(server, 53, counts.endpointEdns, { method: 'sequential', apart: 'edns' }),
      of(server, 53, counts.externalEndpoint, external),
    ]
  })
  // The pod puts the nameserver of its resolv.conf in the place of this one.
  const resolver = service ?? { role: 'node-cache', ip: '', pod: null }
  const libc = [
    of(resolver, 53, counts.libcCluster, { method: 'getaddrinfo', outstanding: 8 }),
    of(resolver, 53, counts.libcExternal, { method: 'getaddrinfo', outstanding: 2, ...external }),
  ]
  return {
    series: [...viaService, ...caches, ...direct, ...libc].filter((it) => it.count > 0),
    endpoints: replicas.flatMap(({ pod, ip }) => (pod === null ? [] : [{ pod, ip }])),
  }
}

/** A node cache's own addresses, beside the Service's. */
function ownCacheAddresses({ nodeCaches, service }: ClusterDns): readonly string[] {
  const all = nodeCaches.flatMap((it) => it.containers).flatMap((it) => localIps(it.args))
  return [...new Set(all)].filter((it) => it !== service?.clusterIP)
}

/** Ready replicas with the port behind the Service's UDP port: not always 53 (OpenShift has 5353). */
export function endpointsOf(
  dns: ClusterDns,
): readonly { readonly ip: string; readonly pod: string | null; readonly port: number }[] {
  const found = dns.slices.flatMap((slice) => {
    const udp =
      slice.ports.find((it) => it.protocol === 'UDP' && (it.name === 'dns' || it.name === null)) ??
      slice.ports.find((it) => it.protocol === 'UDP')
    if (slice.addressType === 'FQDN') return []
    return slice.endpoints.filter((it) => it.ready).map((it) => ({ ip: it.ip, pod: it.pod, port: udp?.port ?? 53 }))
  })
  return found.filter((it, i) => found.findIndex((other) => other.ip === it.ip) === i)
}
