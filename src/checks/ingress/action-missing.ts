import { check } from '../../findings/check.ts'
import { closest } from '../../closest.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { backendsOf, isAction, type Route, routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { ingressBackendFails, ingressFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * A backend of port `use-annotation` names no Service but an action of the AWS Load Balancer Controller. Without the
 * annotation that defines it the controller builds no model of the whole Ingress group, and the load balancer stays as
 * it was (pkg/ingress/enhanced_backend_builder.go: "missing ... configuration").
 */
export default check({
  code: 'ING310',
  slug: 'ingress/action-missing',
  title: 'an Ingress backend names an action that no annotation defines',
  fine: 'every action that a backend names is defined',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses }) {
    const routes = ingresses.flatMap(backendsOf).filter((it) => isAction(it.backend))
    if (routes.length === 0) return notApplicable('no Ingress backend here names an action')
    const controllerOf = new Map(ingressClasses.known ? ingressClasses.value.map((it) => [it.name, it.controller]) : [])
    const groups = [...Map.groupBy(routes, (it) => `${full(it.ingress)}/${it.backend.service}`).values()]
    return groups.map((its) => judge(its, controllerOf))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.case === 'missing'
        ? `Ingress ${full(on)} sends ${args.routes} to action \`${args.action}\`, which no annotation defines.`
        : `Ingress ${full(on)} defines action \`${args.action}\` by a text that is no JSON.`,
    detail: ({ args }) => `port name use-annotation · actions defined: ${args.defined}`,
    note: ({ args }) =>
      args.vendor === 'alb'
        ? 'the AWS Load Balancer Controller then builds nothing of the whole group: ' +
          'later changes to it do not reach the load balancer either'
        : 'only the AWS Load Balancer Controller knows actions; to others this is a Service port of that name',
    help: ({ subject: on, args }) => [
      args.near === ''
        ? 'define the action, or name a Service and one of its ports'
        : `name the action that is there: \`${args.near}\``,
      `kubectl -n ${on.namespace} describe ingress ${on.name}   # annotations, and the controller's events`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}   # ${args.path}`,
    ],
  },
})

function judge(routes: readonly Route[], controllerOf: ReadonlyMap<string, string>) {
  const [first] = routes
  if (first === undefined) return notApplicable('no Ingress backend here names an action')
  const { ingress, backend } = first
  const action = ingress.actions?.find((it) => it.name === backend.service)
  const alb = isAlb(ingress, controllerOf)
  if (action !== undefined && action.type !== 'unreadable') {
    return action.type === 'other'
      ? cannotTell(
          'ambiguous',
          `action ${backend.service} of Ingress ${full(ingress)} is of a type that hopscope does not know`,
        )
      : ok(1)
  }
  const defined = (ingress.actions ?? []).map((it) => it.name)
  const key = `alb.ingress.kubernetes.io/actions.${backend.service}`
  return finding({
    subject: ingressSubject(ingress),
    confidence: alb ? 'inferred' : 'possible',
    severity: alb ? 'error' : 'warning',
    args: {
      case: action === undefined ? 'missing' : 'unreadable',
      action: backend.service,
      routes: some(routes.map(routeText), 2),
      defined: some(defined) || 'none',
      near: action === undefined ? (closest(backend.service, defined, 1)[0] ?? '') : '',
      vendor: alb ? 'alb' : 'unknown',
      path: `${backend.path}.service.name`,
    },
    evidence: [
      backendEvidence(
        ingress,
        backend,
        'service',
        action === undefined ? `no annotation ${key}` : 'its annotation is no JSON',
      ),
      { kind: 'fact', label: 'actions that are defined', value: some(defined) || 'none' },
    ],
    causes: [ingressFails(ingress), ingressBackendFails(ingress, backend.service)],
  })
}

/** By its annotations, its class, or the controller of its class. */
function isAlb(ingress: Ingress, controllerOf: ReadonlyMap<string, string>): boolean {
  const { className } = ingress
  return (
    ingress.vendors?.includes('alb') === true ||
    className === 'alb' ||
    controllerOf.get(className ?? '')?.endsWith('/alb') === true
  )
}
