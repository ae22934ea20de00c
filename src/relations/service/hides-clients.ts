import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'

/**
 * Whether connections from outside come to the pods of a Service under the address of a node. kube-proxy masquerades
 * what comes by a node port, a load balancer's address or an external one, unless externalTrafficPolicy is Local
 * (pkg/proxy/iptables/proxier.go: the chain KUBE-EXT- jumps to KUBE-MARK-MASQ). `unknown`: no kube-proxy is seen, and
 * what stands in for it may keep the address. One that sends to pods itself goes past all of that: it comes under the
 * client's address where it is told to keep it, else under one of its own.
 */
export function hidesClients(
  service: Pick<Service, 'type' | 'externalTrafficPolicy' | 'loadBalancer'>,
  nodes: Known<readonly Node[]>,
): 'yes' | 'no' | 'unknown' {
  const isOuter = service.type === 'LoadBalancer' || service.type === 'NodePort'
  const keeps = service.externalTrafficPolicy === 'Local' || service.loadBalancer?.nodePorts === 'none'
  if (!isOuter || keeps) return 'no'
  if (service.loadBalancer?.sendsTo === 'pods') return service.loadBalancer.keepsClients === true ? 'no' : 'unknown'
  return nodes.known && nodes.value.some((it) => it.proxy === 'ready' || it.proxy === 'not-ready') ? 'yes' : 'unknown'
}
