import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import { full, some } from '../../phrases.ts'
import { type RoutedBackend, routedBackends, ruleText } from '../../relations/gateway/backends.ts'
import { nearNames } from '../../relations/near-value.ts'
import { portsText } from '../../relations/service/service-endpoints.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { refEvidence, routeSays, routeSubject } from './words.ts'

/**
 * A route is accepted whatever its backends: the share of the requests that goes to one which is not there gets a 500
 * (apis/v1 httproute_types.go, BackendRefs), the rest is answered.
 */
export default check({
  code: 'GTW707',
  slug: 'gateway/backend-missing',
  title: 'a route sends requests to a backend that does not exist',
  fine: 'every backend of a route is a Service that has that port',
  severity: 'error',
  needs: ['gatewayRoutes', 'services'],
  remedies: [],
  decides: ['GW-05', 'GW-07', 'SVC-01'],

  run({ gatewayRoutes, services, scope }) {
    const backends = routedBackends(gatewayRoutes, services, scope)
    if (backends.length === 0) return notApplicable('no route here has a backend')
    const near = new Map(
      [...Map.groupBy(services, (it) => it.namespace)].map(
        ([namespace, its]) => [namespace, nearNames(its.map((it) => it.name))] as const,
      ),
    )
    return backends.map((it) => judge(it, near.get(it.namespace) ?? nearNames([])))
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${full(on)} sends ${args.rule} to ${whatOf(args)}.`,
    detail: ({ args }) =>
      `weight ${args.weight} of ${args.weights} in its rule · ` +
      (args.fault === 'port' ? `Service offers ${args.offers}` : `the closest there: ${some(args.near) || 'none'}`),
    note: ({ args }) =>
      args.weight === 0
        ? 'it weighs 0: no request goes there now'
        : 'the share of the requests that goes there is answered with a 500',
    help: ({ subject: on, args }) => [
      args.fault === 'port'
        ? 'name a port of the Service, never that of the pods'
        : 'name the Service that is meant, or make it',
      `kubectl -n ${args.where} get services`,
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}   # ${args.path}`,
    ],
  },
})

function whatOf(args: {
  readonly fault: 'missing' | 'port' | 'no-kind'
  readonly where: string
  readonly service: string
  readonly port: number | null
  readonly kind: string
}): string {
  if (args.fault === 'no-kind') return `a \`${args.kind}\` called ${args.service}, a kind that takes no requests`
  if (args.fault === 'missing') return `Service ${args.where}/${args.service}, which does not exist`
  const port = args.port === null ? 'no port' : `port ${args.port}`
  return `${port} of Service ${args.where}/${args.service}, which has no such port`
}

function judge(it: RoutedBackend, near: (wanted: string) => readonly string[]) {
  const { route, ref, namespace, state } = it
  if (state.kind === 'unseen') return cannotTell('not-asked', state.why)
  if (state.kind === 'there') return ok(1)
  const rule = route.rules.find((one) => one.backends.includes(ref))
  const weights = (rule?.backends ?? []).reduce((sum, one) => sum + one.weight, 0)
  const alike = state.kind === 'missing' ? closest(ref.name, near(ref.name)) : []
  const offers = state.kind === 'port' ? portsText(state.service) : ''
  const what = { missing: 'name', port: 'port', 'no-kind': 'kind' } as const
  const label = {
    missing: alike.length > 0 ? `no such Service; \`${alike[0]}\` is there` : 'no such Service',
    port: `Service ${ref.name} offers ${offers}`,
    'no-kind': 'takes no requests',
  }
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    severity: ref.weight === 0 ? 'warning' : 'error',
    args: {
      fault: state.kind,
      kind: ref.kind,
      service: ref.name,
      where: namespace,
      port: ref.port,
      rule: ruleText(route, ref),
      weight: ref.weight,
      weights,
      near: alike,
      offers,
      path: ref.path,
    },
    evidence: [refEvidence(route, ref, { what: what[state.kind], label: label[state.kind] }), ...routeSays(route)],
    causes: [gatewayRouteFails(route)],
  })
}
