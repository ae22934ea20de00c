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
 * The range of Services stands in no object that is read. The smallest block that holds each address of a Service is
 * taken for it, a /20 at least, as clouds give it out (GKE), and a /16 at most: where all Services are known, and each
 * with all of its addresses.
 */
function serviceRange(ip: string, { services, clusterDns, nodes, isWhole }: Around): Home | null {
  const vip = clusterDns.known ? (clusterDns.value.service?.clusterIP ?? null) : null
  const half = /^(\d+\.\d+\.)\d+\.\d+$/.exec(vip ?? '')?.[1]
  if (half === undefined || !isWhole || !services.known || !ip.startsWith(half)) return null
  const isHidden = services.value.some((it) => it.families?.[0] === 'IPv6' && it.families.length > 1)
  const isOfNodes = nodes.some((it) => it.ip?.startsWith(half) === true)
  const range = blockOf([vip, ...services.value.map((it) => it.clusterIP)].filter((it) => it?.startsWith(half)))
  return isHidden || isOfNodes || range === null || !contains(range, ip)
    ? null
    : { node: null, range: `${range}, with the addresses of Services` }
}

/** They miss one half of the range of Services in one of 128 clusters. */
const enough = 8

/** Of IPv4 addresses whose first half is alike. */
function blockOf(ips: readonly (string | null | undefined)[]): string | null {
  const halves = ips.flatMap((it) => {
    const [, , c, d] = (it ?? '').split('.').map(Number)
    return c === undefined || d === undefined ? [] : [c * 256 + d]
  })
  const [first] = ips
  if (first == null || halves.length === 0) return null
  const [low, high] = [Math.min(...halves), Math.max(...halves)]
  // Of so many that are drawn at random some lie in either half of their range; of fewer nobody knows.
  let bits = halves.length < enough ? 16 : 20
  while (bits > 16 && low >> (32 - bits) !== high >> (32 - bits)) bits -= 1
  const start = (low >> (32 - bits)) << (32 - bits)
  return `${first.split('.').slice(0, 2).join('.')}.${start >> 8}.${start & 255}/${bits}`
}
