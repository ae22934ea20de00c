import type { Model } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { parentGateway } from './attachment.ts'
import { included } from './proxies.ts'

interface Named {
  readonly namespace: string
  readonly name: string
}

/** What routes requests by Gateway API or an HTTPProxy, and the Services that it names. */
export interface Routing {
  readonly object: Subject
  readonly services: readonly Named[]
  /** What stands before it, or belongs to it: its Gateways, their class, the HTTPProxies that include it. */
  readonly before: readonly Subject[]
}

export function isRoutingKind(kind: string): boolean {
  return (
    kind === 'HTTPProxy' ||
    kind === 'IngressRoute' ||
    kind === 'VirtualService' ||
    /^(?:HTTP|GRPC|TLS|TCP|UDP)Route$/.test(kind)
  )
}

/** All of the model, in its order. */
export function routings({ sources }: Model): readonly Routing[] {
  const { gatewayRoutes, gateways, httpProxies } = sources
  const classes = new Map(
    (gateways.known ? gateways.value : []).map((it) => [`${it.namespace}/${it.name}`, it.className]),
  )
  const routes = (gatewayRoutes.known ? gatewayRoutes.value : []).map((route): Routing => {
    const own = route.parents.flatMap((it) => parentGateway(route, it) ?? [])
    return {
      object: subject(route.kind, route.namespace, route.name),
      services: route.rules.flatMap((rule) =>
        rule.backends
          .filter((it) => it.group === '' && it.kind === 'Service')
          .map((it) => ({ namespace: it.namespace ?? route.namespace, name: it.name })),
      ),
      before: own.flatMap((it) => {
        const className = classes.get(`${it.namespace}/${it.name}`)
        return [
          subject('Gateway', it.namespace, it.name),
          ...(className === undefined ? [] : [subject('GatewayClass', null, className)]),
        ]
      }),
    }
  })
  const all = httpProxies.known ? httpProxies.value : []
  const includers = new Map<string, Subject[]>()
  for (const proxy of all) {
    for (const it of proxy.includes) {
      const { namespace, name } = included(proxy, it)
      const key = `${namespace}/${name}`
      includers.set(key, [...(includers.get(key) ?? []), subject('HTTPProxy', proxy.namespace, proxy.name)])
    }
  }
  const proxies = all.map((proxy): Routing => ({
    object: subject('HTTPProxy', proxy.namespace, proxy.name),
    services: proxy.routes.flatMap((route) =>
      route.services.map((it) => ({ namespace: proxy.namespace, name: it.name })),
    ),
    before: [
      ...(includers.get(`${proxy.namespace}/${proxy.name}`) ?? []),
      ...proxy.includes.map((it) => {
        const child = included(proxy, it)
        return subject('HTTPProxy', child.namespace, child.name)
      }),
    ],
  }))
  return [...routes, ...proxies, ...ofTraefik(sources.beside), ...ofMesh(sources.mesh)]
}

function ofTraefik(beside: Model['sources']['beside']): readonly Routing[] {
  return ((beside.known ? beside.value.ingressRoutes : null) ?? []).map((it) => ({
    object: subject('IngressRoute', it.namespace, it.name),
    services: it.routes.flatMap((route) =>
      route.services
        .filter((one) => one.kind === 'Service')
        .map((one) => ({ namespace: one.namespace ?? it.namespace, name: one.name })),
    ),
    before: [],
  }))
}

/** `cart`, or `cart.shop.svc.cluster.local`: which domain the cluster has is of no matter here. */
function ofMesh(mesh: Model['sources']['mesh']): readonly Routing[] {
  return (mesh.known ? mesh.value.virtualServices : []).map((it) => ({
    object: subject('VirtualService', it.namespace, it.name),
    services: it.destinations.flatMap(({ host }) => {
      const [name = '', namespace, svc] = host.split('.')
      if (namespace === undefined) return [{ namespace: it.namespace, name }]
      return svc === 'svc' ? [{ namespace, name }] : []
    }),
    before: it.gateways.flatMap((one) => {
      if (one === 'mesh') return []
      const [home, name] = one.includes('/') ? one.split('/') : [it.namespace, one]
      return name === undefined ? [] : [subject('Gateway', home ?? it.namespace, name)]
    }),
  }))
}

/** Services that this object routes to; empty for what routes nothing of that kind. */
export function servicesRoutedBy(model: Model, object: Subject): readonly Named[] {
  if (!isRoutingKind(object.kind)) return []
  const key = subjectKey(object)
  return routings(model).flatMap((it) => (subjectKey(it.object) === key ? it.services : []))
}
