import type { Gateway, GatewayRoute } from '../../model/gateway.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { gatewayOf, isAddressOf } from '../gateway/owning-gateway.ts'
import { routesTo } from '../ingress/http-of-ingress.ts'
import { put } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { type Callable, calledBy, toldCalls } from './called-services.ts'
import { meshOf } from './mesh-sidecar.ts'
import { isLive } from './service-selects-pod.ts'

type Named = Pick<Service, 'namespace' | 'name'>

const keyOf = ({ namespace, name }: Named): string => `${namespace}/${name}`

/** Ingresses that send requests to a Service: no canary that has none of them, as at the beginning and the end. */
export function ingressesBefore(ingresses: readonly Ingress[], service: Service): readonly Ingress[] {
  return routesTo(ingresses, service).filter((it) => it.nginx?.idle !== true)
}

/** By a route of the Gateway API that names it, with requests to give. */
export function isRouted({ namespace, name }: Service, routes: readonly GatewayRoute[]): boolean {
  return routes.some((route) =>
    route.rules.some(({ backends }) =>
      backends.some(
        (it) =>
          it.kind === 'Service' && it.name === name && (it.namespace ?? route.namespace) === namespace && it.weight > 0,
      ),
    ),
  )
}

/** What all requests of a Gateway come through, or what the proxies of a mesh are told by. */
export type Plane =
  | { readonly of: 'gateway'; readonly gateway: string; readonly routes: number }
  | { readonly of: 'mesh'; readonly pods: number }

export interface PlaneAround {
  readonly services: readonly Service[]
  readonly gateways: readonly Gateway[]
  readonly routes: readonly GatewayRoute[]
  readonly pods: readonly Pod[]
}

/**
 * null for a Service of anybody else. Routes are counted that name the Gateway; a mesh is one where pods have its proxy
 * (istio, manifests/charts/istio-control: `app: istiod`).
 */
export function planeOf(service: Service, around: PlaneAround): Plane | null {
  const owner = gatewayBehind(service, around)
  if (owner !== null) {
    const its = around.routes.filter((route) =>
      route.parents.some(
        (it) =>
          it.kind === 'Gateway' && it.name === owner.name && (it.namespace ?? route.namespace) === owner.namespace,
      ),
    )
    return { of: 'gateway', gateway: keyOf(owner), routes: its.length }
  }
  if (service.selector?.['app'] !== 'istiod') return null
  const inside = around.pods.filter((it) => isLive(it) && meshOf(it) === 'Istio').length
  return inside === 0 ? null : { of: 'mesh', pods: inside }
}

/** By its labels, else as the only Service that has an address of the Gateway's status. */
function gatewayBehind(service: Service, { services, gateways }: PlaneAround): Named | null {
  const named = gatewayOf(service)
  if (named !== null && gateways.some((it) => keyOf(it) === keyOf(named))) return named
  const isOnly = (address: string): boolean =>
    isAddressOf(service, address) && services.filter((it) => isAddressOf(it, address)).length === 1
  return gateways.find((it) => it.addresses.some(isOnly)) ?? null
}

/**
 * Who is led to each Service by a name that is written down: Services of type ExternalName, and workloads whose live
 * pods are told to call it, directly or by such a Service.
 */
export function callersOfServices(pods: readonly Pod[], around: Callable): (service: Named) => readonly Subject[] {
  const { services, domain } = around
  const called = new Map<string, Map<string, Subject>>()
  const add = (to: Named, it: Subject): void => {
    put(called, keyOf(to), () => new Map<string, Subject>()).set(subjectKey(it), it)
  }
  const aliases = new Map<string, Named>()
  for (const it of services) {
    const to = it.type === 'ExternalName' ? aliasOf(it.externalName ?? '', domain) : null
    if (to === null) continue
    aliases.set(keyOf(it), to)
    add(to, subject('Service', it.namespace, it.name))
  }
  for (const { pod, call } of toldCalls(pods.filter(isLive))) {
    const to = calledBy(pod, call, around)
    if (to.is === 'there') add(aliases.get(keyOf(to.service)) ?? to.service, workloadOfPod(pod))
  }
  return (service) => [...(called.get(keyOf(service))?.values() ?? [])]
}

/** `payments.payments.svc.cluster.local`, whole or as far as `svc`. */
function aliasOf(host: string, domain: string | null): Named | null {
  const [name, namespace, svc, ...rest] = host.toLowerCase().replace(/\.$/, '').split('.')
  if (name === undefined || namespace === undefined || svc !== 'svc') return null
  const isHere = rest.length === 0 || rest.join('.') === (domain ?? 'cluster.local').toLowerCase()
  return isHere ? { namespace, name } : null
}
