import type { IngressRoute } from '../../model/beside.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { lateSeconds } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { count, some } from '../../phrases.ts'
import { parentGateway } from '../../relations/gateway/attachment.ts'
import type { ProxyServes } from '../../relations/ingress/proxy-owner.ts'
import type { ProxyDialect } from '../../wire/access-log/proxy-lines.ts'

/** One proxy whose log is read, and what it carries requests for. */
export interface ProxyLogSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly dialect: ProxyDialect
  readonly serves: ProxyServes
}

export interface ProxyLogPlan {
  readonly specs: readonly ProxyLogSpec[]
  /** Proxies that are left as they are, for the sake of load. */
  readonly leftOut: number
  readonly slices: readonly EndpointSlice[]
  /** When each Ingress was last changed, as far as it tells: what failed before is over. */
  readonly changedAt: ReadonlyMap<string, number>
}

/** As of controllers whose configuration is read: replicas say much the same. */
const mostProxies = 6

/** Pods of Traefik, HAProxy and Istio that serve Ingresses here, and those behind the Services of data planes. */
export function planProxyLogs(model: Model): ProxyLogPlan {
  const { ingresses, endpointSlices } = model.sources
  const none = { specs: [], leftOut: 0, slices: [], changedAt: new Map<string, number>() }
  if (model.scope.target.kind === 'dns') return none
  const specs = new Map<string, ProxyLogSpec>()
  for (const it of [...ofControllers(model), ...ofDataPlanes(model)]) {
    const key = `${it.namespace}/${it.pod}/${it.container}`
    const before = specs.get(key)
    specs.set(key, before === undefined ? it : { ...it, serves: joined(before.serves, it.serves) })
  }
  const found = [...specs.values()].filter(({ serves }) => Object.values(serves).some((it) => it.length > 0))
  const all = listed(ingresses)
  return {
    specs: found.slice(0, mostProxies),
    leftOut: Math.max(0, found.length - mostProxies),
    slices: listed(endpointSlices),
    changedAt: new Map(
      all.flatMap((it) => (it.changedAt === undefined ? [] : [[`${it.namespace}/${it.name}`, it.changedAt] as const])),
    ),
  }
}

function listed<T>(list: Known<readonly T[]>): readonly T[] {
  return list.known ? list.value : []
}

const nothing: ProxyServes = { ingresses: [], routes: [], proxies: [], ingressRoutes: [] }

function joined(a: ProxyServes, b: ProxyServes): ProxyServes {
  return {
    ingresses: [...new Set([...a.ingresses, ...b.ingresses])],
    routes: [...new Set([...a.routes, ...b.routes])],
    proxies: [...new Set([...a.proxies, ...b.proxies])],
    ingressRoutes: [...new Set([...a.ingressRoutes, ...b.ingressRoutes])],
  }
}

/** By `spec.controller`, which may have a class behind it. */
const dialects: readonly (readonly [controller: string, dialect: ProxyDialect])[] = [
  ['traefik.io/', 'traefik'],
  ['haproxy-ingress.github.io/', 'haproxy'],
  ['haproxy.org/', 'haproxy'],
  ['projectcontour.io/', 'envoy'],
  ['istio.io/', 'envoy'],
]

function ofControllers(model: Model): readonly ProxyLogSpec[] {
  const { ingressControllers } = model.sources
  return listed(ingressControllers).flatMap((it): readonly ProxyLogSpec[] => {
    const dialect = dialects.find(([controller]) => it.controller.startsWith(controller))?.[1]
    if (dialect === undefined || it.container === undefined) return []
    const isTraefik = dialect === 'traefik'
    const serves: ProxyServes = {
      ...nothing,
      ingresses: ingressesOf(model, it),
      routes: isTraefik ? routesOfClasses(model, 'traefik.io/') : [],
      ingressRoutes: isTraefik ? ingressRoutesOf(model) : [],
    }
    return [{ namespace: it.namespace, pod: it.pod, container: it.container, dialect, serves }]
  })
}

function ingressesOf(
  { sources: { ingresses, ingressClasses } }: Model,
  { classNames, controller }: Pick<IngressController, 'classNames' | 'controller'>,
): readonly Ingress[] {
  const controllerOf = new Map(listed(ingressClasses).map((it) => [it.name, it.controller]))
  return listed(ingresses).filter(({ className }) => {
    const name = className ?? ''
    return classNames.includes(name) || controllerOf.get(name) === controller
  })
}

function ingressRoutesOf({ sources: { beside } }: Model): readonly IngressRoute[] {
  return (beside.known ? beside.value.ingressRoutes : null) ?? []
}

/** Routes of Gateways whose class has such a controller. */
function routesOfClasses({ sources }: Model, controller: string): readonly GatewayRoute[] {
  const { gatewayClasses, gateways, gatewayRoutes } = sources
  const classes = new Set(
    listed(gatewayClasses).flatMap((it) => (it.controller.startsWith(controller) ? [it.name] : [])),
  )
  const own = new Set(
    listed(gateways).flatMap((it) => (classes.has(it.className) ? [`${it.namespace}/${it.name}`] : [])),
  )
  return listed(gatewayRoutes).filter((it) => isBelow(it, (key) => own.has(key)))
}

function isBelow(route: GatewayRoute, isWanted: (gateway: string) => boolean): boolean {
  return route.parents.some((it) => {
    const gateway = parentGateway(route, it)
    return gateway !== null && isWanted(`${gateway.namespace}/${gateway.name}`)
  })
}

function ofDataPlanes(model: Model): readonly ProxyLogSpec[] {
  const { gatewayApi, gatewayRoutes, httpProxies } = model.sources
  const planes = (gatewayApi.known ? gatewayApi.value.dataPlanes : undefined) ?? []
  return planes.flatMap(({ namespace, gateway, pods = [] }): readonly ProxyLogSpec[] => {
    const contour = { classNames: ['contour'], controller: 'projectcontour.io/ingress-controller' }
    const serves: ProxyServes =
      gateway === null
        ? {
            ...nothing,
            ingresses: ingressesOf(model, contour),
            routes: routesOfClasses(model, 'projectcontour.io/'),
            proxies: listed(httpProxies),
          }
        : {
            ...nothing,
            routes: listed(gatewayRoutes).filter((it) =>
              isBelow(it, (key) => key === `${gateway.namespace}/${gateway.name}`),
            ),
          }
    return pods.flatMap(({ name, container }) => {
      const dialect = dialectOfContainer(container)
      return dialect === null ? [] : [{ namespace, pod: name, container, dialect, serves }]
    })
  })
}

/** As the charts and the operators of Contour, Envoy Gateway, Istio and Traefik call them. */
function dialectOfContainer(container: string): ProxyDialect | null {
  if (container === 'envoy' || container === 'istio-proxy') return 'envoy'
  if (container.includes('traefik')) return 'traefik'
  return container.includes('haproxy') ? 'haproxy' : null
}

export function announceProxyLogs({ specs, leftOut }: ProxyLogPlan): readonly string[] {
  if (specs.length === 0) return []
  return [
    `reads the last ${lateSeconds / 60} minutes of the log of ${count(specs.length, 'proxy', 'proxies')} ` +
      `(${some(
        specs.map((it) => it.pod),
        3,
      )}), at most 20000 lines each, and keeps of it whose requests ended in a 5xx, and how often`,
    ...(leftOut === 0 ? [] : [`leaves out the log of ${count(leftOut, 'more proxy', 'more proxies')}`]),
  ]
}
