import type { IngressRoute } from '../../model/beside.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { ProxyFailures, RoutedKind } from '../../model/proxy-log.ts'
import type { EndpointSlice } from '../../model/service.ts'
import type { AccessLine } from '../../wire/access-log/access-line.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { urlOwner } from '../gateway/url-owner.ts'
import { included } from '../gateway/proxies.ts'
import { servicesAt } from '../service/services-at.ts'
import { routeAmong, routesOf } from './ingress-routes-to-service.ts'

/** What one proxy carries requests for. */
export interface ProxyServes {
  readonly ingresses: readonly Ingress[]
  readonly routes: readonly GatewayRoute[]
  readonly proxies: readonly HttpProxy[]
  readonly ingressRoutes: readonly IngressRoute[]
}

type Named = NonNullable<ProxyFailures['service']>

export interface Owner {
  readonly object: ProxyFailures['object']
  /** null where the line does not tell to which of its Services the request went. */
  readonly service: Named | null
}

/** `nobody`: for what is not read here. `unclear`: the line says too little. */
type Owned = Owner | 'nobody' | 'unclear'

/** A flood of hosts and paths that nobody has is not remembered beyond this. */
const mostKept = 2000

/** Whose request it was: by the name of its route, else by its host and path, else by the Service of its backend. */
export function proxyOwners(serves: ProxyServes, slices: readonly EndpointSlice[]): (line: AccessLine) => Owned {
  const routers = traefikRouters(serves)
  const objects = objectsOf(serves)
  const services = servicesAt(slices)
  const byHost = new Map<string, ProxyServes>()
  const kept = new Map<string, Owned>()
  const hostServes = servesByHost(serves)
  const servesFor = (host: string): ProxyServes => {
    const found = byHost.get(host) ?? hostServes(host)
    if (byHost.size < mostKept) byHost.set(host, found)
    return found
  }
  const find = (line: AccessLine): Owned => {
    const named = byName(line, { objects, routers })
    if (named !== null) return named
    if (line.host !== null) return byUrl(line, servesFor(bareHost(line.host)))
    return byBackend(line, serves)
  }
  return (line) => {
    const key = [line.host, line.path?.split('?', 1)[0], line.route, line.backend].map((it) => it ?? '\n').join(' ')
    const owner = kept.get(key) ?? find(line)
    if (kept.size < mostKept) kept.set(key, owner)
    if (typeof owner === 'string' || owner.service !== null) return owner
    return { ...owner, service: serviceOf(owner, line, { objects, services }) }
  }
}

function bareHost(host: string): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase()
}

interface ObjectSeen {
  readonly object: Owner['object']
  readonly services: readonly Named[]
  /** Of a rule of a route, by its place. */
  readonly rules: readonly (readonly Named[])[]
}

const keyOf = ({ kind, namespace, name }: Owner['object']): string => `${kind}/${namespace}/${name}`

function objectsOf({ ingresses, routes, proxies, ingressRoutes }: ProxyServes): ReadonlyMap<string, ObjectSeen> {
  const all: ObjectSeen[] = []
  const add = (object: Owner['object'], rules: readonly (readonly Named[])[]): void => {
    const own = new Map(rules.flat().map((it) => [`${it.namespace}/${it.name}`, it]))
    all.push({ object, services: [...own.values()], rules })
  }
  for (const it of ingresses)
    add(
      { kind: 'Ingress', namespace: it.namespace, name: it.name },
      routesOf(it).map(({ backend }) => [{ namespace: it.namespace, name: backend.service }]),
    )
  for (const it of routes)
    if (it.kind === 'HTTPRoute' || it.kind === 'GRPCRoute')
      add(
        { kind: it.kind, namespace: it.namespace, name: it.name },
        it.rules.map(({ backends }) =>
          backends
            .filter((one) => one.group === '' && one.kind === 'Service')
            .map((one) => ({ namespace: one.namespace ?? it.namespace, name: one.name })),
        ),
      )
  for (const it of proxies)
    add(
      { kind: 'HTTPProxy', namespace: it.namespace, name: it.name },
      it.routes.map((one) => one.services.map(({ name }) => ({ namespace: it.namespace, name }))),
    )
  for (const it of ingressRoutes)
    add(
      { kind: 'IngressRoute', namespace: it.namespace, name: it.name },
      it.routes.map((one) =>
        one.services
          .filter(({ kind }) => kind === 'Service')
          .map(({ namespace, name }) => ({ namespace: namespace ?? it.namespace, name })),
      ),
    )
  return new Map(all.map((it) => [keyOf(it.object), it]))
}

interface Names {
  readonly objects: ReadonlyMap<string, ObjectSeen>
  readonly routers: (name: string) => Owner | null
}

/** null: the line has no name that tells. */
function byName({ dialect, route, backend }: AccessLine, { objects, routers }: Names): Owned | null {
  if (dialect === 'envoy') return byEnvoyGateway(route ?? '', objects) ?? byEnvoyGateway(backend ?? '', objects)
  if (dialect !== 'traefik' || route === null) return null
  return route.endsWith('@internal') ? 'nobody' : routers(route)
}

/** `httproute/shop/web/rule/0/match/0/web_example_com` of Envoy Gateway (internal/gatewayapi, helpers.go). */
function byEnvoyGateway(name: string, objects: Names['objects']): Owned | null {
  const [, kind, namespace, own, rule] =
    /^(http|grpc)route\/([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253})\/rule\/(\d{1,4})(?:\/|$)/.exec(name) ?? []
  if (namespace === undefined || own === undefined) return null
  const seen = objects.get(keyOf({ kind: kind === 'grpc' ? 'GRPCRoute' : 'HTTPRoute', namespace, name: own }))
  if (seen === undefined) return 'nobody'
  const services = seen.rules[Number(rule)] ?? seen.services
  return { object: seen.object, service: services.length === 1 ? (services[0] ?? null) : null }
}

/**
 * `shop-web-web-example-com-cart@kubernetes`: namespace, name, host and path, with a hash where two would be one, and
 * an entry point before it (pkg/provider/kubernetes/ingress, loadRouter; pkg/server/aggregator.go, applyModel).
 */
function traefikRouters({ ingresses, ingressRoutes }: ProxyServes): (name: string) => Owner | null {
  const names = new Map<string, Owner | null>()
  for (const it of ingresses)
    for (const { host, path, backend } of routesOf(it)) {
      const name = normalized(`${it.namespace}-${it.name}-${host ?? ''}${path ?? ''}`)
      const object = { kind: 'Ingress' as const, namespace: it.namespace, name: it.name }
      const owner = { object, service: { namespace: it.namespace, name: backend.service } }
      // Two that have one name are told apart by a hash that is not reckoned here.
      const before = names.get(name)
      const isSame = before === undefined || (before !== null && keyOf(before.object) === keyOf(object))
      names.set(name, isSame ? owner : null)
    }
  for (const { namespace, name } of ingressRoutes)
    names.set(`${namespace}-${name}`, { object: { kind: 'IngressRoute', namespace, name }, service: null })
  return (text) => {
    const [whole = '', provider = ''] = text.slice(0, 600).split('@', 2)
    if (provider !== 'kubernetes' && provider !== 'kubernetescrd') return null
    const bare = whole.replace(/-[0-9a-f]{20}$/, '')
    for (const name of [whole, bare, withoutFirst(whole), withoutFirst(bare)]) {
      const owner = names.get(name)
      if (owner !== undefined && owner !== null) return owner
    }
    return null
  }
}

function withoutFirst(name: string): string {
  return name.slice(name.indexOf('-') + 1)
}

/** provider.Normalize: what is neither a letter nor a digit parts words, and is one dash. */
function normalized(text: string): string {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((it) => it !== '')
    .join('-')
}

/** Those that may have a request for a host: of thousands of objects and hosts, each is looked at once. */
function servesByHost({ ingresses, routes, proxies, ingressRoutes }: ProxyServes): (host: string) => ProxyServes {
  const [ofIngresses, ofRoutes, ofProxies, ofTraefik] = [
    hostIndex(ingresses, (it) => [
      ...it.rules.map((one) => one.host ?? ''),
      ...(it.defaultBackend === null ? [] : [anyHost]),
    ]),
    hostIndex(routes, (it) => (it.hostnames.length === 0 ? [anyHost] : it.hostnames)),
    hostIndex(proxies, (it) => (it.host === null ? [] : [it.host.fqdn])),
    hostIndex(ingressRoutes, (it) => it.routes.flatMap(({ hosts }) => (hosts.length === 0 ? [anyHost] : hosts))),
  ]
  const byKey = new Map(proxies.map((it) => [`${it.namespace}/${it.name}`, it]))
  return (host) => ({
    ingresses: ofIngresses(host),
    routes: ofRoutes(host),
    proxies: withIncluded(ofProxies(host), byKey),
    ingressRoutes: ofTraefik(host),
  })
}

const anyHost = ''
/** RFC 1035: what is longer is no name, and nobody's. */
const longestHost = 253

function hostIndex<T>(items: readonly T[], hostsOf: (item: T) => readonly string[]): (host: string) => readonly T[] {
  const index = new Map<string, T[]>()
  for (const it of items)
    for (const host of new Set(hostsOf(it).map((one) => one.toLowerCase()))) {
      const all = index.get(host)
      if (all === undefined) index.set(host, [it])
      else all.push(it)
    }
  return (host) => {
    if (host.length > longestHost) return []
    const found = new Set([...(index.get(host) ?? []), ...(index.get(anyHost) ?? [])])
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1))
      for (const it of index.get(`*${host.slice(dot)}`) ?? []) found.add(it)
    return [...found]
  }
}

function withIncluded(roots: readonly HttpProxy[], byKey: ReadonlyMap<string, HttpProxy>): readonly HttpProxy[] {
  const found = new Set(roots)
  // What is added while it is walked is walked as well.
  for (const it of found)
    for (const include of it.includes) {
      const { namespace, name } = included(it, include)
      const child = byKey.get(`${namespace}/${name}`)
      if (child !== undefined) found.add(child)
    }
  return [...found]
}

function byUrl(line: AccessLine, serves: ProxyServes): Owned {
  const host = bareHost(line.host ?? '')
  const path = percentDecoded((line.path ?? '/').split('?', 1)[0] ?? '/')
  const ingress = routeAmong(serves.ingresses, host, path)
  const other = urlOwner({ host, path }, serves)
  const kind = routedKind(other?.object.kind)
  const isOthers = other !== null && kind !== null && (ingress === null || isCloser(other, ingress, host))
  if (isOthers)
    return { object: { kind, namespace: other.object.namespace ?? '', name: other.object.name }, service: null }
  if (ingress === null) return 'nobody'
  const { namespace, name } = ingress.ingress
  return { object: { kind: 'Ingress', namespace, name }, service: { namespace, name: ingress.backend.service } }
}

const kinds: readonly RoutedKind[] = ['HTTPRoute', 'GRPCRoute', 'HTTPProxy', 'IngressRoute']

function routedKind(kind: string | undefined): RoutedKind | null {
  return kinds.find((it) => it === kind) ?? null
}

function isCloser(
  { hostRank, pathLength }: { readonly hostRank: number; readonly pathLength: number },
  { host: rule, path }: { readonly host: string | null; readonly path: string | null },
  host: string,
): boolean {
  const wild = rule === null || rule === '' ? 0 : 1
  const rank = rule?.toLowerCase() === host ? 2 : wild
  return hostRank === rank ? pathLength > (path ?? '').length : hostRank > rank
}

/**
 * HAProxy names no host where nobody captures one: `shop_web_8080` of HAProxy Ingress, `shop_svc_web_http` of HAProxy
 * Technologies'. A Service of two Ingresses does not tell whose request it was.
 */
function byBackend({ dialect, backend }: AccessLine, { ingresses }: ProxyServes): Owned {
  if (dialect !== 'haproxy' || backend === null) return 'unclear'
  if (backend.startsWith('_')) return 'nobody'
  const [, namespace, name] = /^([a-z0-9-]{1,63})_(?:svc_)?([a-z0-9-]{1,63})_[a-z0-9-]{1,63}$/.exec(backend) ?? []
  if (namespace === undefined || name === undefined) return 'unclear'
  const own = ingresses.filter(
    (it) => it.namespace === namespace && routesOf(it).some((one) => one.backend.service === name),
  )
  const [first] = own
  if (first === undefined) return 'nobody'
  return own.length > 1
    ? 'unclear'
    : { object: { kind: 'Ingress', namespace, name: first.name }, service: { namespace, name } }
}

interface Around {
  readonly objects: ReadonlyMap<string, ObjectSeen>
  readonly services: ReadonlyMap<string, ReadonlySet<string>>
}

/** Of the object's own: the only one, or the only one that has the server that was asked. */
function serviceOf({ object }: Owner, { tries }: AccessLine, { objects, services }: Around): Named | null {
  const own = objects.get(keyOf(object))?.services ?? []
  if (own.length === 1) return own[0] ?? null
  const at = services.get(tries?.at(-1)?.address ?? '')
  const fitting = at === undefined ? [] : own.filter((it) => at.has(`${it.namespace}/${it.name}`))
  return fitting.length === 1 ? (fitting[0] ?? null) : null
}
