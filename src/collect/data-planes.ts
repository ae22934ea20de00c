import type { DataPlane, Gateway, GatewayClass } from '../model/gateway.ts'
import type { Service } from '../model/service.ts'
import type { InScope } from './in-scope.ts'
import { proxyContainer } from './project/proxy-container.ts'
import { gatewayOf, isAddressOf } from '../relations/gateway/owning-gateway.ts'

interface Routing {
  readonly gateways: readonly Gateway[]
  readonly classes: readonly GatewayClass[]
  /** Whether there are HTTPProxies. */
  readonly proxies: 'some' | 'none'
}

/**
 * The Services by which what carries requests is asked from inside: those that bear the name of a Gateway, those that
 * have an address of its status, and the Envoys of a Contour that was given its Gateway by name, or has none.
 */
export function dataPlanesOf(services: readonly Service[], routing: Routing): readonly DataPlane[] {
  const usable = services.flatMap((service) => {
    const { clusterIP: ip } = service
    const ports = service.ports.filter((it) => it.protocol === 'TCP')
    return ip === null || ip === '' || ip === 'None' || ports.length === 0 ? [] : [{ service, ip, ports }]
  })
  const contour = new Set(
    routing.classes.filter((it) => it.controller.startsWith('projectcontour.io/')).map((it) => it.name),
  )
  const wantsContour = routing.proxies === 'some' || routing.gateways.some((it) => contour.has(it.className))
  return usable.flatMap(({ service, ip, ports }): readonly DataPlane[] => {
    const about = {
      namespace: service.namespace,
      name: service.name,
      ip,
      ports: ports.map(({ port, targetPort }) => ({ port, targetPort })),
    }
    const owner = gatewayOf(service)
    if (owner !== null)
      return routing.gateways.some((it) => it.namespace === owner.namespace && it.name === owner.name)
        ? [{ ...about, gateway: owner }]
        : []
    const byAddress = routing.gateways
      .filter((it) => it.addresses.some((one) => isAddressOf(service, one)))
      .map((it): DataPlane => ({ ...about, gateway: { namespace: it.namespace, name: it.name } }))
    const isEnvoy = wantsContour && isContoursEnvoy(service)
    return [...byAddress, ...(isEnvoy ? [{ ...about, gateway: null }] : [])]
  })
}

/** examples/contour has `app: envoy`; the charts of Bitnami and of the project name part and component. */
function isContoursEnvoy({ selector, labels = {} }: Service): boolean {
  const of = (key: string): string => selector?.[key] ?? labels[key] ?? ''
  const isChart = of('app.kubernetes.io/name') === 'contour' && of('app.kubernetes.io/component') === 'envoy'
  return selector !== null && (selector['app'] === 'envoy' || isChart)
}

/** A request each, unless the scope's own list has them; more than these carry much the same. */
const mostPlanes = 12
const mostPods = 12

/** With the pods that carry the requests, as far as they may be listed: their logs tell how requests ended. */
export async function withPods(
  planes: readonly DataPlane[],
  services: readonly Service[],
  inScope: Pick<InScope, 'podsWith'>,
): Promise<readonly DataPlane[]> {
  return Promise.all(
    planes.map(async (plane, index): Promise<DataPlane> => {
      const { selector = null } = services.find((it) => isOf(it, plane)) ?? {}
      if (index >= mostPlanes || selector === null || Object.keys(selector).length === 0) return plane
      const labels = Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, [value]]))
      const pods = await inScope.podsWith({ namespace: plane.namespace, labels })
      if (!pods.known) return plane
      const carrying = pods.value.flatMap((it) => {
        const container = proxyContainer(it)
        const isOver = it.phase === 'Succeeded' || it.phase === 'Failed'
        return container === null || isOver ? [] : [{ name: it.name, container }]
      })
      return { ...plane, pods: carrying.slice(0, mostPods) }
    }),
  )
}

function isOf({ namespace, name }: Service, plane: DataPlane): boolean {
  return namespace === plane.namespace && name === plane.name
}
