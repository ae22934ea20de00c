import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { contains, isFirstOf } from '../cidr-index.ts'

/** Who may have an address of the cluster, as far as it was read. */
export interface Around {
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  readonly services: Known<readonly Service[]>
  readonly endpointSlices: Known<readonly EndpointSlice[]>
  readonly clusterDns: Known<ClusterDns>
  /** Every namespace was read. */
  readonly isWhole: boolean
}

/** Addresses that somebody has. */
export function takenAddresses({
  pods,
  nodes,
  services,
  endpointSlices,
  clusterDns: dns,
}: Around): ReadonlySet<string> {
  const all = [...pods, ...(dns.known ? [...dns.value.pods, ...dns.value.nodeCaches] : [])]
  const own = [
    ...(services.known ? services.value : []),
    ...(dns.known && dns.value.service ? [dns.value.service] : []),
  ]
  return new Set([
    ...all.flatMap((it) => [it.ip ?? '', ...(it.ips ?? [])]),
    ...nodes.map((it) => it.ip ?? ''),
    ...own.flatMap((it) => [it.clusterIP ?? '', ...(it.externalIPs ?? []), ...(it.loadBalancer?.addresses ?? [])]),
    ...(endpointSlices.known ? endpointSlices.value : []).flatMap((it) => it.endpoints.map(({ ip }) => ip)),
  ])
}

/** The part of the cluster that an address is of. */
export interface Home {
  readonly node: string | null
  readonly range: string
}

export function homeOf(ip: string, around: Around): Home | null {
  for (const { name, podCidrs = [] } of around.nodes) {
    const range = podCidrs.find((it) => contains(it, ip))
    if (range !== undefined) return isFirstOf(range, ip) ? null : { node: name, range }
  }
  return serviceRange(ip, around)
}

/**
 * The range of Services stands in no object that is read: half of an address in common with the DNS Service is taken
 * for it, where all Services are known, and each with all of its addresses.
 */
function serviceRange(ip: string, { services, clusterDns, nodes, isWhole }: Around): Home | null {
  const vip = clusterDns.known ? (clusterDns.value.service?.clusterIP ?? null) : null
  const half = /^(\d+\.\d+\.)\d+\.\d+$/.exec(vip ?? '')?.[1]
  if (half === undefined || !isWhole || !services.known || !ip.startsWith(half)) return null
  const isHidden = services.value.some((it) => it.families?.[0] === 'IPv6' && it.families.length > 1)
  const isOfNodes = nodes.some((it) => it.ip?.startsWith(half) === true)
  return isHidden || isOfNodes ? null : { node: null, range: `${half}0.0/16, as the DNS Service` }
}
