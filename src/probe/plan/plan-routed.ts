import type { Basis, RouteName, UnroutedWhy } from '../../model/contacts.ts'
import type { DataPlane, Gateway, GatewayRoute, Listener, RouteRule } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Model } from '../../model/sources.ts'
import { full } from '../../phrases.ts'
import { attaching, hostsMeet, parentGateway } from '../../relations/gateway/attachment.ts'
import { included } from '../../relations/gateway/proxies.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { soundsLikeDeed } from './deeds.ts'
import type { PlannedRouted } from './plan.ts'

const mostUrls = 20
const mostHosts = 2
/** As many in all of a URL as tell a fault of one of three replicas in nine cases of ten. */
const answersPerUrl = 6

export interface RoutedPlan {
  readonly routed: readonly PlannedRouted[]
  readonly unrouted: readonly { readonly route: RouteName; readonly why: UnroutedWhy }[]
  readonly leftOut: readonly string[]
}

type Asked = Omit<PlannedRouted, 'times'>
type Url = Pick<Asked, 'scheme' | 'host' | 'path' | 'basis'>

/** Of one route: what is asked of it, or why nothing is. */
interface OfRoute {
  readonly route: RouteName
  readonly asks: readonly Asked[]
  readonly why: UnroutedWhy
}

/**
 * What HTTPRoutes and HTTPProxies of the scope have, asked of the Service of the data plane that carries them, as what
 * Ingresses have is asked of their controllers: inside of every load balancer. A route of which nothing is asked is
 * told by name, with the reason.
 */
export function planRouted(model: Model, nodes: number): RoutedPlan {
  const { gatewayRoutes, httpProxies } = model.sources
  if (model.scope.target.kind === 'dns' || nodes === 0) return { routed: [], unrouted: [], leftOut: [] }
  const all = [
    ...(gatewayRoutes.known ? ofRoutes(model, gatewayRoutes.value) : []),
    ...(httpProxies.known ? ofProxies(model, httpProxies.value) : []),
  ].flatMap((it): readonly OfRoute[] => {
    const asks = it.asks.filter((one) => isMeant(model, it.route, one))
    return isMeant(model, it.route, null) || asks.length > 0 ? [{ ...it, asks }] : []
  })
  // Each route has its turn before one of many rules has all of its own.
  const wanted = all
    .flatMap(({ asks }) => asks.map((it, turn) => ({ it, turn })))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ it }) => it)
  const chosen = wanted.slice(0, mostUrls)
  const times = Math.max(1, Math.ceil(answersPerUrl / nodes))
  return {
    routed: chosen.map((it) => ({ ...it, times })),
    unrouted: all
      .filter(({ asks }) => !asks.some((it) => chosen.includes(it)))
      .map(({ route, asks, why }) => ({ route, why: asks.length > 0 ? 'bound' : why })),
    leftOut:
      wanted.length > chosen.length ? [`asks the first ${chosen.length} of ${wanted.length} URLs of routes only`] : [],
  }
}

/** Under --no-http: each route is told as not asked. */
export function unaskedRoutes({ routed, unrouted }: RoutedPlan): RoutedPlan {
  const routes = new Map(routed.map(({ route }) => [`${route.kind} ${full(route)}`, route]))
  return {
    routed: [],
    unrouted: [...unrouted, ...[...routes.values()].map((route) => ({ route, why: 'flag' as const }))],
    leftOut: [],
  }
}

/** Without an ask: of a route of which nothing may be asked. */
function isMeant({ scope: { target }, sources }: Model, route: RouteName, ask: Asked | null): boolean {
  if (target.kind !== 'object') return true
  const { kind, namespace, name } = target.object
  if (kind === 'Namespace' || kind === 'Node') return true
  if (kind === route.kind) return route.namespace === namespace && route.name === name
  if (kind === 'Service') return ask?.backends.some((it) => it.namespace === namespace && it.name === name) === true
  if (kind !== 'Gateway' || !sources.gatewayRoutes.known) return false
  const own = sources.gatewayRoutes.value.find((it) => it.kind === route.kind && full(it) === full(route))
  return own?.parents.some((it) => full(parentGateway(own, it) ?? route) === `${namespace}/${name}`) === true
}

/** The URL of the scope, where this route is what it is about. */
function urlAsked({ scope: { target } }: Model, { kind, namespace, name }: RouteName): Url | null {
  if (target.kind !== 'object' || target.url === null || !URL.canParse(target.url)) return null
  const { object } = target
  if (object.kind !== kind || object.namespace !== namespace || object.name !== name) return null
  const url = new URL(target.url)
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  return { scheme, host: url.host, path: `${url.pathname}${url.search}`, basis: 'url' }
}

function ofRoutes(model: Model, routes: readonly GatewayRoute[]): readonly OfRoute[] {
  const { gateways, gatewayClasses, gatewayApi, namespaces } = model.sources
  const planes = gatewayApi.known ? gatewayApi.value.dataPlanes : undefined
  const attach = gatewayApi.known
    ? attaching({
        gateways: gateways.known ? gateways.value : [],
        namespaces,
        api: gatewayApi.value,
        scope: model.scope,
      })
    : null
  const contour = new Set(
    (gatewayClasses.known ? gatewayClasses.value : [])
      .filter((it) => it.controller.startsWith('projectcontour.io/'))
      .map((it) => it.name),
  )
  return routes.map((route): OfRoute => {
    const name: RouteName = { kind: route.kind, namespace: route.namespace, name: route.name }
    const none = (why: UnroutedWhy): OfRoute => ({ route: name, asks: [], why })
    if (route.kind !== 'HTTPRoute') return none('not-http')
    if (planes === undefined) return none('planes-unread')
    const found = route.parents.flatMap((parent) => {
      const at = attach?.(route, parent)
      if (at?.kind !== 'attached') return []
      return [{ ...at, plane: planeOf(at.gateway, planes, contour.has(at.gateway.className)) }]
    })
    const [first] = found
    if (first === undefined) return none('not-attached')
    const asks = found.flatMap(({ plane, listeners }) =>
      typeof plane === 'string' ? [] : asksOfRoute(model, { route, name, plane, listeners }),
    )
    const tellable = asks.filter((it) => it.basis === 'url' || !soundsLikeDeed(it.path))
    const noPlane = found.flatMap(({ plane }) => (typeof plane === 'string' ? [plane] : []))[0]
    const isWithoutPort = found.every(
      ({ plane, listeners }) => typeof plane === 'string' || listeners.every((it) => portFor(plane, it) === null),
    )
    const lacking = isWithoutPort ? 'no-port' : 'no-url'
    return { route: name, asks: tellable, why: asks.length > 0 ? 'deed' : (noPlane ?? lacking) }
  })
}

/** Its own, else the Envoys of a Contour that was given it by name: those of its namespace before others. */
function planeOf(
  gateway: Gateway,
  planes: readonly DataPlane[],
  isContour: boolean,
): DataPlane | 'no-plane' | 'several-planes' {
  const own = planes.find((it) => it.gateway !== null && full(it.gateway) === full(gateway))
  if (own !== undefined) return own
  const shared = isContour ? planes.filter((it) => it.gateway === null) : []
  const near = shared.filter((it) => it.namespace === gateway.namespace)
  return theOne(near.length > 0 ? near : shared)
}

function theOne(planes: readonly DataPlane[]): DataPlane | 'no-plane' | 'several-planes' {
  const [first] = planes
  if (first === undefined) return 'no-plane'
  return planes.length === 1 ? first : 'several-planes'
}

type Spoken = 'http' | 'https'

/** TLS that is passed through is for TLSRoutes. */
function spokenAt({ protocol, tls }: Listener): Spoken | null {
  if (protocol === 'HTTP') return 'http'
  return protocol === 'HTTPS' && tls?.mode !== 'Passthrough' ? 'https' : null
}

/** Traefik's listeners have the ports of its pods, behind a Service with others. */
function portFor({ ports }: DataPlane, listener: Listener): number | null {
  const spoken = spokenAt(listener)
  if (spoken === null) return null
  const exact =
    ports.find((it) => it.port === listener.port) ?? ports.find((it) => it.targetPort === listener.port) ?? null
  return exact?.port ?? usualPort(ports, spoken)
}

function usualPort(ports: DataPlane['ports'], spoken: Spoken): number | null {
  return ports.find((it) => it.port === (spoken === 'https' ? 443 : 80))?.port ?? null
}

interface RouteAsked {
  readonly route: GatewayRoute
  readonly name: RouteName
  readonly plane: DataPlane
  readonly listeners: readonly Listener[]
}

function asksOfRoute(model: Model, { route, name, plane, listeners }: RouteAsked): readonly Asked[] {
  const exact = urlAsked(model, name)
  const places = listeners.flatMap((listener) => {
    const [scheme, port] = [spokenAt(listener), portFor(plane, listener)]
    return scheme === null || port === null ? [] : [{ listener, scheme, port }]
  })
  const portBy = (scheme: Spoken): number | null => places.find((it) => it.scheme === scheme)?.port ?? null
  const about = { route: name, ports: { plain: portBy('http'), tls: portBy('https') } }
  const via = { namespace: plane.namespace, name: plane.name, ip: plane.ip }
  const all = places.flatMap(({ listener, scheme, port }): readonly Asked[] => {
    if (exact !== null) {
      if (exact.scheme !== scheme) return []
      const rule = ruleFor(route, exact.path.split('?', 1)[0] ?? '/')
      const isPlain = rule?.filters.length === 0
      return [{ ...about, ...exact, via: { ...via, port }, backends: backendsOf(route, rule), isPlain }]
    }
    return hostsOf(route, listener).flatMap(({ host, basis }) =>
      route.rules.flatMap((rule): readonly Asked[] => {
        const path = pathOf(rule)
        if (path === null) return []
        const isPlain = rule.filters.length === 0
        const ask = { scheme, host: host === '' ? plane.ip : host, path, basis }
        return [{ ...about, ...ask, via: { ...via, port }, backends: backendsOf(route, rule), isPlain }]
      }),
    )
  })
  return distinct(all)
}

/** The rule with the longest path that the URL's is, or is below. */
function ruleFor({ rules }: GatewayRoute, asked: string): RouteRule | undefined {
  return rules
    .flatMap((rule) => {
      const path = pathOf(rule)
      if (path === null) return []
      const stem = withoutTrailing(path, '/')
      return asked === path || asked.startsWith(`${stem}/`) ? [{ rule, length: path.length }] : []
    })
    .toSorted((a, b) => b.length - a.length)[0]?.rule
}

function distinct(asks: readonly Asked[]): readonly Asked[] {
  const key = ({ scheme, host, path, via }: Asked): string => `${scheme} ${host} ${path} ${via.ip} ${via.port}`
  return [...new Map(asks.toReversed().map((it) => [key(it), it])).values()].toReversed()
}

/** '' = any: its address is asked for. A wildcard stands for one label that nobody is likely to mean. */
function hostsOf(route: GatewayRoute, { hostname }: Listener): readonly { host: string; basis: Basis }[] {
  const own = route.hostnames.filter((it) => hostname === null || hostsMeet(hostname, it))
  const named = own.length > 0 ? own : [hostname ?? '']
  return named.slice(0, mostHosts).map((it) => {
    const narrow = it.startsWith('*') && hostname !== null && !hostname.startsWith('*') ? hostname : it
    return { host: narrow.replace(/^\*/, 'hopscope'), basis: narrow.startsWith('*') ? 'guessed' : 'declared' }
  })
}

/** null where a header, a method, a query, or an expression decides. */
function pathOf({ matches }: RouteRule): string | null {
  if (matches.length === 0) return '/'
  return matches.find((it) => it.more === 'nothing' && it.type !== 'RegularExpression')?.path ?? null
}

function backendsOf(route: GatewayRoute, rule: RouteRule | undefined): Asked['backends'] {
  return (rule?.backends ?? [])
    .filter((it) => it.group === '' && it.kind === 'Service' && it.weight > 0 && it.port !== null)
    .map((it) => ({ namespace: it.namespace ?? route.namespace, name: it.name, port: it.port ?? 0 }))
}

/** From each that has a host down through its includes, each of which adds its prefix; each route is its holder's. */
function ofProxies(model: Model, proxies: readonly HttpProxy[]): readonly OfRoute[] {
  const { gatewayApi } = model.sources
  const planes = gatewayApi.known ? gatewayApi.value.dataPlanes : undefined
  const plane = planes === undefined ? 'planes-unread' : theOne(planes.filter((it) => it.gateway === null))
  const byName = new Map(proxies.map((it) => [full(it), it]))
  const asks = typeof plane === 'string' ? [] : proxies.flatMap((root) => asksBelow(root, { byName, plane }))
  return proxies.map((proxy): OfRoute => {
    const route: RouteName = { kind: 'HTTPProxy', namespace: proxy.namespace, name: proxy.name }
    const own = asks.filter((it) => full(it.route) === full(proxy))
    const exact = urlAsked(model, route)
    const [first] = own
    const exactly = exact === null || first === undefined ? [] : [{ ...first, ...exact, isPlain: false }]
    const tellable = exact === null ? own.filter((it) => !soundsLikeDeed(it.path)) : exactly
    const lacking = own.length > 0 ? 'deed' : 'no-url'
    return { route, asks: tellable, why: typeof plane === 'string' ? plane : lacking }
  })
}

function asksBelow(
  root: HttpProxy,
  { byName, plane }: { readonly byName: ReadonlyMap<string, HttpProxy>; readonly plane: DataPlane },
): readonly Asked[] {
  const { host } = root
  if (host === null || host.fqdn === '') return []
  const scheme: Spoken = host.tls === null ? 'http' : 'https'
  const ports = {
    plain: usualPort(plane.ports, 'http'),
    tls: host.tls === null ? null : usualPort(plane.ports, 'https'),
  }
  const port = scheme === 'https' ? ports.tls : ports.plain
  if (port === null) return []
  const via = { namespace: plane.namespace, name: plane.name, ip: plane.ip, port }
  const asks: Asked[] = []
  const seen = new Set<HttpProxy>()
  const next = [{ proxy: root, prefix: '' }]
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    const { proxy, prefix } = at
    if (seen.has(proxy)) continue
    seen.add(proxy)
    const route: RouteName = { kind: 'HTTPProxy', namespace: proxy.namespace, name: proxy.name }
    for (const it of proxy.routes) {
      if (it.more === true) continue
      const path = `${withoutTrailing(prefix, '/')}${it.exact ?? it.prefix ?? '/'}`
      const backends = it.services
        .filter((one) => one.mirror === 'answers')
        .map((one) => ({ namespace: proxy.namespace, name: one.name, port: one.port }))
      const wild = host.fqdn.startsWith('*')
      const ask = {
        scheme,
        host: host.fqdn.replace(/^\*/, 'hopscope'),
        path,
        basis: wild ? 'guessed' : 'declared',
      } as const
      asks.push({ route, ...ask, via, ports, backends, isPlain: true })
    }
    for (const include of proxy.includes) {
      const child = byName.get(full(included(proxy, include)))
      if (child !== undefined)
        next.push({ proxy: child, prefix: `${withoutTrailing(prefix, '/')}${include.prefix ?? ''}` })
    }
  }
  return distinct(asks)
}
