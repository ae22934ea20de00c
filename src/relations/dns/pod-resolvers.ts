import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { type InsidePod, insidePods, type SeenIn, seenInOf } from './inside-pods.ts'
import { cacheAddresses } from './node-cache.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/**
 * Where pods of one workload look names up: as seen in their containers, one for each way in which these differ, else
 * as their spec says.
 */
export interface PodResolver {
  readonly workload: Subject
  /** All that run, where those that were looked into are alike; else those in which this was seen. */
  readonly pods: readonly Pod[]
  /** The pod that was looked into, or the first. */
  readonly pod: Pod
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  /** The text of resolv.conf; null where only the spec is known. */
  readonly seen: string | null
  readonly view: InsideView | null
  readonly seenIn: SeenIn
}

/** `cluster`: the DNS Service, or another Service of the cluster. `local`: link-local, as node caches are. */
export type ServerKind = 'cluster' | 'local' | 'other-family' | 'other'

export function isClusterFirst(pod: Pick<Pod, 'dnsPolicy' | 'hostNetwork'>): boolean {
  return pod.dnsPolicy === 'ClusterFirstWithHostNet' || (pod.dnsPolicy === 'ClusterFirst' && !pod.hostNetwork)
}

/**
 * At least one for each workload with a running pod; workloads that take the node's own resolv.conf stand in it only
 * when seen.
 */
export function podResolvers(
  pods: readonly Pod[],
  dns: ClusterDns,
  insideViews: Known<readonly InsideView[]>,
): readonly PodResolver[] {
  const running = pods.filter((it) => it.phase === 'Running' && !it.deleting)
  const looked = insideViews.known ? insidePods(running, insideViews.value) : []
  const inside = Map.groupBy(looked, (it) => subjectKey(it.workload))
  return [...Map.groupBy(running, (it) => subjectKey(workloadOfPod(it)))].flatMap(([key, its]) => {
    const seen = seenResolvers(its, inside.get(key) ?? [])
    return seen.length > 0 ? seen : bySpec(its, dns)
  })
}

function seenResolvers(pods: readonly Pod[], looked: readonly InsidePod[]): readonly PodResolver[] {
  const read = looked.filter(({ view }) => view.resolvConf.known)
  const groups = [...Map.groupBy(read, ({ view }) => sightOf(view)).values()]
  const of = new Set(read.map(({ pod }) => pod.name)).size
  return groups.flatMap((its): readonly PodResolver[] => {
    const [first] = its
    if (first === undefined || !first.view.resolvConf.known) return []
    const text = first.view.resolvConf.value
    const conf = parseResolvConf(text)
    return [
      {
        workload: first.workload,
        pods: groups.length === 1 ? pods : [...new Set(its.map((it) => it.pod))],
        pod: first.pod,
        nameservers: conf.nameservers,
        searches: conf.search,
        seen: text,
        view: first.view,
        seenIn: seenInOf(its, of),
      },
    ]
  })
}

/** What decides there which name is found: containers that agree in it are told together. */
function sightOf({ resolvConf, libc, lookup, resolving }: InsideView): string {
  const servers = resolving?.servers.known === true ? resolving.servers.value : []
  return JSON.stringify([
    resolvConf.known ? resolvConf.value : null,
    libc ?? null,
    lookup.known ? [lookup.value.name, lookup.value.result] : null,
    resolving?.glibc ?? null,
    servers.map((it) => [it.ip, it.result]),
    (resolving?.names ?? []).map((it) => [it.typed, it.result]),
  ])
}

const nowhere: SeenIn = { inPods: [], inContainers: [], lookedInto: 0 }

function bySpec(pods: readonly Pod[], dns: ClusterDns): readonly PodResolver[] {
  const [first] = pods
  if (first === undefined) return []
  const about = { workload: workloadOfPod(first), pods, pod: first, seen: null, view: null, seenIn: nowhere }
  const own = first.dnsConfig
  if (first.dnsPolicy === 'None')
    return [{ ...about, nameservers: own?.nameservers ?? [], searches: own?.searches ?? [] }]
  const vip = dns.service?.clusterIP ?? null
  if (!isClusterFirst(first) || vip === null) return []
  const suffixes = [`${first.namespace}.svc.${dns.domain}`, `svc.${dns.domain}`, dns.domain]
  return [
    {
      ...about,
      nameservers: [...new Set([vip, ...(own?.nameservers ?? [])])],
      searches: [...new Set([...suffixes, ...(own?.searches ?? [])])],
    },
  ]
}

/**
 * Addresses of the other family are not judged: a dual-stack Service has one of each, and the model holds the first.
 * The services at hand are those in scope, and the DNS Service.
 */
export function serverKinds(dns: ClusterDns, services: readonly Service[]): (ip: string) => ServerKind {
  const vip = dns.service?.clusterIP ?? null
  const addresses = new Set([
    vip,
    ...cacheAddresses(dns),
    ...services.map((it) => it.clusterIP),
    ...dns.pods.map((it) => it.ip),
  ])
  return (ip) => {
    if (addresses.has(ip)) return 'cluster'
    if (ip.startsWith('169.254.') || /^fe80:/i.test(ip) || ip.startsWith('127.')) return 'local'
    return vip !== null && familyOf(ip) !== familyOf(vip) ? 'other-family' : 'other'
  }
}
