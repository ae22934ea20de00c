import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { RouteRedirect } from '../../model/gateway.ts'
import { full } from '../../phrases.ts'
import { attaching } from '../../relations/gateway/attachment.ts'
import { type Attached, type RouteCircle, routeCircles } from '../../relations/gateway/redirect-circles.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { routeSubject } from './words.ts'

/**
 * A parentRef without a sectionName attaches a route to every listener that takes it: one that is to lead from http to
 * https is then at the HTTPS listener as well, and leads from there to itself
 * (Gateway API, guides/http-redirect-rewrite: two routes, each with its section).
 */
export default check({
  code: 'GTW727',
  slug: 'gateway/redirect-circle',
  title: 'a route redirects to itself',
  fine: 'redirects of routes lead away',
  severity: 'error',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['GW-13'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const all = gatewayRoutes
      .filter((it) => it.kind === 'HTTPRoute')
      .flatMap((route) =>
        route.parents.flatMap((parent): readonly Attached[] => {
          const to = attach(route, parent)
          return to.kind === 'attached' ? to.listeners.map((it) => ({ route, gateway: to.gateway, listener: it })) : []
        }),
      )
    const redirecting = new Set(all.flatMap((it) => (it.route.rules.some((one) => one.redirect) ? [it.route] : [])))
    if (redirecting.size === 0) return notApplicable('no HTTPRoute here that is attached to a Gateway redirects')
    const circles = routeCircles(all)
    const found = [...Map.groupBy(circles, (it) => it.route).values()]
    return found.length > 0 ? found.flatMap(verdict) : ok(redirecting.size)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPRoute ${full(on)} redirects ${args.request} to ${args.to}, where it takes the request again: ` +
      'requests go in a circle.',
    detail: ({ args }) =>
      `at listener ${args.listener} (port ${args.port}) of Gateway ${args.gateway}` +
      (args.section ? '' : ' · its parentRef names no sectionName, so it is at every listener') +
      (args.others === 'some' ? ' · other rules have some of the requests' : ''),
    note: () => 'browsers give up after about 20 redirects (ERR_TOO_MANY_REDIRECTS); no backend is asked',
    help: ({ subject: on, args }) => [
      args.section
        ? 'let the redirect lead to another host or path than its own rule takes'
        : 'name the listener from which it is to lead away: sectionName in its parentRef; and have another route, ' +
          'with the backends, at the one for https',
      `kubectl -n ${on.namespace} edit httproute ${on.name}`,
      `kubectl -n ${args.home} get gateway ${args.name} -o yaml`,
    ],
  },
})

function verdict(its: readonly RouteCircle[]) {
  const first = its.find((it) => it.others === 'none') ?? its[0]
  if (first === undefined) return []
  const { route, rule, redirect, gateway, at, from, host, path, others } = first
  const index = route.rules.indexOf(rule)
  return [
    finding({
      subject: routeSubject(route),
      confidence: others === 'none' ? 'inferred' : 'possible',
      severity: others === 'none' ? 'error' : 'warning',
      args: {
        request: `${host ?? 'any host'}${path}`,
        to: textOf(redirect, at.protocol === 'HTTPS' ? 'https' : 'http'),
        listener: at.name,
        port: at.port,
        gateway: full(gateway),
        home: gateway.namespace,
        name: gateway.name,
        section: from === at || route.parents.some((it) => it.section !== null),
        others,
      },
      evidence: [
        {
          kind: 'config',
          object: routeSubject(route),
          path: `spec.rules[${index}].filters`,
          lines: ['- type: RequestRedirect', '  requestRedirect:', ...linesOf(redirect)],
          at: 0,
          mark: 'RequestRedirect',
          label: `answered at listener ${at.name} too`,
        },
      ],
      causes: [gatewayRouteFails(route)],
    }),
  ]
}

function textOf({ hostname, path, scheme }: RouteRedirect, own: string): string {
  const parts = [scheme ?? own, ...(hostname === null ? [] : [`host ${hostname}`])]
  return path === null ? parts.join(', ') : [...parts, `path ${path.by}`].join(', ')
}

function linesOf({ scheme, hostname, port, path }: RouteRedirect): readonly string[] {
  return [
    ...(scheme === null ? [] : [`    scheme: ${scheme}`]),
    ...(hostname === null ? [] : [`    hostname: ${hostname}`]),
    ...(port === null ? [] : [`    port: ${port}`]),
    ...(path === null
      ? []
      : ['    path:', `      ${path.replaces === 'all' ? 'replaceFullPath' : 'replacePrefixMatch'}: ${path.by}`]),
  ]
}
