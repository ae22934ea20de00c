import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import type { PlannedNodePort } from './plan.ts'
import { inTarget } from './plan-contacts.ts'

const mostNodes = 3
const mostInAll = 60

/**
 * The NodePorts of the scope's Services that somebody stands behind, on a few nodes each: their users are outside of
 * the cluster, and a node that does not forward is seen from inside as well.
 */
export function planNodePorts(model: Model): {
  readonly nodePorts: readonly PlannedNodePort[]
  readonly leftOut: readonly string[]
} {
  const { services, endpointSlices, nodes } = model.sources
  if (!services.known || !endpointSlices.known || !nodes.known || model.scope.target.kind === 'dns')
    return { nodePorts: [], leftOut: [] }
  const ready = nodes.value.filter((it) => it.ready === 'True' && it.ip !== null)
  const slices = endpointSlices.value
  const all = services.value.flatMap((service) => {
    const own = slices.filter(
      (it) => it.namespace === service.namespace && it.service === service.name && it.addressType !== 'FQDN',
    )
    const serving = own.flatMap((it) => it.endpoints).filter((it) => it.ready && !it.terminating)
    if (serving.length === 0 || !inTarget(model, service, own)) return []
    // With `Local` a node without an endpoint drops what comes, so that a load balancer leaves it out.
    const at =
      service.externalTrafficPolicy === 'Local'
        ? ready.filter((node) => serving.some((it) => it.node === node.name))
        : ready
    return portsOf(service).flatMap(({ port, nodePort }) =>
      at.slice(0, mostNodes).map(({ name, ip }) => ({
        service: { namespace: service.namespace, name: service.name, port },
        at: { node: name, ip: ip ?? '' },
        port: nodePort,
      })),
    )
  })
  return {
    nodePorts: all.slice(0, mostInAll),
    leftOut:
      all.length > mostInAll ? [`connects to the first ${mostInAll} of ${all.length} NodePorts of nodes only`] : [],
  }
}

function portsOf({ ports }: Service): readonly { readonly port: number; readonly nodePort: number }[] {
  return ports.flatMap(({ port, protocol, nodePort }) =>
    protocol === 'TCP' && nodePort !== null ? [{ port, nodePort }] : [],
  )
}
