import type { Gateway, GatewayRoute, Listener, RouteMatch, RouteRedirect, RouteRule } from '../../model/gateway.ts'
import { full } from '../../phrases.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { hostsMeet } from './attachment.ts'

/** A route at one listener that takes it. */
export interface Attached {
  readonly route: GatewayRoute
  readonly gateway: Gateway
  readonly listener: Listener
}

/** A rule whose requests are led back to it. */
export interface RouteCircle {
  readonly route: GatewayRoute
  readonly rule: RouteRule
  readonly redirect: RouteRedirect
  readonly gateway: Gateway
  /** Where the request comes in first, and again and again. */
  readonly from: Listener
  readonly at: Listener
  readonly host: string | null
  readonly path: string
  /** Other rules of the listener have some of the requests. */
  readonly others: 'none' | 'some'
}

interface Asked {
  readonly listener: Listener
  readonly host: string | null
  readonly path: string
}

const everything: RouteMatch = { type: 'PathPrefix', path: '/', more: 'nothing' }

/** A browser gives up after 20. */
const longest = 8

/**
 * Circles of `RequestRedirect`s at one Gateway. A redirect without a port leads to that of its scheme, and without
 * either to that of the listener (apis/v1 httproute_types.go, HTTPRequestRedirectFilter); of several rules the one with
 * the closer host goes first, then an exact path, then the longest prefix. What headers or expressions decide is not
 * followed, nor a request that two routes claim alike where their age is not known.
 */
export function routeCircles(all: readonly Attached[]): readonly RouteCircle[] {
  return all.flatMap((it) =>
    it.route.rules.flatMap((rule) => (rule.redirect === undefined ? [] : circlesOf(it, rule, all))),
  )
}

function circlesOf({ route, gateway, listener }: Attached, rule: RouteRule, all: readonly Attached[]) {
  const { redirect } = rule
  const here = all.filter((it) => it.gateway === gateway)
  const hosts = route.hostnames.length === 0 ? [listener.hostname] : route.hostnames
  return hosts.flatMap((host) =>
    matchesOf(rule).flatMap((match): readonly RouteCircle[] => {
      const { type, path, more } = match
      if (type === 'RegularExpression' || more === 'more' || redirect === undefined) return []
      const at = followed({ listener, host: host?.toLowerCase() ?? null, path }, rule, here)
      if (at === null) return []
      const others = here.some(
        (it) =>
          it.listener === at.listener &&
          hostRank(it.route.hostnames, at.host) !== null &&
          it.route.rules.some(
            (one) =>
              one !== rule && !isHiddenBy({ route, match }, it.route, one) && hasSome(one, { path: at.path, redirect }),
          ),
      )
      const rest = { host, path, others: others ? ('some' as const) : ('none' as const) }
      return [{ route, rule, redirect, gateway, from: listener, at: at.listener, ...rest }]
    }),
  )
}

/** A rule of a younger route that claims the same, and nothing beside it, is never asked. */
function isHiddenBy(
  { route, match }: { readonly route: GatewayRoute; readonly match: RouteMatch },
  other: GatewayRoute,
  rule: RouteRule,
): boolean {
  if (route.created === undefined || other.created === undefined || olderFirst(route, other) > 0) return false
  const isOfOneHost = other.hostnames.join('\n') === route.hostnames.join('\n')
  return (
    other !== route &&
    isOfOneHost &&
    matchesOf(rule).every((it) => it.type === match.type && it.path === match.path && it.more === 'nothing')
  )
}

/** Where the request comes to the same rule in the same way twice; null where it ends elsewhere. */
function followed(start: Asked, rule: RouteRule, here: readonly Attached[]): Asked | null {
  const been = new Set<string>()
  for (let at: Asked | null = start; at !== null && been.size < longest;) {
    const taker = takerOf(at, here)
    if (taker === null || taker.rule.redirect === undefined) return null
    const key = `${at.listener.name}\n${at.host ?? ''}\n${at.path}`
    // A path that grows with each redirect comes to no place twice, and ends nowhere either.
    if (been.has(key) || been.size === longest - 1) return taker.rule === rule ? at : null
    been.add(key)
    at = nextOf(at, taker, here)
  }
  return null
}

interface Taker {
  readonly rule: RouteRule
  readonly match: RouteMatch
}

function matchesOf(rule: RouteRule): readonly RouteMatch[] {
  return rule.matches.length === 0 ? [everything] : rule.matches
}

function takerOf({ listener, host, path }: Asked, here: readonly Attached[]): Taker | null {
  const claims = here
    .filter((it) => it.listener === listener)
    .flatMap(({ route }) => {
      const rank = hostRank(route.hostnames, host)
      if (rank === null) return []
      return route.rules.flatMap((rule) =>
        matchesOf(rule)
          .filter((it) => it.type === 'RegularExpression' || fits(it, path))
          .map((match) => ({ route, rule, match, rank })),
      )
    })
    .filter(({ match }) => match.more === 'nothing')
  if (claims.some(({ match, rank }) => match.type === 'RegularExpression' || rank === Infinity)) return null
  const [first, second] = claims.toSorted(
    (a, b) => b.rank - a.rank || pathRank(b.match) - pathRank(a.match) || olderFirst(a.route, b.route),
  )
  if (first === undefined) return null
  const isTie =
    second !== undefined &&
    second.route !== first.route &&
    second.rank === first.rank &&
    pathRank(second.match) === pathRank(first.match) &&
    (first.route.created === undefined || second.route.created === undefined)
  return isTie ? null : first
}

/** Of two that claim one request alike the older one has it, and of one age the first by `namespace/name`. */
export function olderFirst(a: GatewayRoute, b: GatewayRoute): number {
  const age = (a.created ?? 0) - (b.created ?? 0)
  if (a.created !== undefined && b.created !== undefined && age !== 0) return age
  return full(a) < full(b) ? -1 : 1
}

/** null = not for it; `Infinity`: a host that no request has yet may be its own, or not. */
function hostRank(hostnames: readonly string[], host: string | null): number | null {
  if (hostnames.length === 0) return 0
  if (host === null) return Infinity
  const own = hostnames.filter((it) => hostsMeet(it, host))
  if (own.length === 0) return null
  if (host.startsWith('*.') && own.every((it) => it.toLowerCase() !== host && !it.startsWith('*.'))) return Infinity
  return Math.max(...own.map((it) => (it.startsWith('*.') ? 1 : 1000) + it.length))
}

function pathRank({ type, path }: RouteMatch): number {
  return (type === 'Exact' ? 10_000 : 0) + withoutTrailing(path, '/').length
}

/** A prefix is one of whole parts: `/cart` takes `/cart/1`, and not `/carts`. */
function fits({ type, path }: RouteMatch, asked: string): boolean {
  if (type === 'Exact') return path === asked
  const own = withoutTrailing(path, '/')
  return asked === own || asked.startsWith(`${own}/`) || own === ''
}

/**
 * Whether a rule that serves takes some of the requests that come of the redirect. Where all are led to one path, only
 * headers or an expression can part them; else those below the path may have rules of their own.
 */
function hasSome(
  rule: RouteRule,
  { path, redirect }: { readonly path: string; readonly redirect: RouteRedirect },
): boolean {
  if (rule.redirect !== undefined) return false
  return matchesOf(rule).some((it) => {
    if (it.type === 'RegularExpression') return true
    if (redirect.path?.replaces === 'all') return it.more === 'more' && fits(it, path)
    return fits({ type: 'PathPrefix', path, more: 'nothing' }, it.path)
  })
}

function nextOf({ listener, host, path }: Asked, { rule, match }: Taker, here: readonly Attached[]): Asked | null {
  const { redirect } = rule
  if (redirect === undefined) return null
  const own = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const scheme = redirect.scheme ?? own
  const usual = scheme === 'https' ? 443 : 80
  const port = redirect.port ?? (redirect.scheme === null ? listener.port : usual)
  const next = redirect.hostname?.toLowerCase() ?? host
  const to = listenerOf({ port, protocol: scheme === 'https' ? 'HTTPS' : 'HTTP', host: next }, here)
  return to === null ? null : { listener: to, host: next, path: pathOf(redirect, match, path) }
}

interface Wanted {
  readonly port: number
  readonly protocol: string
  readonly host: string | null
}

/** Of several listeners of a port the one with the closest hostname has the request; null where that is not said. */
function listenerOf({ port, protocol, host }: Wanted, here: readonly Attached[]): Listener | null {
  const all = (here[0]?.gateway.listeners ?? []).filter(
    (it) =>
      it.port === port &&
      it.protocol === protocol &&
      (it.hostname === null || host === null || hostsMeet(it.hostname, host)),
  )
  if (all.length > 1 && (host === null || host.startsWith('*.'))) return null
  const rank = ({ hostname }: Listener): number =>
    hostname === null ? 0 : hostname.length + (hostname.startsWith('*.') ? 0 : 1000)
  return all.toSorted((a, b) => rank(b) - rank(a))[0] ?? null
}

function pathOf({ path: replaced }: RouteRedirect, match: RouteMatch, path: string): string {
  if (replaced === null) return path
  if (replaced.replaces === 'all') return replaced.by
  const rest = path.slice(withoutTrailing(match.path, '/').length)
  return `${withoutTrailing(replaced.by, '/')}${rest}` || '/'
}
