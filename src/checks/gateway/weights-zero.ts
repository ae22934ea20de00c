import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { GatewayRoute, RouteRule } from '../../model/gateway.ts'
import { answeringFilters } from '../../model/gateway-words.ts'
import { full, some } from '../../phrases.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { routeSays, routeSubject } from './words.ts'

/**
 * Weights are shares of the sum: where all are 0 nobody is left to answer, and the specification asks for a 500. A rule
 * without any backend is the same, unless a filter answers.
 */
export default check({
  code: 'GTW709',
  slug: 'gateway/weights-zero',
  title: 'a rule of a route has no backend that may answer',
  fine: 'every rule of a route has a backend with a weight',
  severity: 'error',
  needs: ['gatewayRoutes'],
  remedies: [],
  decides: ['GW-06'],

  run({ gatewayRoutes }) {
    const rules = gatewayRoutes.flatMap((route) => route.rules.map((rule, index) => ({ route, rule, index })))
    if (rules.length === 0) return notApplicable('no route here has a rule')
    return rules.map(({ route, rule, index }) => judge(route, rule, index))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} has nobody to answer ` +
      `${args.paths.length === 0 ? 'one of its rules' : some(args.paths)}: ` +
      (args.backends.length === 0 ? 'the rule has no backend.' : 'each backend weighs 0.'),
    detail: ({ args }) =>
      `rule ${args.rule} of ${args.of} · ` +
      (args.backends.length === 0 ? '0 backends' : `weight 0: ${some(args.backends)}`),
    note: () => 'such requests are answered with a 500',
    help: ({ subject: on, args }) => [
      args.backends.length === 0 ? 'give the rule a backend, or remove it' : 'give one of the backends a weight',
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}   ` +
        `# spec.rules[${args.rule - 1}].backendRefs`,
    ],
  },
})

function judge(route: GatewayRoute, rule: RouteRule, index: number) {
  if (rule.filters.some((it) => answeringFilters.has(it)) || rule.backends.some((it) => it.weight > 0)) return ok(1)
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    args: {
      rule: index + 1,
      of: route.rules.length,
      paths: rule.matches.map((it) => it.path),
      backends: rule.backends.map((it) => it.name),
    },
    evidence: [
      {
        kind: 'config',
        object: routeSubject(route),
        path: `spec.rules[${index}].backendRefs`,
        lines: [
          'backendRefs:',
          ...rule.backends.slice(0, 4).flatMap((it) => [`- name: ${it.name}`, `  weight: ${it.weight}`]),
        ],
        at: rule.backends.length === 0 ? 0 : 2,
        mark: rule.backends.length === 0 ? 'backendRefs:' : '0',
        label: rule.backends.length === 0 ? 'none' : 'no share of the requests',
      },
      ...routeSays(route),
    ],
    causes: [gatewayRouteFails(route)],
  })
}
