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
  const found = own.flatMap((ingress) =>
    ingress.redirect === undefined
      ? []
      : routesOf(ingress).flatMap((route) => circleFrom(route, { redirect: ingress.redirect, own })),
  )
  const once = new Map(found.toReversed().map((it) => [it.by.map(full).toSorted().join(' '), it]))
  return [...once.values()].toReversed()
}

function circleFrom(
  route: Route,
  { redirect, own }: { readonly redirect: IngressRedirect | undefined; readonly own: readonly Ingress[] },
): readonly RedirectCircle[] {
  const start = redirect === undefined ? null : startOf(route, redirect)
  if (redirect === undefined || start === null) return []
  const been: { readonly key: string; readonly ingress: Ingress }[] = []
  for (let at: Place | null = start; at !== null && been.length < longest;) {
    const key = `${at.host}${at.path}`
    const again = been.findIndex((it) => it.key === key)
    if (again >= 0) {
      const by = [...new Set(been.slice(again).map((it) => it.ingress))]
      return by.includes(route.ingress) ? [{ route, redirect, by, at: key }] : []
    }
    const taker = routeAmong(own, at.host, at.path)
    if (taker?.ingress.redirect === undefined) return []
    been.push({ key, ingress: taker.ingress })
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
