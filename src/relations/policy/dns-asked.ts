import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { localIps } from '../../wire/component-args.ts'
import { cacheHoldsService } from '../dns/node-cache.ts'
import { isClusterFirst, type PodResolver, podResolvers } from '../dns/pod-resolvers.ts'
import { once } from '../once.ts'
import { isPrivate } from '../private-address.ts'
import { isLive, podsOfServices } from '../service/service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/**
 * Whom a pod asks for names, as a policy sees the packet. `servers`: the DNS Service, whose address is rewritten to
 * that of a server. `pods`: others that a Service's address, or Cilium's redirect, leads to. `node`: an address that
 * the own node answers, on which no selector has a say. `address`: any other; `unclear` where it may be a Service's
 * that was not read.
 */
export type AskedWay =
  | { readonly kind: 'servers' }
  | { readonly kind: 'pods'; readonly ip: string; readonly pods: readonly Pod[]; readonly service: Service | null }
  | { readonly kind: 'node'; readonly ip: string }
  | { readonly kind: 'address'; readonly ip: string; readonly isClear: boolean }

export interface AskedBy {
  readonly pods: readonly Pod[]
  readonly dns: ClusterDns
  readonly views: Known<readonly InsideView[]>
  readonly services: Known<readonly Service[]>
  /** What somebody saw in the pods' own resolv.conf: counts above all else. */
  readonly nameservers?: readonly string[]
}

/**
 * The first server of a pod's list: a resolver waits for it before it asks another. As seen in a pod of the same
 * workload, else as the spec says. Several ways where objects leave open which one of them it is.
 */
export function askedWays({ pods, dns, views, services, nameservers }: AskedBy): (pod: Pod) => readonly AskedWay[] {
  const seen = seenServers(podResolvers(pods, dns, views))
  const toAddress = addressWays(pods, dns, services)
  const handedOut = handedOutBy(dns)
  return (pod) => {
    const told = nameservers?.slice(0, 1) ?? seen(pod)
    const [listed] = pod.dnsPolicy === 'None' ? (pod.dnsConfig?.nameservers ?? []) : []
    const first = listed ?? (isClusterFirst(pod) ? handedOut : null)
    const servers = told.length > 0 ? told : [first].filter((it) => it !== null)
    return servers.length === 0 ? clusterFirst(pod, dns) : servers.flatMap((it) => toAddress(pod, it))
  }
}

/** Each first server that containers of this pod were seen to have; else those of a pod of the same workload. */
function seenServers(resolvers: readonly PodResolver[]): (pod: Pod) => readonly string[] {
  const read = resolvers.filter((it) => it.seen !== null)
  const byWorkload = Map.groupBy(read, (it) => subjectKey(it.workload))
  return (pod) => {
    const all = byWorkload.get(subjectKey(workloadOfPod(pod))) ?? []
    const own = all.filter(({ seenIn }) => seenIn.inPods.includes(pod.name))
    const servers = (own.length > 0 ? own : all.slice(0, 1)).flatMap((it) => it.nameservers.slice(0, 1))
    return [...new Set(servers)]
  }
}

/** What kubelets are told to hand out, where it is an address of the DNS or of the node: others decide nothing. */
function handedOutBy(dns: ClusterDns): string | null {
  const [first] = dns.handedOut?.known === true ? dns.handedOut.value : []
  if (first === undefined) return null
  const isOurs = first === dns.service?.clusterIP || dns.nodeCaches.flatMap(addressesOf).includes(first)
  return isOurs || isLinkLocal(first) ? first : null
}

/** The kubelet's own list may name the cache's address: nothing but what it was told says so. */
function clusterFirst(pod: Pod, dns: ClusterDns): readonly AskedWay[] {
  const ways = serviceWays(pod, dns)
  if (ways.some((it) => it.kind !== 'servers') || !isClusterFirst(pod)) return ways
  const vip = dns.service?.clusterIP ?? null
  const own = cachesAt(pod, dns)
    .flatMap(addressesOf)
    .filter((it) => it !== vip)
  return [...ways, ...[...new Set(own)].map((ip): AskedWay => ({ kind: 'node', ip }))]
}

function cachesAt({ node }: Pod, { nodeCaches }: ClusterDns): readonly Pod[] {
  return nodeCaches.filter((it) => it.hostNetwork && (node === null || it.node === node))
}

const addressesOf = once((cache: Pod): readonly string[] => cache.containers.flatMap(({ args }) => localIps(args)))

/**
 * Where what is sent to the DNS Service's address goes. A cache that takes that address has its packets untracked, so
 * that nothing rewrites them (kubernetes/dns, cmd/node-cache/app/cache_app.go: NOTRACK in the table `raw`), and they
 * end on the node. Not where IPVS holds the address, nor where Cilium rewrites it before, but for its redirects.
 */
function serviceWays(pod: Pod, dns: ClusterDns): readonly AskedWay[] {
  const vip = dns.service?.clusterIP ?? null
  if (vip === null || pod.node === null || !cacheHoldsService(dns, pod.node)) return [{ kind: 'servers' }]
  const proxy = dns.serviceProxy
  if (proxy?.known !== true) return [{ kind: 'servers' }, { kind: 'node', ip: vip }]
  if (proxy.value.kind === 'kube-proxy')
    return proxy.value.mode === 'ipvs' ? [{ kind: 'servers' }] : [{ kind: 'node', ip: vip }]
  const { redirects } = proxy.value
  return redirects.known && redirects.value.length === 0
    ? [{ kind: 'servers' }]
    : [{ kind: 'servers' }, { kind: 'pods', ip: vip, pods: dns.nodeCaches, service: null }]
}

function addressWays(
  pods: readonly Pod[],
  dns: ClusterDns,
  services: Known<readonly Service[]>,
): (pod: Pod, ip: string) => readonly AskedWay[] {
  const servers = new Set(dns.pods.map((it) => it.ip))
  const local = new Set(dns.nodeCaches.flatMap(addressesOf))
  const onNodes = new Set(dns.nodeCaches.filter((it) => it.hostNetwork).map((it) => it.ip))
  const byAddress = new Map((services.known ? services.value : []).map((it) => [it.clusterIP, it]))
  const podsOf = podsOfServices(pods)
  return (pod, ip) => {
    if (ip === dns.service?.clusterIP) return serviceWays(pod, dns)
    if (servers.has(ip)) return [{ kind: 'servers' }]
    if (local.has(ip) || isLinkLocal(ip)) return [{ kind: 'node', ip }]
    const service = byAddress.get(ip)
    const behind = service === undefined ? [] : podsOf(service).filter(isLive)
    if (service !== undefined && behind.length > 0) return [{ kind: 'pods', ip, pods: behind, service }]
    return [{ kind: 'address', ip, isClear: !isPrivate(ip) || onNodes.has(ip) }]
  }
}

function isLinkLocal(ip: string): boolean {
  return ip.startsWith('169.254.') || /^fe80:/i.test(ip)
}
