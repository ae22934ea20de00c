import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Gateway, GatewayRoute, ParentRef } from '../../model/gateway.ts'
import { full, some } from '../../phrases.ts'
import { type Attachment, attaching } from '../../relations/gateway/attachment.ts'
import { nearNames } from '../../relations/near-value.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { parentEvidence, parentText, routeSays, routeSubject } from './words.ts'

/**
 * The API server takes any parentRef. Where no Gateway of that name is, no controller feels concerned, and the route
 * gets no status at all; where the Gateway has no listener of that name or port, its controller says so.
 */
export default check({
  code: 'GTW704',
  slug: 'gateway/parent-missing',
  title: 'a route names a Gateway or a listener that does not exist',
  fine: 'every route names Gateways and listeners that exist',
  severity: 'error',
  needs: ['gatewayRoutes', 'gateways', 'gatewayApi'],
  wants: ['namespaces'],
  remedies: [],
  decides: ['GW-03'],

  run({ gatewayRoutes, gateways, gatewayApi, namespaces, scope }) {
    const parents = gatewayRoutes.flatMap((route) => route.parents.map((parent) => ({ route, parent })))
    if (parents.length === 0) return notApplicable('no route here names a Gateway')
    const attach = attaching({ gateways, namespaces, api: gatewayApi, scope })
    const near = nearNames(gateways.map((it) => it.name))
    return parents.map(({ route, parent }) => judge(route, parent, { attach, near, gateways }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.fault === 'no-gateway'
        ? `${on.kind} ${full(on)} is for Gateway ${args.gateway}, which does not exist.`
        : `${on.kind} ${full(on)} is for ` +
          `${args.fault === 'section' ? `listener \`${args.section}\`` : `port ${args.port}`} ` +
          `of Gateway ${args.gateway}, which has no such ${args.fault === 'section' ? 'listener' : 'listener port'}.`,
    detail: ({ args }) =>
      args.fault === 'no-gateway'
        ? `parent ${args.parent} · ` +
          (args.near.length > 0 ? `the closest: ${some(args.near)}` : 'no Gateway is called alike')
        : `parent ${args.parent} · listeners: ${some(args.listeners) || 'none'}`,
    note: ({ args }) =>
      args.fault === 'no-gateway'
        ? 'no controller looks at such a route: its status stays empty, requests get a 404'
        : null,
    help: ({ subject: on, args }) => [
      args.fault === 'no-gateway'
        ? 'name the Gateway that is meant, with its namespace where it is another'
        : 'name a listener that the Gateway has, or leave the name out to attach to all that fit',
      'kubectl get gateways -A',
      `kubectl -n ${on.namespace} edit ${on.kind.toLowerCase()} ${on.name}   # ${args.path}`,
    ],
  },
})

interface Seen {
  readonly attach: (route: GatewayRoute, parent: ParentRef) => Attachment
  readonly near: (wanted: string) => readonly string[]
  readonly gateways: readonly Gateway[]
}

function judge(route: GatewayRoute, parent: ParentRef, { attach, near, gateways }: Seen) {
  const to = attach(route, parent)
  if (to.kind === 'unseen') return cannotTell('forbidden', to.why)
  if (to.kind === 'other') return notApplicable(`${to.what} is no Gateway`)
  if (to.kind !== 'no-gateway' && to.kind !== 'no-listener') return ok(1)
  const names = new Set(to.kind === 'no-gateway' ? closest(parent.name, near(parent.name)) : [])
  const alike = gateways.filter((it) => names.has(it.name)).map(full)
  const listeners = to.kind === 'no-listener' ? to.gateway.listeners.map((it) => `${it.name} (${it.port})`) : []
  const fault = to.kind === 'no-gateway' ? ('no-gateway' as const) : to.by
  const marks = { 'no-gateway': 'name', section: 'section', port: 'port' } as const
  return finding({
    subject: routeSubject(route),
    confidence: 'inferred',
    args: {
      fault,
      gateway: `${parent.namespace ?? route.namespace}/${parent.name}`,
      section: parent.section ?? '',
      port: parent.port,
      parent: parentText(route, parent),
      near: alike,
      listeners,
      path: `spec.parentRefs[${route.parents.indexOf(parent)}]`,
    },
    evidence: [
      parentEvidence(route, parent, {
        what: marks[fault],
        label:
          fault === 'no-gateway'
            ? `no such Gateway${alike.length > 0 ? `; ${alike[0]} is there` : ''}`
            : `listeners there: ${some(listeners) || 'none'}`,
      }),
      ...routeSays(route),
    ],
    causes: [gatewayRouteFails(route)],
  })
}
