import type { InsideName } from '../../model/inside.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { ownHostName, servesItself } from '../own-host-name.ts'

/** What a name led to in a pod, held against the Service that it is the name of. */
export type InsideAnswer = 'right' | 'wrong' | 'unknown'

/**
 * Compared within the family of the Service's address: the model holds the first of a dual-stack Service. A headless
 * Service is any of its endpoints, ready or not: they come and go while the probe runs.
 */
export function answerFits(
  addresses: readonly string[],
  service: Service,
  slices: readonly EndpointSlice[] | null,
): InsideAnswer {
  if (service.type === 'ExternalName' || service.clusterIP === null || service.clusterIP === '') return 'unknown'
  if (service.clusterIP === 'None') {
    const its = slices?.flatMap((it) => it.endpoints).map((it) => it.ip.toLowerCase()) ?? []
    if (its.length === 0) return 'unknown'
    return addresses.some((it) => its.includes(it.toLowerCase())) ? 'right' : 'wrong'
  }
  const ip = service.clusterIP.toLowerCase()
  // IPv6 has many spellings, and a name that IPv4 alone answers is of the other family.
  if (isIpv6(ip)) return 'unknown'
  const same = addresses.filter((it) => !isIpv6(it))
  if (same.length === 0) return 'unknown'
  return same.every((it) => it === ip) ? 'right' : 'wrong'
}

/** Whether a program of the pod is led away from the Service by its name. */
export function isLedAstray(
  name: Pick<InsideName, 'typed' | 'addresses'>,
  pod: Pod | null,
  { service, slices }: { readonly service: Service; readonly slices: readonly EndpointSlice[] | null },
): boolean {
  return answerFits(name.addresses, service, slices) === 'wrong' && !isOwnName(name, pod, service)
}

/**
 * The kubelet writes the pod's own address and host name into /etc/hosts, which comes before DNS: a pod called like its
 * Service (`kubectl run redis --expose`) reaches itself by that name, and the others by the Service. Of another Service
 * it is no answer (SVC240).
 * (k8s.io/kubernetes pkg/kubelet/kubelet_pods.go, managedHostsFileContent)
 */
function isOwnName(
  { typed, addresses }: Pick<InsideName, 'typed' | 'addresses'>,
  pod: Pod | null,
  service: Service,
): boolean {
  if (pod === null || typed !== ownHostName(pod) || addresses.length === 0 || !servesItself(service, pod)) return false
  const own = new Set([pod.ip, ...(pod.ips ?? [])].map((it) => it?.toLowerCase()))
  return addresses.every((it) => own.has(it.toLowerCase()))
}

export function isFailed({ result }: Pick<InsideName, 'result'>): boolean {
  return result !== 'ok' && result !== 'not-asked'
}
