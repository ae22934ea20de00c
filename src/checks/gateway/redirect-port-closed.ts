import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute, Listener, RouteRedirect } from '../../model/gateway.ts'
import { count, full, some } from '../../phrases.ts'
import { attaching, hostsMeet } from '../../relations/gateway/attachment.ts'
import type { Attached } from '../../relations/gateway/redirect-circles.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { speaksTls } from '../../relations/gateway/routes-of-url.ts'
import { routeSubject } from './words.ts'

/**
 * A `RequestRedirect` with a scheme leads to the port of that scheme, whichever listeners there are (apis/v1
 * httproute_types.go, HTTPRequestRedirectFilter): the client is sent away to a port that its Gateway may not have.
 */
export default check({
  code: 'GTW736',
  slug: 'gateway/redirect-port-closed',
  title: 'a route redirects to a port that its Gateway does not open',
  fine: 'Gateways open the ports to which their routes redirect',
  severity: 'warning',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces', 'ingresses'],
  remedies: [],
  decides: ['GW-13'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, ingresses, scope }) {
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const leads = gatewayRoutes
      .filter((it) => it.kind === 'HTTPRoute')
      .flatMap((route) =>
        route.parents.flatMap((parent) => {
          const to = attach(route, parent)
          if (to.kind !== 'attached') return []
          return to.listeners.flatMap((listener) => leadsOf({ route, gateway: to.gateway, listener }))
        }),
      )
    if (leads.length === 0)
      return notApplicable('no HTTPRoute here that is attached to a Gateway redirects to its host')
    const shut = leads.filter((it) => !isOpen(it, gateways))
    if (shut.length === 0) return ok(leads.length)
    // ListenerSets are not read.
    const added = shut.find(({ gateway }) => gateway.takesSets === true)?.gateway
    if (added !== undefined && shut.every(({ gateway }) => gateway.takesSets === true))
      return cannotTell('ambiguous', `a ListenerSet of Gateway ${full(added)} may open the port: none was read`)
    const others = ingresses.known ? ingresses.value.flatMap((it) => it.rules.flatMap(({ host }) => host ?? [])) : []
    const sure = shut.filter(
      (it) => it.gateway.takesSets !== true && !others.some((one) => it.host === null || hostsMeet(one, it.host)),
    )
    if (sure.length === 0)
      return cannotTell('ambiguous', 'an Ingress has the host of the redirect, and may open its port')
    return [...Map.groupBy(sure, (it) => it.route).values()].flatMap(verdict)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `HTTPRoute ${full(on)} redirects to ${args.scheme}, port ${args.port}, and Gateway ${args.gateway} opens ` +
      `${some(args.open)} alone.`,
    detail: ({ args }) =>
      `${args.host ?? 'any host'} · requests that come by ${some(args.listeners)} · ` +
      `${count(args.open.length, 'listener')} there`,
    note: () =>
      'a load balancer before the Gateway that ends TLS itself sends the request here again, as plain text: it is ' +
      'redirected once more',
    help: ({ args }) => [
      args.scheme === 'https'
        ? `give Gateway ${args.gateway} a listener for HTTPS on port ${args.port}, with a certificate for the host`
        : `give Gateway ${args.gateway} a listener on port ${args.port}`,
      `kubectl -n ${args.home} get gateway ${args.name} -o yaml`,
    ],
  },
})

interface Lead extends Attached {
  readonly redirect: RouteRedirect
  readonly rule: number
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** null = any. */
  readonly host: string | null
}

/** Where redirects lead that stay at the hosts of the route. */
function leadsOf({ route, gateway, listener }: Attached): readonly Lead[] {
  const hosts = route.hostnames.length === 0 ? [listener.hostname] : route.hostnames
  return route.rules.flatMap(({ redirect }, rule): readonly Lead[] => {
    if (redirect === undefined) return []
    const { hostname } = redirect
    if (hostname !== null && !hosts.some((it) => it !== null && hostsMeet(it, hostname))) return []
    const scheme = redirect.scheme ?? (listener.protocol === 'HTTPS' ? 'https' : 'http')
    const usual = redirect.scheme === null ? listener.port : usualPort[redirect.scheme]
    const host = hostname ?? hosts[0] ?? null
    return [{ route, gateway, listener, redirect, rule, scheme, port: redirect.port ?? usual, host }]
  })
}

const usualPort = { http: 80, https: 443 } as const

/** Any Gateway may stand at the host's address. One with TLS on another port may have a load balancer that maps it. */
function isOpen({ gateway, host, port, scheme }: Lead, gateways: readonly Gateway[]): boolean {
  const takes = ({ hostname }: Listener): boolean => hostname === null || host === null || hostsMeet(hostname, host)
  return (
    gateway.listeners.some((it) => it.port === port || (scheme === 'https' && speaksTls(it))) ||
    gateways.some((one) => one !== gateway && one.listeners.some((it) => it.port === port && takes(it)))
  )
}

function verdict(its: readonly Lead[]) {
  const [first] = its
  if (first === undefined) return []
  const { route, gateway, redirect, rule, scheme, port, host } = first
  return [
    finding({
      subject: routeSubject(route),
      confidence: 'inferred',
      args: {
        scheme,
        port,
        host,
        gateway: full(gateway),
        home: gateway.namespace,
        name: gateway.name,
        listeners: [...new Set(its.map((it) => it.listener.name))],
        open: gateway.listeners.map((it) => `${it.protocol} ${it.port}`),
      },
      evidence: [
        {
          kind: 'config',
          object: routeSubject(route),
          path: `spec.rules[${rule}].filters`,
          lines: ['- type: RequestRedirect', '  requestRedirect:', ...linesOf(redirect)],
          at: 2,
          mark: linesOf(redirect)[0]?.trim() ?? '',
          label: `no listener on port ${port}`,
        },
      ],
      ...(isAll(route) ? { causes: [gatewayRouteFails(route)] } : {}),
    }),
  ]
}

function isAll({ rules }: GatewayRoute): boolean {
  return rules.every((it) => it.redirect !== undefined)
}

function linesOf({ scheme, hostname, port }: RouteRedirect): readonly string[] {
  const lines = [
    ...(scheme === null ? [] : [`    scheme: ${scheme}`]),
    ...(hostname === null ? [] : [`    hostname: ${hostname}`]),
    ...(port === null ? [] : [`    port: ${port}`]),
  ]
  return lines.length === 0 ? ['    {}'] : lines
}
