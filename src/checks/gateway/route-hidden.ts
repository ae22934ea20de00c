import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute, Listener, RouteMatch, RouteRule } from '../../model/gateway.ts'
import { count, full, some } from '../../phrases.ts'
import { attaching } from '../../relations/gateway/attachment.ts'
import { olderFirst } from '../../relations/gateway/redirect-circles.ts'
import { routeSubject } from './words.ts'

/**
 * Where two HTTPRoutes match the same requests, the Gateway asks the older one, and of two of one age the one whose
 * `namespace/name` is first (apis/v1 httproute_types.go, Matches). Both are accepted, and no status says that one of
 * them is never asked.
 */
export default check({
  code: 'GTW725',
  slug: 'gateway/route-hidden',
  title: "a route's requests go to an older route",
  fine: 'no two HTTPRoutes of a listener match the same requests',
  severity: 'warning',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['GW-13'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const claims = gatewayRoutes
      .filter((it) => it.kind === 'HTTPRoute')
      .flatMap((route) =>
        route.parents.flatMap((parent) => {
          const to = attach(route, parent)
          return to.kind === 'attached' ? to.listeners.flatMap((it) => claimsOf(route, to.gateway, it)) : []
        }),
      )
    if (claims.length === 0) return notApplicable('no HTTPRoute here is attached to a Gateway')
    const hidden = [...Map.groupBy(claims, (it) => it.key).values()].flatMap(hiddenAmong)
    const found = [...Map.groupBy(hidden, (it) => `${full(it.claim.route)}\n${full(it.by.route)}`).values()]
    return found.length > 0 ? found.flatMap(verdict) : ok(new Set(claims.map((it) => it.route)).size)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPRoute ${full(on)} claims ${args.matches}, and HTTPRoute ${args.other} ` +
      `${args.by === 'age' ? 'is older' : 'comes first by its name'}: that one is asked.`,
    detail: ({ args }) =>
      `${args.own} here, ${args.others} there · listener ${args.listener} of Gateway ${args.gateway}`,
    note: ({ args }) =>
      `both are accepted, and none of these requests comes to this route` +
      (args.age === 'unknown' ? '; when they were made is not known here: the older one goes first' : ''),
    help: ({ subject: on, args }) => [
      'take the match out of the one that should not have it, or tell them apart by a path, a header or a hostname',
      'kubectl get httproutes -A --sort-by=.metadata.creationTimestamp',
      `kubectl -n ${on.namespace} edit httproute ${on.name}`,
      `kubectl -n ${args.where} edit httproute ${args.name}`,
    ],
  },
})

interface Claim {
  readonly route: GatewayRoute
  readonly gateway: Gateway
  readonly listener: Listener
  readonly rule: RouteRule
  readonly host: string | null
  readonly match: RouteMatch
  readonly key: string
}

const everything: RouteMatch = { type: 'PathPrefix', path: '/', more: 'nothing' }

/** What a route takes at one listener by path alone: headers, methods and queries go before age. */
function claimsOf(route: GatewayRoute, gateway: Gateway, listener: Listener): readonly Claim[] {
  const hosts = route.hostnames.length === 0 ? [listener.hostname] : route.hostnames
  return route.rules.flatMap((rule) =>
    (rule.matches.length === 0 ? [everything] : rule.matches)
      .filter((it) => it.more === 'nothing')
      .flatMap((match) =>
        hosts.map((host) => ({
          route,
          gateway,
          listener,
          rule,
          host,
          match,
          key: [full(gateway), listener.name, host?.toLowerCase() ?? '', match.type, match.path].join('\n'),
        })),
      ),
  )
}

interface Hidden {
  readonly claim: Claim
  readonly by: Claim
}

/** Of those who claim the same, all but the first whose requests would go elsewhere. */
function hiddenAmong(claims: readonly Claim[]): readonly Hidden[] {
  if (claims.length < 2) return []
  const [by, ...rest] = claims.toSorted((a, b) => olderFirst(a.route, b.route))
  if (by === undefined) return []
  const first = actionOf(by)
  return rest.filter((it) => it.route !== by.route && actionOf(it) !== first).map((claim) => ({ claim, by }))
}

function actionOf({ route, rule }: Claim): string {
  const asked = rule.backends.filter((it) => it.weight > 0)
  // One alone gets all, whatever it weighs.
  const share = (weight: number): number | string => (asked.length === 1 ? 'all' : weight)
  const to = asked.map((it) => `${it.namespace ?? route.namespace}/${it.name}:${it.port ?? ''}=${share(it.weight)}`)
  return [...rule.filters.toSorted(), ...to.toSorted()].join(' ')
}

function verdict(its: readonly Hidden[]) {
  const [first] = its
  if (first === undefined) return []
  const { claim, by } = first
  const isDated = claim.route.created !== undefined && by.route.created !== undefined
  const matches = [...new Set(its.map((it) => textOf(it.claim)))]
  return [
    finding({
      subject: routeSubject(claim.route),
      confidence: isDated ? 'inferred' : 'possible',
      args: {
        matches: some(matches, 2),
        other: full(by.route),
        where: by.route.namespace,
        name: by.route.name,
        by: isDated && claim.route.created !== by.route.created ? 'age' : 'name',
        age: isDated ? 'known' : 'unknown',
        own: goesTo(claim),
        others: goesTo(by),
        listener: claim.listener.name,
        gateway: full(claim.gateway),
      },
      evidence: [claim, by].map((it) => ({
        kind: 'fact' as const,
        label: `HTTPRoute ${full(it.route)}${madeOf(it.route)}`,
        value: `${textOf(it)} to ${goesTo(it)}`,
      })),
    }),
  ]
}

function madeOf({ created }: GatewayRoute): string {
  return created === undefined ? '' : `, made ${new Date(created * 1000).toISOString().slice(0, 19).replace('T', ' ')}`
}

function textOf({ host, match }: Claim): string {
  const sign = { Exact: '= ', PathPrefix: '', RegularExpression: '~ ' }[match.type]
  return `${sign}${host ?? 'any host'}${match.path}`
}

function goesTo({ route, rule }: Claim): string {
  const to = rule.backends.map((it) => `${it.namespace ?? route.namespace}/${it.name}`)
  if (to.length > 0) return some([...new Set(to)], 2)
  return rule.filters.length > 0 ? some(rule.filters, 2) : count(0, 'backend')
}
