import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ServiceRoute } from '../../model/beside.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { leavesRest } from '../../relations/gateway/rest-of-service.ts'
import { serviceSubject } from '../service/words.ts'

/**
 * A Service without a route serves everything; with one its callers' proxies of Linkerd know the rules of the route
 * alone, and answer 404 to the rest (GEP-1294; linkerd2 9387). Linkerd has a kind HTTPRoute of its own for it beside
 * that of the Gateway API, which GTW737 is for.
 */
export default check({
  code: 'MSH826',
  slug: 'mesh/route-leaves-rest',
  title: "a route of Linkerd's takes a Service, and leaves some of its paths out",
  fine: "routes of Linkerd's take all paths of their Services",
  severity: 'warning',
  needs: ['beside'],
  remedies: [],
  decides: [],

  run({ beside, scope }) {
    const routes = beside.serviceRoutes ?? []
    if (routes.length === 0) return notApplicable('the file holds no accepted HTTPRoute of Linkerd for a Service')
    const groups = Map.groupBy(routes, ({ service, port }) => `${full(service)}:${port}`)
    return [...groups.values()].map((its) => {
      const [first] = its
      return first === undefined || !leavesRest(its.flatMap((it) => it.matches)) ? ok(1) : verdict(first, its, scope)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} takes what callers of the mesh send to Service ${args.service}, and has rules for ` +
      `${some(args.has, 3)} alone.`,
    detail: ({ args }) => `${count(args.rules, 'rule')}: ${some(args.has, 5)}`,
    note: () =>
      'what no rule takes gets 404 from the proxy of the caller; callers outside of the mesh are not led by it',
    help: ({ subject: on, args }) => [
      `add a rule without matches, with Service ${args.service} for its backend, if the rest is to be served`,
      `kubectl -n ${on.namespace} get httproutes.policy.linkerd.io ${on.name} -o yaml`,
    ],
  },
})

function verdict(route: ServiceRoute, all: readonly ServiceRoute[], scope: Scope) {
  const on = subject('HTTPRoute', route.namespace, route.name)
  const matches = all.flatMap((it) => it.matches)
  const has = [
    ...new Set(
      matches.map((it) => `${it.type} ${it.path}${it.more === 'more' ? ' with a header, a method or a query' : ''}`),
    ),
  ]
  const isAsked = isTarget(scope, serviceSubject(route.service)) || isTarget(scope, on)
  const rules = all.reduce((sum, it) => sum + it.rules, 0)
  return finding({
    subject: on,
    also: [serviceSubject(route.service)],
    // Whoever has each path counted by a rule of its own means it so.
    confidence: 'possible',
    severity: isAsked || all.every((it) => it.rules === 1) ? 'warning' : 'info',
    args: { service: full(route.service), has, rules },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.rules[*].matches',
        lines: [
          'matches:',
          ...matches
            .slice(0, 12)
            .map((it) => `- {path: {type: ${it.type}, value: ${it.path}}${it.more === 'more' ? ', …' : ''}}`),
        ],
        at: 0,
        mark: 'matches:',
        label: 'no rule takes the rest',
      },
    ],
  })
}
