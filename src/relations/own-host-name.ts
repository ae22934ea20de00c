import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { hasPairs } from './selector.ts'
import { selectorOf } from './service/service-selects-pod.ts'

/** A host name of Linux, as the kubelet cuts it. */
const longest = 63

/**
 * What a pod takes itself for, and what the kubelet writes beside its address into /etc/hosts; null on the host's
 * network, where the node's own file is taken. (k8s.io/kubernetes pkg/kubelet/kubelet_pods.go,
 * GeneratePodHostNameAndDomain, truncatePodHostnameIfNeeded, managedHostsFileContent, nodeHostsFileContent)
 */
export function ownHostName({ name, hostname, hostNetwork }: Pick<Pod, 'name' | 'hostname' | 'hostNetwork'>) {
  if (hostNetwork) return null
  const whole = (hostname ?? name).toLowerCase()
  return whole.length <= longest ? whole : (/^.*[^-.]/.exec(whole.slice(0, longest))?.[0] ?? '')
}

/** Whether a pod that answers by its own address answers for that Service; endpoints by hand may mean anybody. */
export function servesItself(service: Service, pod: Pod): boolean {
  const pairs = selectorOf(service)
  return pairs === null ? service.type !== 'ExternalName' : hasPairs(pairs, pod.labels)
}
