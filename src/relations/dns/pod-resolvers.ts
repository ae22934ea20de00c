import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { cacheAddresses } from './node-cache.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/** Where the pods of one workload look names up: as seen in one of them, else as their spec says. */
export interface PodResolver {
  readonly workload: Subject
  readonly pods: readonly Pod[]
  /** The pod that was looked into, or the first. */
  readonly pod: Pod
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  /** The text of resolv.conf; null where only the spec is known. */
  readonly seen: string | null
  readonly view: InsideView | null
}

/** `cluster`: the DNS Service, or another Service of the cluster. `local`: link-local, as node caches are. */
export type ServerKind = 'cluster' | 'local' | 'other-family' | 'other'

export function isClusterFirst(pod: Pick<Pod, 'dnsPolicy' | 'hostNetwork'>): boolean {
  return pod.dnsPolicy === 'ClusterFirstWithHostNet' || (pod.dnsPolicy === 'ClusterFirst' && !pod.hostNetwork)
}

/**
 * One for each workload with a running pod; workloads that take the node's own resolv.conf stand in it only when seen.
 */
export function podResolvers(
  pods: readonly Pod[],
  dns: ClusterDns,
  insideViews: Known<readonly InsideView[]>,
): readonly PodResolver[] {
  const views = new Map((insideViews.known ? insideViews.value : []).map((it) => [`${it.namespace}/${it.pod}`, it]))
  const running = pods.filter((it) => it.phase === 'Running' && !it.deleting)
  return [...Map.groupBy(running, (it) => subjectKey(workloadOfPod(it))).values()].flatMap(
    (its): readonly PodResolver[] => {
      const inside = its.flatMap((pod) => {
        const view = views.get(`${pod.namespace}/${pod.name}`)
        return view?.resolvConf.known === true ? [{ pod, view, text: view.resolvConf.value }] : []
      })[0]
      const [first] = its
      if (first === undefined) return []
      const about = { workload: workloadOfPod(first), pods: its }
      if (inside !== undefined) {
        const conf = parseResolvConf(inside.text)
        return [
          {
            ...about,
            pod: inside.pod,
            nameservers: conf.nameservers,
            searches: conf.search,
            seen: inside.text,
            view: inside.view,
          },
        ]
      }
      const own = first.dnsConfig
      if (first.dnsPolicy === 'None')
        return [
          {
            ...about,
            pod: first,
            nameservers: own?.nameservers ?? [],
            searches: own?.searches ?? [],
            seen: null,
            view: null,
          },
        ]
      const vip = dns.service?.clusterIP ?? null
      if (!isClusterFirst(first) || vip === null) return []
      const suffixes = [`${first.namespace}.svc.${dns.domain}`, `svc.${dns.domain}`, dns.domain]
      return [
        {
          ...about,
          pod: first,
          nameservers: [...new Set([vip, ...(own?.nameservers ?? [])])],
          searches: [...new Set([...suffixes, ...(own?.searches ?? [])])],
          seen: null,
          view: null,
        },
      ]
    },
  )
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
