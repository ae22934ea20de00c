import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { GatewayRoute, ParentRef } from '../../model/gateway.ts'
import { full, some } from '../../phrases.ts'
import { type Attachment, attaching, hostsMeet } from '../../relations/gateway/attachment.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { parentText, routeSays, routeSubject } from './words.ts'

/**
 * A route serves those of its hostnames that its listener has as well. With none in common it is not attached; with
 * some, the others are silently not served, though the route is accepted.
 */
export default check({
  code: 'GTW706',
  slug: 'gateway/hostname-outside',
  title: 'a route has hostnames that no listener of its Gateway has',
  fine: 'every hostname of a route is one of its listeners',
  severity: 'error',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['GW-08'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const parents = gatewayRoutes
      .filter((it) => it.hostnames.length > 0)
      .flatMap((route) => route.parents.map((parent) => ({ route, parent })))
    if (parents.length === 0) return notApplicable('no route here has a hostname')
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const ways = parents.map(({ route, parent }) => ({ route, parent, to: attach(route, parent) }))
    return ways.map(({ route, parent, to }) =>
      judge(route, parent, { to, all: ways.filter((it) => it.route === route).map((it) => it.to) }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.fault === 'none'
        ? `${on.kind} ${full(on)} has no hostname in common with Gateway ${args.gateway}: it is not attached.`
        : `${on.kind} ${full(on)} is for ${some(args.left)}, which no listener of Gateway ${args.gateway} has.`,
    detail: ({ args }) =>
      `parent ${args.parent} · listeners have ${some(args.listeners)} · ` +
      `${args.left.length} of ${args.of} hostnames of the route are not theirs`,
    note: ({ args }) =>
      args.fault === 'some'
        ? 'the route is accepted for its other hostnames, and these get the 404 of the Gateway'
        : null,
    help: ({ subject: on, args }) => [
      'give the route a hostname of the listener, or the listener the hostname of the route',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o jsonpath='{.spec.hostnames}'`,
      `kubectl -n ${args.where} get gateway ${args.name} -o jsonpath='{.spec.listeners[*].hostname}'`,
    ],
  },
})

function judge(
  route: GatewayRoute,
  parent: ParentRef,
  { to, all }: { readonly to: Attachment; readonly all: readonly Attachment[] },
) {
  if (to.kind === 'unseen') return cannotTell('forbidden', to.why)
  if (to.kind !== 'hostname' && to.kind !== 'attached') return notApplicable('it reaches no listener')
  const hostless = route.kind === 'TCPRoute' || route.kind === 'UDPRoute'
  // Another Gateway may serve what this one does not.
  const served = all.flatMap((it) => (it.kind === 'attached' ? it.listeners : []))
  const meets = (host: string): boolean => served.some((it) => it.hostname === null || hostsMeet(it.hostname, host))
  const left = to.kind === 'hostname' ? route.hostnames : route.hostnames.filter((it) => !meets(it))
  if (hostless || left.length === 0) return ok(1)
  const fault = to.kind === 'hostname' ? ('none' as const) : ('some' as const)
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    severity: fault === 'none' ? 'error' : 'warning',
    args: {
      fault,
      gateway: full(to.gateway),
      where: to.gateway.namespace,
      name: to.gateway.name,
      parent: parentText(route, parent),
      left,
      of: route.hostnames.length,
      listeners: to.listeners.map((it) => it.hostname ?? 'any'),
    },
    evidence: [
      {
        kind: 'config',
        object: routeSubject(route),
        path: 'spec.hostnames',
        lines: ['hostnames:', ...route.hostnames.slice(0, 5).map((it) => `- ${it}`)],
        at: 1 + Math.max(0, route.hostnames.slice(0, 5).indexOf(left[0] ?? '')),
        mark: left[0] ?? '',
        label: `listeners have ${some(to.listeners.map((it) => it.hostname ?? 'any'))}`,
      },
      ...routeSays(route),
    ],
    causes: fault === 'none' ? [gatewayRouteFails(route)] : [],
  })
}
