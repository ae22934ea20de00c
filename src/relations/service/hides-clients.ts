import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'

/**
 * Whether connections from outside come to the pods of a Service under the address of a node. kube-proxy masquerades
 * what comes by a node port, a load balancer's address or an external one, unless externalTrafficPolicy is Local
 * (pkg/proxy/iptables/proxier.go: the chain KUBE-EXT- jumps to KUBE-MARK-MASQ). `unknown`: no kube-proxy is seen, and
 * what stands in for it may keep the address. A load balancer may still send to pods itself, past all of that.
 */
export function hidesClients(
  service: Pick<Service, 'type' | 'externalTrafficPolicy' | 'loadBalancer'>,
  nodes: Known<readonly Node[]>,
): 'yes' | 'no' | 'unknown' {
  const isOuter = service.type === 'LoadBalancer' || service.type === 'NodePort'
  const keeps = service.externalTrafficPolicy === 'Local' || service.loadBalancer?.nodePorts === 'none'
  if (!isOuter || keeps) return 'no'
  return nodes.known && nodes.value.some((it) => it.proxy === 'ready' || it.proxy === 'not-ready') ? 'yes' : 'unknown'
}
