import type { Service } from '../../model/service.ts'

const gatewayName = 'gateway.networking.k8s.io/gateway-name'

/** Each is a pair of labels of a Service, by which its Gateway is named: the second is its namespace's. */
const owners = [
  // gateway.envoyproxy.io, internal/infrastructure/kubernetes/proxy.
  { name: 'gateway.envoyproxy.io/owning-gateway-name', namespace: 'gateway.envoyproxy.io/owning-gateway-namespace' },
  // Gateway API, GEP-1762: of Istio, Cilium, NGINX Gateway Fabric, kgateway; in the namespace of the Gateway.
  { name: gatewayName, namespace: null },
  // Contour's provisioner, internal/provisioner/model; of its two Services the one of Envoy.
  { name: 'projectcontour.io/owning-gateway-name', namespace: null },
] as const

/** The Gateway whose requests come through this Service, by its labels; null where none is named. */
export function gatewayOf({ namespace, name, labels = {} }: Service): { namespace: string; name: string } | null {
  for (const owner of owners) {
    const of = labels[owner.name]
    if (of === undefined || (owner.name.startsWith('projectcontour.io/') && !name.startsWith('envoy'))) continue
    return { namespace: (owner.namespace === null ? undefined : labels[owner.namespace]) ?? namespace, name: of }
  }
  return null
}

/** Whether an address of a Gateway's status is one of the Service's. Istio writes the name of its own there. */
export function isAddressOf(
  { namespace, name, clusterIP, externalIPs = [], loadBalancer }: Service,
  address: string,
): boolean {
  return (
    address === clusterIP ||
    externalIPs.includes(address) ||
    (loadBalancer?.addresses ?? []).includes(address) ||
    address.startsWith(`${name}.${namespace}.svc`)
  )
}
