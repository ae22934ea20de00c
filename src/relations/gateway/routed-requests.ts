import type { Contacts, DirectContact, RoutedContact, RouteName } from '../../model/contacts.ts'
import type { GatewayRoute, RouteRule } from '../../model/gateway.ts'
import type { HttpProxy, ProxyRoute } from '../../model/http-proxy.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Scope } from '../../model/sources.ts'
import { lateOf } from '../../model/http-error.ts'
import { full } from '../../phrases.ts'
import { isBadEnd, neverConnected } from '../ingress/http-answers.ts'
import { blindLagMs, lagIn } from '../troubles/probe-lag.ts'

/** Requests of one route that lead to the same Services: they fail, and have causes, together. */
export interface RoutedGroup {
  readonly route: RouteName
  readonly http: readonly RoutedContact[]
  readonly backends: RoutedContact['backends']
  /** The same Services' pods, asked themselves. */
  readonly direct: readonly DirectContact[]
}

const keyOf = ({ kind, namespace, name }: RouteName): string => `${kind}/${namespace}/${name}`

/** All that was asked through Gateways and of HTTPProxies, of those that the user asked about. */
export function routedGroups({ routed = [], direct = [] }: Contacts, scope: Scope): readonly RoutedGroup[] {
  const meant = routed.filter((it) => isOfScope(scope, it.route))
  const named = (it: RoutedContact): string =>
    `${keyOf(it.route)} ${it.backends.map((one) => `${full(one)}:${one.port}`).join(' ')}`
  return [...Map.groupBy(meant, named).values()].flatMap((http): readonly RoutedGroup[] => {
    const [first] = http
    if (first === undefined) return []
    const own = direct.filter(({ service: { namespace, name, port } }) =>
      first.backends.some((it) => it.namespace === namespace && it.name === name && it.port === port),
    )
    return [{ route: first.route, http, backends: first.backends, direct: own }]
  })
}

/** Whether somebody who asks about one route of this kind asks about this one. */
export function isOfScope({ target }: Scope, route: RouteName): boolean {
  return (
    target.kind !== 'object' ||
    target.object.kind !== route.kind ||
    (target.object.namespace === route.namespace && target.object.name === route.name)
  )
}

/** Why a bad answer may be the probe's own doing; null for one that counts. */
export function routedExcuse(dnsProbe: Known<DnsProbe>): (it: RoutedContact) => string | null {
  return (it) => {
    const at = `Service ${full(it.via)} at ${it.via.ip}:${it.via.port}`
    if (neverConnected(it))
      return `the probe got no connection to the data plane, ${at}: it is down, or a policy holds the probe`
    const lag = lagIn(dnsProbe, it.node)
    return lateOf(it.error) !== null && lag >= blindLagMs
      ? `the probe on ${it.node} got the CPU ${lag} ms late, so its silence says nothing`
      : null
  }
}

/** Those that count, and went wrong. */
export function badOf({ http }: RoutedGroup, excuse: (it: RoutedContact) => string | null): readonly RoutedContact[] {
  return http.filter((it) => isBadEnd(it) && excuse(it) === null)
}

/** The pods answered to the end, each time, when they were asked themselves. */
export function podsAreWell({ direct }: RoutedGroup): boolean {
  return direct.length > 0 && !direct.some(isBadEnd)
}

/** The rule of an HTTPRoute whose path was asked for; null for one that is not there any more. */
export function ruleOf(routes: readonly GatewayRoute[], it: RoutedContact): RouteRule | null {
  const route = routes.find((one) => keyOf(one) === keyOf(it.route))
  const isOf = ({ matches, backends }: RouteRule): boolean => {
    const has = matches.length === 0 || matches.some((one) => isPathOf(it.path, one.path))
    return has && it.backends.every((at) => backends.some(({ name, port }) => name === at.name && port === at.port))
  }
  return route?.rules.find(isOf) ?? null
}

/** The same of an HTTPProxy. */
export function proxyRouteOf(proxies: readonly HttpProxy[], it: RoutedContact): ProxyRoute | null {
  const proxy = proxies.find((one) => it.route.kind === 'HTTPProxy' && full(one) === full(it.route))
  // An include puts its prefix before.
  const isOf = ({ exact, prefix, services }: ProxyRoute): boolean =>
    (it.path.endsWith(exact ?? prefix ?? '/') || isPathOf(it.path, exact ?? prefix ?? '/')) &&
    it.backends.every((at) => services.some(({ name, port }) => name === at.name && port === at.port))
  return proxy?.routes.find(isOf) ?? null
}

function isPathOf(path: string, rule: string): boolean {
  return path === rule || path.startsWith(rule.endsWith('/') ? rule : `${rule}/`)
}
