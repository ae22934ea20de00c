import type { Ingress, IngressRedirect } from '../../model/ingress.ts'
import { full } from '../../phrases.ts'
import { type Route, routeAmong, routesOf } from './ingress-routes-to-service.ts'
import { isRegex } from './nginx-paths.ts'

/** Requests that are led from redirect to redirect, and come to where they have been. */
export interface RedirectCircle {
  /** Whose request it is first. */
  readonly route: Route
  readonly redirect: IngressRedirect
  /** Ingresses of the circle, in the order in which they redirect. */
  readonly by: readonly Ingress[]
  /** `shop.example.com/`: where they come again and again. */
  readonly at: string
  /** The name by which they come to that host, where it is another one, and what makes it the same. */
  readonly through: OtherName | null
}

/** A host that no rule has, and that ingress-nginx knows all the same. */
interface OtherName {
  readonly name: string
  readonly host: string
  readonly by: 'server-alias' | 'from-to-www-redirect'
  readonly ingress: Ingress
}

interface Place {
  readonly host: string
  readonly path: string
}

/** A browser gives up after 20; nobody writes so many. */
const longest = 12

/**
 * Circles among redirects that ingress-nginx makes by annotations. It serves a host alike on both ports, so that the
 * scheme alone makes no other place of it (nginx.tmpl: one server block for each host, with `listen` for both).
 */
export function redirectCircles(ingresses: readonly Ingress[]): readonly RedirectCircle[] {
  const own = ingresses.filter((it) => it.nginx?.canary !== true)
  const names = otherNames(own)
  const found = own.flatMap((ingress) =>
    ingress.redirect === undefined
      ? []
      : routesOf(ingress).flatMap((route) => circleFrom(route, { redirect: ingress.redirect, own, names })),
  )
  const once = new Map(found.toReversed().map((it) => [it.by.map(full).toSorted().join(' '), it]))
  return [...once.values()].toReversed()
}

/**
 * Names that lead to a host of a rule: those without `www.`, or with it, by a redirect of their own, and aliases, which
 * are the same server. A name that is a rule's host is left to that rule; the redirects stand before the servers
 * (controller.go, buildRedirects and createServers; nginx.tmpl).
 */
function otherNames(own: readonly Ingress[]): ReadonlyMap<string, OtherName> {
  const hosts = new Set(own.flatMap((it) => it.rules.flatMap(({ host }) => host?.toLowerCase() ?? [])))
  const all = own.flatMap((ingress) =>
    ingress.rules.flatMap(({ host }): readonly OtherName[] => {
      if (host === null || host.includes('*')) return []
      const to = { host: host.toLowerCase(), ingress }
      const www = to.host.startsWith('www.') ? to.host.slice(4) : `www.${to.host}`
      return [
        ...(ingress.fromToWww === true ? [{ ...to, name: www, by: 'from-to-www-redirect' as const }] : []),
        ...(ingress.aliases ?? []).map((name) => ({ ...to, name, by: 'server-alias' as const })),
      ]
    }),
  )
  const first = all.toSorted((a, b) => Number(b.by !== 'server-alias') - Number(a.by !== 'server-alias'))
  return new Map(first.toReversed().flatMap((it) => (hosts.has(it.name) ? [] : [[it.name, it]])))
}

interface Around {
  readonly redirect: IngressRedirect | undefined
  readonly own: readonly Ingress[]
  readonly names: ReadonlyMap<string, OtherName>
}

function circleFrom(route: Route, { redirect, own, names }: Around): readonly RedirectCircle[] {
  const start = redirect === undefined ? null : startOf(route, redirect)
  if (redirect === undefined || start === null) return []
  const been: { readonly key: string; readonly ingress: Ingress; readonly through: OtherName | null }[] = []
  for (let at: Place | null = start; at !== null && been.length < longest;) {
    const through: OtherName | null = names.get(at.host) ?? null
    if (through !== null) at = { host: through.host, path: at.path }
    const key = `${at.host}${at.path}`
    const again = been.findIndex((it) => it.key === key)
    if (again >= 0) {
      const ways = [through, ...been.slice(again + 1).map((it) => it.through)].filter((it) => it !== null)
      const by = [
        ...new Set([...been.slice(again), ...ways.filter((it) => it.by !== 'server-alias')].map((it) => it.ingress)),
      ]
      return by.includes(route.ingress) ? [{ route, redirect, by, at: key, through: ways[0] ?? null }] : []
    }
    const taker = routeAmong(own, at.host, at.path)
    if (taker?.ingress.redirect === undefined) return []
    been.push({ key, ingress: taker.ingress, through })
    at = nextOf(at, taker.ingress.redirect)
  }
  return []
}

/** A request that this rule takes. Of expressions and wildcards none is made up. */
function startOf({ host, path }: Route, { by, to }: IngressRedirect): Place | null {
  const named = host ?? to?.host ?? null
  if (named === null || named.includes('*') || (path !== null && isRegex(path))) return null
  const from = path ?? '/'
  return by === 'app-root' && from !== '/' ? null : { host: named.toLowerCase(), path: from }
}

function nextOf(at: Place, { by, to, path }: IngressRedirect): Place | null {
  if (by === 'app-root' && at.path !== '/') return null
  if (to !== null && to.port !== (to.scheme === 'https' ? 443 : 80)) return null
  return { host: to?.host ?? at.host, path: path ?? at.path }
}
