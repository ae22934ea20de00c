import type { HostClaim, IngressRoute } from '../../model/beside.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { VirtualService } from '../../model/mesh.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { everyRequest, fitsPath } from '../mesh/http-match.ts'
import { included } from './proxies.ts'

/** Who answers a URL, and how closely its rule fits: exact hosts before wildcards, longer paths before shorter ones. */
export interface UrlOwner {
  readonly object: Subject
  readonly hostRank: number
  readonly pathLength: number
}

export interface UrlAsked {
  readonly host: string
  readonly path: string
  /** Absent where nobody says how it was asked. */
  readonly scheme?: 'http' | 'https'
}

/** What may have a URL beside Ingresses: every kind that is read. */
export interface UrlTakers {
  readonly routes: readonly GatewayRoute[]
  readonly proxies?: readonly HttpProxy[]
  readonly virtualServices?: readonly VirtualService[]
  readonly ingressRoutes?: readonly IngressRoute[]
}

/** The object that fits best; null where none does. */
export function urlOwner(asked: UrlAsked, takers: UrlTakers): UrlOwner | null {
  const { routes, proxies = [], virtualServices = [], ingressRoutes = [] } = takers
  const all = [
    ...routes.flatMap((it) => ofRoute(asked, it)),
    ...ofProxies(asked, proxies),
    ...virtualServices.flatMap((it) => ofVirtualService(asked, it)),
    ...bySchemeFirst(asked, ingressRoutes).flatMap((it) => ofIngressRoute(asked, it)),
  ]
  return all.toSorted((a, b) => b.hostRank - a.hostRank || b.pathLength - a.pathLength)[0] ?? null
}

/**
 * Of what nobody evaluates, the object that mentions the host: it may have the URL, and whoever says that nothing has
 * it would be wrong.
 */
export function claimant(host: string, claims: readonly HostClaim[]): Subject | null {
  const ranked = claims
    .map((it) => ({ it, rank: Math.max(-1, ...it.hosts.map((one) => rankOf(one, host))) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank)
  const best = ranked[0]?.it
  return best === undefined ? null : subject(best.kind, best.namespace, best.name)
}

/**
 * One that is for sidecars alone takes nothing from outside. Of an old recording nobody knows which paths it leads; a
 * host of which it takes no such path is its own all the same: no wildcard of another is asked.
 */
function ofVirtualService({ host, path }: UrlAsked, it: VirtualService): readonly UrlOwner[] {
  if (it.gateways.every((one) => one === 'mesh')) return []
  const hostRank = Math.max(-1, ...it.hosts.map((one) => (one === '*' ? 0 : rankOf(one, host))))
  if (hostRank < 0) return []
  const lengths = (it.takes ?? everyRequest).flatMap((one) => {
    if (one.type === 'regex') return [0]
    return fitsPath(one, path) ? [one.path.length] : []
  })
  const pathLength = it.takes === undefined ? 0 : Math.max(-1, ...lengths)
  return [{ object: subject('VirtualService', it.namespace, it.name), hostRank, pathLength }]
}

/**
 * Of two of one host and path, that with TLS has what comes by TLS (Traefik has a router of its own for each). An entry
 * point may add TLS to the other: more than a preference it is not.
 */
function bySchemeFirst({ scheme }: UrlAsked, routes: readonly IngressRoute[]): readonly IngressRoute[] {
  if (scheme === undefined) return routes
  const fits = (it: IngressRoute): boolean => (it.tls !== null) === (scheme === 'https')
  return routes.toSorted((a, b) => Number(fits(b)) - Number(fits(a)))
}

function ofIngressRoute({ host, path }: UrlAsked, it: IngressRoute): readonly UrlOwner[] {
  return it.routes.flatMap((route): readonly UrlOwner[] => {
    // One that goes by paths or headers alone has any host.
    const hostRank = route.hosts.length === 0 ? 0 : Math.max(-1, ...route.hosts.map((one) => rankOf(one, host)))
    if (hostRank < 0) return []
    const lengths = route.paths.flatMap((one) => {
      const takes = one.type === 'exact' ? one.path === path : path.startsWith(one.path)
      return takes ? [one.path.length] : []
    })
    // Traefik tells nobody else of a host of which no rule takes the path.
    const pathLength = route.paths.length === 0 ? 0 : Math.max(-1, ...lengths)
    if (hostRank === 0 && pathLength < 0) return []
    return [{ object: subject('IngressRoute', it.namespace, it.name), hostRank, pathLength }]
  })
}

function ofRoute({ host, path }: UrlAsked, route: GatewayRoute): readonly UrlOwner[] {
  // A connection over TLS is led by the name in it, whatever the path.
  if (route.kind === 'TLSRoute') {
    const rank = Math.max(-1, ...route.hostnames.map((it) => rankOf(it, host)))
    return rank < 0 ? [] : [{ object: subject(route.kind, route.namespace, route.name), hostRank: rank, pathLength: 0 }]
  }
  if (route.kind !== 'HTTPRoute' && route.kind !== 'GRPCRoute') return []
  const hostRank =
    route.hostnames.length === 0 ? 0 : Math.max(...route.hostnames.map((it) => rankOf(it, host)).concat(-1))
  if (hostRank < 0) return []
  const lengths = route.rules.flatMap((rule) =>
    rule.matches.length === 0 ? [0] : rule.matches.flatMap((it) => fits(it.type, it.path, path)),
  )
  if (lengths.length === 0) return []
  return [{ object: subject(route.kind, route.namespace, route.name), hostRank, pathLength: Math.max(...lengths) }]
}

/** The route that has the host, whatever its paths: what no rule takes there is its own to tell; null for none. */
export function hostOwner(host: string, routes: readonly GatewayRoute[]): Subject | null {
  const [best] = routes
    .filter((it) => it.kind === 'HTTPRoute')
    .map((it) => ({ it, rank: Math.max(-1, ...it.hostnames.map((one) => rankOf(one, host))) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank)
  return best === undefined ? null : subject('HTTPRoute', best.it.namespace, best.it.name)
}

/** The length of what fits; nothing where it does not. An expression is compared by nobody here: it may fit. */
function fits(type: GatewayRoute['rules'][number]['matches'][number]['type'], rule: string, path: string): number[] {
  if (type === 'RegularExpression') return [0]
  if (type === 'Exact') return rule === path ? [rule.length + 1] : []
  return hasPrefix(path, rule) ? [rule.length] : []
}

function hasPrefix(path: string, prefix: string): boolean {
  const plain = withoutTrailing(prefix, '/')
  return path === plain || path.startsWith(`${plain}/`)
}

/** -1 for a host that it does not stand for. */
function rankOf(rule: string, host: string): number {
  const [wanted, asked] = [rule.toLowerCase(), host.toLowerCase()]
  if (wanted === asked) return 2
  return wanted.startsWith('*.') && asked.endsWith(wanted.slice(1)) && asked.length >= wanted.length ? 1 : -1
}

/**
 * From the one that has the host down through its includes, each of which adds its prefix (Contour joins conditions):
 * the owner is whoever holds the route, else the one with the host.
 */
function ofProxies({ host, path }: UrlAsked, proxies: readonly HttpProxy[]): readonly UrlOwner[] {
  const byName = new Map(proxies.map((it) => [`${it.namespace}/${it.name}`, it]))
  return proxies.flatMap((root): readonly UrlOwner[] => {
    const hostRank = root.host === null ? -1 : rankOf(root.host.fqdn, host)
    if (hostRank < 0) return []
    let best: { readonly proxy: HttpProxy; readonly pathLength: number } = { proxy: root, pathLength: -1 }
    // Each once: an include may lead back, and a lattice of them must not be walked by every way.
    const seen = new Set<HttpProxy>()
    const next: { readonly proxy: HttpProxy; readonly prefix: string }[] = [{ proxy: root, prefix: '' }]
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      const { proxy, prefix } = at
      if (seen.has(proxy)) continue
      seen.add(proxy)
      for (const route of proxy.routes) {
        const full = `${withoutTrailing(prefix, '/')}${route.exact ?? route.prefix ?? '/'}`
        const takes = route.exact === null ? hasPrefix(path, full) : path === full
        if (takes && full.length > best.pathLength) best = { proxy, pathLength: full.length }
      }
      for (const include of proxy.includes) {
        const child = included(proxy, include)
        const there = byName.get(`${child.namespace}/${child.name}`)
        const joined = `${withoutTrailing(prefix, '/')}${include.prefix ?? ''}`
        if (there !== undefined && hasPrefix(path, joined)) next.push({ proxy: there, prefix: joined })
      }
    }
    const { proxy, pathLength } = best
    return [{ object: subject('HTTPProxy', proxy.namespace, proxy.name), hostRank, pathLength }]
  })
}
