import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { once } from '../once.ts'
import { hasPairs } from '../selector.ts'
import { calledBy } from '../service/called-services.ts'
import { selectorOf } from '../service/service-selects-pod.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/** What there is to call, and who serves DNS. */
interface Around {
  readonly services: Known<readonly Service[]>
  readonly clusterDns: Known<ClusterDns>
}

const byNamespace = once((services: readonly Service[]) => Map.groupBy(services, (it) => it.namespace))

/**
 * A Service that this pod has beside it and is not behind: whom it may call by name. A pod that does not find names of
 * the cluster may be meant to, as agents of a node and DNS servers are, and nobody says so in its spec; that there is
 * somebody to call makes it worth a warning, as long as it is no such agent. null where there is none.
 */
export function calleeOf(pod: Pod, { services, clusterDns }: Around): Service | null {
  if (!services.known || isServant(pod, clusterDns)) return null
  const beside = byNamespace(services.value).get(pod.namespace) ?? []
  const others = beside.filter((it) => {
    const pairs = selectorOf(it)
    return pairs === null || !hasPairs(pairs, pod.labels)
  })
  return others.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0] ?? null
}

/**
 * Whether this pod's spec gives up the cluster's names on purpose: servers of its own, or with dnsPolicy Default its
 * node's, which nobody gets without writing it; none of them and no suffix the cluster's, and nothing in its
 * environment or arguments that names a Service. A crawler is such; where one name of the cluster is told it, the same
 * spec is a mistake.
 */
export function choosesOtherNames(pod: Pod, { services, clusterDns }: Around): boolean {
  const { dnsPolicy } = pod
  if (!services.known || !clusterDns.known) return false
  const { domain, service } = clusterDns.value
  const { nameservers, searches } = pod.dnsConfig ?? { nameservers: [], searches: [] }
  if (dnsPolicy !== 'Default' && (dnsPolicy !== 'None' || nameservers.length === 0)) return false
  if (nameservers.some((it) => it === service?.clusterIP)) return false
  if (searches.map(bareName).some((it) => isWithin(it, domain))) return false
  const around = { services: services.value, namespaces: null, domain, scope: { namespace: null } }
  return !pod.containers
    .flatMap((it) => it.calls ?? [])
    .some((it) => /\.svc(?:\.|$)/i.test(it.host) || calledBy(pod, it, around).is !== 'elsewhere')
}

/** Agents of a node, and whoever stands beside the DNS servers: they start before there are names. */
function isServant({ namespace, owner }: Pod, dns: Known<ClusterDns>): boolean {
  if (owner?.kind === 'DaemonSet' || owner?.kind === 'Node' || namespace === 'kube-system') return true
  return dns.known && [dns.value.service, ...dns.value.pods].some((it) => it?.namespace === namespace)
}
