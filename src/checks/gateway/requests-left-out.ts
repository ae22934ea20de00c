import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute, RouteMatch } from '../../model/gateway.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { everything, isServiceParent, leavesRest } from '../../relations/gateway/rest-of-service.ts'
import { routesOfUrl } from '../../relations/gateway/routes-of-url.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { routeSubject } from './words.ts'

/**
 * What no rule takes is answered with 404 (apis/v1 httproute_types.go, HTTPRouteRule.Matches). A route with a Service
 * for its parent takes all that a mesh sends to that Service, so that what it does not name is no longer served there,
 * while the same Service without a route serves everything (GEP-1294, "no rule matches").
 */
export default check({
  code: 'GTW737',
  slug: 'gateway/requests-left-out',
  title: 'no rule of a route takes a plain request, or some of its paths',
  fine: 'rules of routes take plain requests, and all paths of Services of a mesh',
  severity: 'warning',
  needs: ['gatewayRoutes'],
  wants: ['gateways'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, gateways, scope }) {
    const routes = gatewayRoutes.filter((it) => it.kind === 'HTTPRoute' && it.status.some(isTaken))
    if (routes.length === 0) return notApplicable('no HTTPRoute here is accepted by a controller')
    const asked = askedIn(scope)
    const ofUrl =
      asked === null ? [] : leftOutUrl(routes, { asked, gateways: gateways.known ? gateways.value : [], scope })
    const ofServices = [...byService(routes)].flatMap(([, its]) => leftOutOfService(its, scope))
    const headed = routes.filter((it) => !ofUrl.some((one) => one.route === it) && isHeaded(it))
    const plain = headed.filter((it) => !routes.some((one) => one !== it && sharesHost(one, it)))
    const found = [...ofUrl.map(urlVerdict), ...ofServices, ...plain.map((it) => headedVerdict(it))]
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) => headlines[args.fault](args, `${on.kind} ${full(on)}`),
    detail: ({ args }) => `${count(args.rules, 'rule')}: ${some(args.has)}`,
    note: ({ args }) =>
      args.fault === 'rest-of-service'
        ? 'what no rule takes gets 404 from the proxy of the caller; callers outside of the mesh are not led by it'
        : 'what no rule takes gets 404, and no backend is asked',
    help: ({ subject: on, args }) => [
      args.fault === 'rest-of-service'
        ? `add a rule without matches, with Service ${args.service} for its backend, if the rest is to be served`
        : 'add a rule that takes requests without these headers, methods or queries, if they are to be served',
      `kubectl -n ${on.namespace} get httproute ${on.name} -o yaml`,
    ],
  },
})

type Fault = 'rest-of-service' | 'needs-more' | 'url-needs-more' | 'url-path'

interface Told {
  readonly service: string | null
  readonly url: string | null
  readonly has: readonly string[]
}

const headlines: Readonly<Record<Fault, (args: Told, on: string) => string>> = {
  'rest-of-service': ({ service, has }, on) =>
    `${on} takes what callers of the mesh send to Service ${service}, and has rules for ${some(has, 3)} alone.`,
  'needs-more': (_, on) => `Each rule of ${on} asks for more than a path: a plain request gets 404.`,
  'url-needs-more': ({ url, has }, on) => `No rule takes a plain request for ${url}: ${on} has ${some(has, 3)} there.`,
  'url-path': ({ url, has }, on) => `No rule takes ${url}: ${on} has ${some(has, 3)}.`,
}

function isTaken({ conditions }: GatewayRoute['status'][number]): boolean {
  return conditions.some((it) => it.type === 'Accepted' && it.status === 'True')
}

interface UrlAsked {
  readonly host: string
  readonly path: string
  readonly text: string
  readonly url: URL
}

function askedIn({ target }: Scope): UrlAsked | null {
  const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
  if (url === null) return null
  return {
    host: url.hostname.toLowerCase(),
    path: percentDecoded(url.pathname),
    text: `${url.hostname}${url.pathname}`,
    url,
  }
}

function matchesOf({ rules }: GatewayRoute): readonly RouteMatch[] {
  return rules.flatMap((it) => (it.matches.length === 0 ? everything : it.matches))
}

/** An expression is compared by nobody here: it may fit. */
function takesPath({ type, path }: RouteMatch, asked: string): boolean {
  if (type === 'RegularExpression') return true
  if (type === 'Exact') return path === asked
  const plain = withoutTrailing(path, '/')
  return asked === plain || asked.startsWith(`${plain}/`)
}

interface LeftOut {
  readonly route: GatewayRoute
  readonly url: string
  readonly fault: 'url-needs-more' | 'url-path'
}

/** The route that the URL was found by, if neither it nor another of the host takes a plain request for it. */
function leftOutUrl(
  routes: readonly GatewayRoute[],
  {
    asked,
    gateways,
    scope,
  }: { readonly asked: UrlAsked; readonly gateways: readonly Gateway[]; readonly scope: Scope },
): readonly LeftOut[] {
  const [route] = routes.filter((it) => isTarget(scope, routeSubject(it)))
  if (route === undefined) return []
  const ofHost = routes.filter(
    (it) => it.hostnames.length === 0 || it.hostnames.some((one) => hasHost(one, asked.host)),
  )
  const all = routesOfUrl(ofHost, gateways, asked.url)
  const fitting = all.flatMap(matchesOf).filter((it) => takesPath(it, asked.path))
  if (fitting.some((it) => it.more === 'nothing')) return []
  return [{ route, url: asked.text, fault: fitting.length > 0 ? 'url-needs-more' : 'url-path' }]
}

function hasHost(rule: string, host: string): boolean {
  const own = rule.toLowerCase()
  return own === host || (own.startsWith('*.') && host.endsWith(own.slice(1)))
}

function sharesHost(a: GatewayRoute, b: GatewayRoute): boolean {
  if (a.hostnames.length === 0 || b.hostnames.length === 0) return true
  return a.hostnames.some((it) => b.hostnames.some((one) => hasHost(it, one.toLowerCase()) || hasHost(one, it)))
}

/** No rule takes a plain request, whatever its path. */
function isHeaded(route: GatewayRoute): boolean {
  return (
    route.rules.length > 0 && !route.parents.some(isServiceParent) && matchesOf(route).every((it) => it.more === 'more')
  )
}

interface OfService {
  readonly namespace: string
  readonly name: string
  readonly routes: readonly GatewayRoute[]
}

/** Routes with a Service for their parent are joined by the Service and its port. */
function byService(routes: readonly GatewayRoute[]): ReadonlyMap<string, OfService> {
  const found = new Map<string, OfService>()
  for (const route of routes)
    for (const parent of route.parents.filter(isServiceParent)) {
      const namespace = parent.namespace ?? route.namespace
      const key = `${namespace}/${parent.name}:${parent.port}`
      const before = found.get(key)?.routes ?? []
      found.set(key, { namespace, name: parent.name, routes: [...before, route] })
    }
  return found
}

function leftOutOfService({ namespace, name, routes }: OfService, scope: Scope) {
  const all = routes.flatMap(matchesOf)
  const [route] = routes
  if (route === undefined || !leavesRest(all)) return []
  const service = subject('Service', namespace, name)
  const isAsked = isTarget(scope, service) || routes.some((it) => isTarget(scope, routeSubject(it)))
  return [
    finding({
      subject: routeSubject(route),
      also: [service],
      // Whoever has each path counted by a rule of its own means it so.
      confidence: 'possible',
      severity: isAsked || routes.every((it) => it.rules.length === 1) ? 'warning' : 'info',
      args: { ...argsOf(route), fault: 'rest-of-service' as Fault, service: `${namespace}/${name}`, url: null },
      evidence: [rulesEvidence(route, 'no rule takes the rest')],
    }),
  ]
}

function urlVerdict({ route, url, fault }: LeftOut) {
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    severity: fault === 'url-path' ? 'error' : 'warning',
    args: { ...argsOf(route), fault: fault as Fault, service: null, url },
    evidence: [
      rulesEvidence(route, fault === 'url-path' ? 'none of them takes the path' : 'more than the path is asked'),
    ],
    causes: [gatewayRouteFails(route)],
  })
}

function headedVerdict(route: GatewayRoute) {
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    severity: 'info',
    args: { ...argsOf(route), fault: 'needs-more' as Fault, service: null, url: null },
    evidence: [rulesEvidence(route, 'more than the path is asked')],
  })
}

function argsOf(route: GatewayRoute) {
  return { rules: route.rules.length, has: [...new Set(matchesOf(route).map(matchText))] }
}

function matchText({ type, path, more }: RouteMatch): string {
  return `${type} ${path}${more === 'more' ? ' with a header, a method or a query' : ''}`
}

function rulesEvidence(route: GatewayRoute, label: string) {
  const lines = matchesOf(route).map(
    (it) => `- {path: {type: ${it.type}, value: ${it.path}}${it.more === 'more' ? ', …' : ''}}`,
  )
  return {
    kind: 'config' as const,
    object: routeSubject(route),
    path: 'spec.rules[*].matches',
    lines: ['matches:', ...lines.slice(0, 12)],
    at: 0,
    mark: 'matches:',
    label,
  }
}
