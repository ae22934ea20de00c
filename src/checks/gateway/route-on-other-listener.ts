import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute, Listener } from '../../model/gateway.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { type Attachment, attaching, hostsMeet } from '../../relations/gateway/attachment.ts'
import { listenersAt, speaksTls } from '../../relations/gateway/routes-of-url.ts'
import { routeSubject } from './words.ts'

/**
 * A parentRef with a sectionName or a port attaches the route to that listener alone (apis/v1 shared_types.go,
 * ParentReference). A request comes to the listener of its port and scheme: where no route is attached to that one, the
 * data plane answers 404.
 */
export default check({
  code: 'GTW738',
  slug: 'gateway/route-on-other-listener',
  title: 'a route is on another listener than its URL is asked at',
  fine: 'routes are on the listeners at which their hosts are asked',
  severity: 'error',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const attached = gatewayRoutes
      .filter((it) => it.kind === 'HTTPRoute' || it.kind === 'GRPCRoute')
      .flatMap((route) => route.parents.flatMap((it) => placed(route, attach(route, it))))
    const its = [...Map.groupBy(attached, (it) => `${full(it.route)} ${full(it.gateway)}`).values()].flatMap(together)
    const judged = its.flatMap((it) => {
      const asked = askedOf(it, scope)
      return asked.length === 0 ? [] : [judge(it, asked, { attached, scope })]
    })
    return judged.length > 0 ? judged : notApplicable('no route here has a host that other listeners take')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is on listener ${some(args.on)} of Gateway ${args.gateway} alone, and ` +
      (args.isAsked ? 'its URL is asked at ' : `${args.host} is taken by `) +
      `listener ${some(args.asked)}, which has no route for ${args.host}.`,
    detail: ({ args }) => `parentRefs with sectionName or port · listeners without a route for it: ${some(args.asked)}`,
    note: ({ args }) =>
      args.isAsked ? 'the data plane answers 404' : 'whoever asks there gets a 404; at the other listener all is well',
    help: ({ subject: on, args }) => [
      `name listener ${args.asked[0] ?? ''} in the route's parentRefs too, or leave sectionName and port out`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()}s.gateway.networking.k8s.io ${on.name} -o yaml`,
      `kubectl -n ${args.home} get gateways.gateway.networking.k8s.io ${args.name} -o yaml`,
    ],
  },
})

interface Placed {
  readonly route: GatewayRoute
  readonly gateway: Gateway
  readonly listeners: readonly Listener[]
}

function placed(route: GatewayRoute, at: Attachment): readonly Placed[] {
  return at.kind === 'attached' ? [{ route, gateway: at.gateway, listeners: at.listeners }] : []
}

/** What its parentRefs attach it to, all together. */
function together([first, ...more]: readonly Placed[]): readonly Placed[] {
  return first === undefined ? [] : [{ ...first, listeners: [first, ...more].flatMap((it) => it.listeners) }]
}

/**
 * The listeners at which it is asked and on which it is not: those of the URL that somebody asked about; else those of
 * TLS that are made for its very hosts. Where it is on one of them, or the Gateway has none, all is well.
 */
function askedOf({ route, gateway, listeners }: Placed, scope: Scope): readonly Listener[] {
  const url = urlFor(route, scope)
  const taking =
    url === null
      ? gateway.listeners.filter((it) => speaksTls(it) && it.hostname !== null && isOf(route, it.hostname))
      : listenersAt(gateway, url)
  return taking.some((it) => listeners.includes(it)) ? [] : taking
}

/** The URL that somebody asked about, where it is this route's. */
function urlFor(route: GatewayRoute, scope: Scope): URL | null {
  const { target } = scope
  const isAsked = target.kind === 'object' && isTarget(scope, routeSubject(route))
  return isAsked && target.url !== null ? URL.parse(target.url) : null
}

function isOf({ hostnames }: GatewayRoute, host: string): boolean {
  return hostnames.some((it) => it.toLowerCase() === host.toLowerCase())
}

interface Around {
  readonly attached: readonly Placed[]
  readonly scope: Scope
}

function judge(it: Placed, asked: readonly Listener[], { attached, scope }: Around) {
  const { route, gateway, listeners } = it
  const url = urlFor(route, scope)
  const host = url?.hostname ?? asked[0]?.hostname ?? ''
  // A redirect or another route of the host may be there.
  const hasOther = attached.some(
    (one) =>
      one.route !== route &&
      one.listeners.some((at) => asked.includes(at)) &&
      (one.route.hostnames.length === 0 || one.route.hostnames.some((name) => hostsMeet(name, host))),
  )
  if (hasOther) return ok(1)
  const isEmpty = asked.every(({ status }) => status?.attached === 0)
  const severity = url === null ? ('info' as const) : severityOf(isEmpty)
  return finding({
    subject: routeSubject(route),
    also: [subject('Gateway', gateway.namespace, gateway.name)],
    confidence: isEmpty ? 'inferred' : 'possible',
    severity,
    args: {
      gateway: full(gateway),
      home: gateway.namespace,
      name: gateway.name,
      on: [...new Set(listeners.map((one) => one.name))],
      asked: asked.map((one) => one.name),
      host,
      isAsked: url !== null,
    },
    evidence: [
      {
        kind: 'config',
        object: routeSubject(route),
        path: 'spec.parentRefs',
        lines: route.parents.flatMap((one) => [
          `- name: ${one.name}`,
          ...(one.section === null ? [] : [`  sectionName: ${one.section}`]),
          ...(one.port === null ? [] : [`  port: ${one.port}`]),
        ]),
        at: 0,
        mark: gateway.name,
        label: `not on ${some(asked.map((one) => one.name))}`,
      },
    ],
  })
}

/** Routes that were not read may be on it. */
function severityOf(isEmpty: boolean) {
  return isEmpty ? ('error' as const) : ('warning' as const)
}
