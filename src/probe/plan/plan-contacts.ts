import { isRoutingKind, servicesRoutedBy } from '../../relations/gateway/routed-services.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { sharersOfIngress } from '../../relations/ingress/canaries.ts'
import { alive, ownAddress, targetOf } from '../../relations/service/service-endpoints.ts'
import { endpointsFrom, triesToMeetEach } from '../../relations/service/meet-each.ts'
import type { PlannedConnect } from './plan.ts'

const mostServices = 50
/** Of each port at least; with few ports, as many as make up `mostAddresses`: one of fifteen that refuses is met. */
const leastEndpoints = 10
/** In time for two tries of each at least (100/s), and short enough for an environment variable of 128 KiB. */
const mostAddresses = 400
/** At one Service's own address from one node, and at all of them together: some two seconds' worth of the rate. */
const mostTries = 40
const mostTriesOfAll = 200
/** Of every address. */
export const leastTries = 5

/** TCP addresses of the scope's Services that have endpoints: the Service's own, and each endpoint's. */
export function planConnects(model: Model): {
  readonly connects: readonly PlannedConnect[]
  readonly leftOut: readonly string[]
} {
  const { services, endpointSlices } = model.sources
  if (!services.known || !endpointSlices.known || model.scope.target.kind === 'dns')
    return { connects: [], leftOut: [] }
  const wanted = services.value
    .map((service) => ({
      service,
      slices: endpointSlices.value.filter(
        (it) => it.namespace === service.namespace && it.service === service.name && it.addressType !== 'FQDN',
      ),
    }))
    .filter(
      ({ service, slices }) =>
        service.type !== 'ExternalName' &&
        slices.some((it) => it.endpoints.some(alive)) &&
        inTarget(model, service, slices),
    )
  const chosen = wanted.slice(0, mostServices)
  const ports = chosen.reduce((sum, { service }) => sum + service.ports.filter((it) => it.protocol === 'TCP').length, 0)
  const share = Math.max(leastEndpoints, Math.floor(mostAddresses / Math.max(1, ports)) - 1)
  const most = Math.max(leastTries, Math.min(mostTries, Math.floor(mostTriesOfAll / Math.max(1, ports))))
  const connects = chosen.flatMap(({ service, slices }) => connectsOf(service, slices, { share, most }))
  return {
    connects: connects.slice(0, mostAddresses),
    leftOut: [
      ...(wanted.length > chosen.length
        ? [`connects to the first ${mostServices} of ${wanted.length} Services only`]
        : []),
      ...(connects.length > mostAddresses
        ? [`connects to the first ${mostAddresses} of ${connects.length} addresses only`]
        : []),
    ],
  }
}

function connectsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  { share, most }: { readonly share: number; readonly most: number },
): readonly PlannedConnect[] {
  const ip = ownAddress(service)
  // With affinity each try leads to where the first one led.
  const isSticky = service.sessionAffinity === 'ClientIP'
  const times = (port: number): Pick<PlannedConnect, 'times'> => {
    const enough = isSticky ? 0 : triesToMeetEach(endpointsFrom(service, slices, { port, node: null }))
    return enough <= leastTries ? {} : { times: Math.min(most, enough) }
  }
  return service.ports
    .filter((it) => it.protocol === 'TCP')
    .flatMap((port) => {
      const about = { namespace: service.namespace, name: service.name, port: port.port }
      const own: readonly PlannedConnect[] =
        ip === null ? [] : [{ service: about, via: { kind: 'service' }, ip, port: port.port, ...times(port.port) }]
      const each = slices.flatMap((slice) => {
        const target = targetOf(slice, port)
        return target === null
          ? []
          : slice.endpoints.filter(alive).map((it): PlannedConnect => ({
              service: about,
              via: { kind: 'endpoint', pod: it.pod },
              ip: it.ip,
              port: target,
            }))
      })
      return [...own, ...each.slice(0, share)]
    })
}

export function inTarget(model: Model, service: Service, slices: readonly EndpointSlice[]): boolean {
  const { target } = model.scope
  if (target.kind !== 'object') return true
  const { kind, namespace, name } = target.object
  if (namespace !== null && namespace !== service.namespace) return false
  const pods = slices.flatMap((it) => it.endpoints.map((endpoint) => endpoint.pod ?? ''))
  if (kind === 'Service') return service.name === name
  if (kind === 'Pod') return pods.includes(name)
  if (kind === 'Ingress')
    return (
      model.sources.ingresses.known &&
      model.sources.ingresses.value.some(
        (it, _, all) =>
          it.namespace === namespace &&
          it.name === name &&
          (backendsOf(it).includes(service.name) ||
            sharersOfIngress(all, it).some(
              ({ ingress, backend }) => ingress.namespace === service.namespace && backend.service === service.name,
            )),
      )
    )
  if (isRoutingKind(kind))
    return servicesRoutedBy(model, target.object).some((it) => it.namespace === namespace && it.name === service.name)
  // A workload's pods carry its name and a suffix.
  return kind === 'Namespace' || kind === 'Node' || pods.some((it) => it.startsWith(`${name}-`))
}

export function backendsOf(ingress: Ingress): readonly string[] {
  return [
    ...ingress.rules.flatMap((it) => it.paths.map((path) => path.backend.service)),
    ...(ingress.defaultBackend === null ? [] : [ingress.defaultBackend.service]),
  ]
}
