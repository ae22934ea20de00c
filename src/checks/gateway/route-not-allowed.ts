import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { GatewayRoute, Listener, ParentRef } from '../../model/gateway.ts'
import { full, some } from '../../phrases.ts'
import { type Attachment, attaching } from '../../relations/gateway/attachment.ts'
import { selectorText } from '../../relations/selector.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { gatewaySubject, parentText, routeSays, routeSubject } from './words.ts'

/**
 * A listener takes routes of its own namespace unless it says otherwise, and of the kinds that its protocol has. Who
 * writes the route seldom owns the Gateway, and the API server accepts the route all the same.
 */
export default check({
  code: 'GTW705',
  slug: 'gateway/route-not-allowed',
  title: 'the listeners of a Gateway do not allow a route',
  fine: 'every route is of a kind and a namespace that its listeners allow',
  severity: 'error',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['GW-03'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const parents = gatewayRoutes.flatMap((route) => route.parents.map((parent) => ({ route, parent })))
    if (parents.length === 0) return notApplicable('no route here names a Gateway')
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    return parents.map(({ route, parent }) => judge(route, parent, attach(route, parent)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.fault === 'namespace'
        ? `Gateway ${args.gateway} takes no route of namespace ${on.namespace}: ${on.kind} ${full(on)} is not attached.`
        : `Gateway ${args.gateway} has no listener for a route of this kind: ${on.kind} ${full(on)} is not attached.`,
    detail: ({ args }) => `parent ${args.parent} · ${some(args.allows)}`,
    note: ({ args }) =>
      args.fault === 'namespace'
        ? 'a listener that says nothing takes routes of the Gateway’s own namespace alone'
        : null,
    help: ({ subject: on, args }) => [
      args.fault === 'namespace'
        ? `let a listener take routes of namespace ${on.namespace}: allowedRoutes.namespaces`
        : 'attach the route to a listener of its protocol, or let the listener take this kind: allowedRoutes.kinds',
      `kubectl -n ${args.where} get gateway ${args.name} -o jsonpath='{.spec.listeners[*].allowedRoutes}'`,
      `kubectl get namespace ${on.namespace} --show-labels`,
    ],
  },
})

function judge(route: GatewayRoute, parent: ParentRef, to: Attachment) {
  if (to.kind === 'unseen') return cannotTell('forbidden', to.why)
  if (to.kind === 'other') return notApplicable(`${to.what} is no Gateway`)
  if (to.kind !== 'namespace' && to.kind !== 'kind') return ok(1)
  const { gateway, listeners, kind } = to
  const allows = listeners.map((it) => `${it.name}: ${kind === 'kind' ? kindsText(it) : fromText(it)}`)
  const [first] = listeners
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    args: {
      fault: kind,
      gateway: full(gateway),
      where: gateway.namespace,
      name: gateway.name,
      parent: parentText(route, parent),
      allows,
    },
    evidence: [
      {
        kind: 'config',
        object: gatewaySubject(gateway),
        path: `spec.listeners[${first === undefined ? 0 : gateway.listeners.indexOf(first)}]`,
        lines: first === undefined ? [] : listenerLines(first, kind),
        at: 1,
        mark: kind === 'kind' ? (first?.protocol ?? '') : (first?.from ?? ''),
        label: kind === 'kind' ? `takes no ${route.kind}` : `the route is in namespace ${route.namespace}`,
      },
      ...routeSays(route),
    ],
    causes: [gatewayRouteFails(route)],
  })
}

function listenerLines(it: Listener, kind: 'kind' | 'namespace'): readonly string[] {
  return [
    `- name: ${it.name}`,
    ...(kind === 'kind' ? [`  protocol: ${it.protocol}`] : [`  allowedRoutes: { namespaces: { from: ${it.from} } }`]),
  ]
}

function kindsText(it: Listener): string {
  return it.kinds.length > 0 ? `takes ${some(it.kinds)}` : `protocol ${it.protocol}`
}

function fromText(it: Listener): string {
  if (it.from === 'Selector')
    return `from namespaces with ${it.selector === null ? 'nothing' : selectorText(it.selector)}`
  return `from ${it.from}`
}
