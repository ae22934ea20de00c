import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { InsideView, PodSockets, UnacceptedSockets, WaitingSockets } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { PodWays } from '../../model/pod-ways.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { isLoopback } from '../../wire/ip-family.ts'
import { put } from '../once.ts'
import { type Home, homeOf, takenAddresses } from './gone-addresses.ts'
import { targetPortIn } from './service-endpoints.ts'
import { podsByName } from '../pods-by-name.ts'
import { isLive, isOver, podsOfServices } from './service-selects-pod.ts'

/** What a pod's own connections say, and of which pod: one with a network of its own, once for all its containers. */
export interface SocketSight {
  readonly pod: Pod
  /** The container that the script was run in. */
  readonly container: string
  readonly sockets: PodSockets
}

/** On the node's network the sockets are the node's, whoever opened them. */
export function socketSights(views: readonly InsideView[], pods: readonly Pod[]): readonly SocketSight[] {
  const byName = podsByName(pods)
  const seen = new Set<Pod>()
  return views.flatMap(({ namespace, pod: name, container, sockets }): readonly SocketSight[] => {
    const pod = byName.get(`${namespace}/${name}`)
    if (pod === undefined || pod.hostNetwork || sockets?.known !== true || seen.has(pod)) return []
    seen.add(pod)
    return [{ pod, container, sockets: sockets.value }]
  })
}

/** Who stands at the other end of a connection. */
export type Peer =
  | { readonly kind: 'itself' }
  | { readonly kind: 'service'; readonly service: Pick<Service, 'namespace' | 'name' | 'ports'> }
  | { readonly kind: 'pod'; readonly pod: Pod }
  /** An endpoint that is none of the pods that were read. */
  | { readonly kind: 'endpoint'; readonly service: Pick<Service, 'namespace' | 'name'> }
  | { readonly kind: 'api' }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'gone'; readonly home: Home }
  | { readonly kind: 'outside' }

export interface PeerSources {
  readonly pods: readonly Pod[]
  readonly nodes: Known<readonly Node[]>
  readonly services: Known<readonly Service[]>
  readonly endpointSlices: Known<readonly EndpointSlice[]>
  readonly clusterDns: Known<ClusterDns>
  readonly apiSlices: Known<readonly EndpointSlice[]>
  readonly podWays: Known<PodWays>
  readonly scope: Pick<Scope, 'namespace'>
}

export function peersAmong(
  sources: PeerSources,
): (pod: Pod, at: { readonly ip: string; readonly port: number }) => Peer {
  const { nodes, services, endpointSlices, clusterDns: dns, scope } = sources
  const api = apiPlaces(sources)
  // A pod that is over has given its address back.
  const live = sources.pods.filter((it) => !isOver(it))
  const found = new Map<string, Peer>()
  const add = (ip: string | null | undefined, make: () => Peer): void => {
    if (typeof ip === 'string' && ip !== '' && ip !== 'None') put(found, ip.toLowerCase(), make)
  }
  for (const service of [
    ...(services.known ? services.value : []),
    ...(dns.known && dns.value.service !== null ? [dns.value.service] : []),
  ])
    for (const ip of [service.clusterIP, ...(service.externalIPs ?? []), ...(service.loadBalancer?.addresses ?? [])])
      add(ip, () => ({ kind: 'service', service }))
  for (const pod of [...live, ...(dns.known ? dns.value.pods : [])].filter((it) => !it.hostNetwork))
    for (const ip of [pod.ip, ...(pod.ips ?? [])]) add(ip, () => ({ kind: 'pod', pod }))
  for (const { name, ip } of nodes.known ? nodes.value : []) add(ip, () => ({ kind: 'node', node: name }))
  for (const { namespace, service, endpoints } of endpointSlices.known ? endpointSlices.value : [])
    for (const { ip } of service === null ? [] : endpoints)
      add(ip, () => ({ kind: 'endpoint', service: { namespace, name: service ?? '' } }))

  const around = {
    pods: live,
    nodes: nodes.known ? nodes.value : [],
    services,
    endpointSlices,
    clusterDns: dns,
    isWhole: scope.namespace === null,
  }
  const taken = takenAddresses(around)
  return (pod, { ip, port }) => {
    if (isLoopback(ip) || ip === pod.ip || pod.ips?.includes(ip) === true) return { kind: 'itself' }
    if (api.has(`${ip} ${port}`)) return { kind: 'api' }
    const known = found.get(ip.toLowerCase())
    if (known !== undefined) return known
    // Without nodes nobody knows which addresses are theirs.
    const home = taken.has(ip) || !nodes.known ? null : homeOf(ip, around)
    return home === null ? { kind: 'outside' } : { kind: 'gone', home }
  }
}

/** `IP PORT`, since beside the API server others listen on a control plane's node. */
function apiPlaces({ apiSlices, podWays }: Pick<PeerSources, 'apiSlices' | 'podWays'>): ReadonlySet<string> {
  return new Set([
    ...(apiSlices.known ? apiSlices.value : []).flatMap(({ endpoints, ports }) =>
      endpoints.flatMap(({ ip }) => ports.map((it) => `${ip} ${it.port}`)),
    ),
    ...(podWays.known ? podWays.value.api : []).map(({ ip, port }) => `${ip} ${port}`),
  ])
}

/** A SYN is sent again after a second: whatever answers does so long before. */
const longMs = 1000

/** Twice, seconds apart, and nobody in the cluster is this far away. */
const twiceMs = 200

/**
 * Connects of its own programs that nobody answers. What hopscope tries from there itself is told by what came of it:
 * the DNS Service over TCP, and the connects of a trace.
 */
export function waitingOf(
  { pod, sockets }: SocketSight,
  { clusterDns: dns, crossings }: { readonly clusterDns: Known<ClusterDns>; readonly crossings: CrossingsKnown },
): readonly WaitingSockets[] {
  const dnsIp = dns.known ? (dns.value.service?.clusterIP ?? null) : null
  const own = (crossings.known ? crossings.value : []).filter(
    (it) => it.from.namespace === pod.namespace && it.from.pod === pod.name && it.result !== 'open',
  )
  return sockets.connecting.filter(
    ({ ip, port, ms, reads }) =>
      (ms >= longMs || (reads > 1 && ms >= twiceMs)) &&
      !(port === 53 && ip === dnsIp) &&
      !own.some((it) => it.port === port && (it.host === ip || it.to.kind === 'host')),
  )
}

type CrossingsKnown = Known<readonly Crossing[]>

/** From this many on a queue is no moment's: the program does not accept. */
export const manyWaiting = 10

/** With less than this, a container that runs a script besides may not come to accept for a second. */
const smallLimitMilli = 200

export interface Unaccepted extends UnacceptedSockets {
  readonly weight: 'outage' | 'nuisance' | 'sign'
}

/** Ports at which connections wait to be accepted, and how bad that is. */
export function unacceptedOf({ pod, sockets }: SocketSight): readonly Unaccepted[] {
  const isSlow = pod.containers.some((it) => it.cpuLimitMilli !== null && it.cpuLimitMilli < smallLimitMilli)
  return sockets.unaccepted.map((it): Unaccepted => {
    if (it.waits >= manyWaiting) return { ...it, weight: 'outage' }
    return { ...it, weight: isSlow ? 'sign' : 'nuisance' }
  })
}

/** Services that lead to this port of the pod. */
export function servicesTo(services: Known<readonly Service[]>, pods: readonly Pod[]) {
  const podsOf = podsOfServices(pods)
  return (pod: Pod, port?: number): readonly Service[] =>
    (services.known ? services.value : []).filter(
      (it) =>
        it.namespace === pod.namespace &&
        it.ports.some((one) => one.protocol === 'TCP' && (port === undefined || targetPortIn(pod, one) === port)) &&
        podsOf(it).some((one) => one === pod && isLive(one)),
    )
}

/** Of a range of thousands, few are left: a connect tries each of them in turn. */
const nearlyAll = 0.97
const largeRange = 100

export interface Crowd {
  readonly ip: string
  readonly port: number
  readonly sockets: number
  readonly from: number
  readonly to: number
  readonly weight: 'outage' | 'nuisance'
}

/**
 * Other ends to which every source port, or nearly, is taken. The kernel takes one of each pair of ports first
 * (__inet_hash_connect), and of an odd number it never takes the last.
 */
export function crowdsOf({ sockets: { crowds, ports } }: SocketSight): readonly Crowd[] {
  if (ports === null) return []
  const size = ports.to - ports.from + 1
  const usable = size > 1 ? size - (size % 2) : size
  return crowds.flatMap((it): readonly Crowd[] => {
    if (it.sockets >= usable) return [{ ...it, ...ports, weight: 'outage' }]
    return size >= largeRange && it.sockets >= nearlyAll * size ? [{ ...it, ...ports, weight: 'nuisance' }] : []
  })
}

/** Pods whose sockets were looked for and are not known; of recordings of before nothing was looked for. */
export function unseenSockets(views: readonly InsideView[], seen: readonly SocketSight[]): readonly string[] {
  const known = new Set(seen.map(({ pod }) => `${pod.namespace}/${pod.name}`))
  const cut = views.filter(({ sockets }) => sockets?.known === false && sockets.why.reason === 'cut-off')
  return [...new Set(cut.map((it) => `${it.namespace}/${it.pod}`))].filter((it) => !known.has(it))
}
