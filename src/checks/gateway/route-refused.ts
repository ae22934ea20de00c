import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import { count, full, some, because, shown } from '../../phrases.ts'
import { badConditions, type BadCondition, conditionText } from '../../relations/gateway/conditions.ts'
import { missingStatus, untakenParents } from '../../relations/gateway/route-status.ts'
import { gatewayRouteFails } from '../../relations/symptom.ts'
import { parentText, routeSubject } from './words.ts'

/**
 * What the controller itself says: whatever keeps a route from being served stands in its status, also what only the
 * controller can know (a filter that it has not, a value that it refuses). No status is no good status.
 */
export default check({
  code: 'GTW710',
  slug: 'gateway/route-refused',
  title: 'a controller does not serve a route as it is written',
  fine: 'every route is accepted by the controllers of its Gateways, with all that it refers to',
  severity: 'error',
  needs: ['gatewayRoutes'],
  remedies: [],
  decides: ['GW-03', 'GW-11'],

  run({ gatewayRoutes }) {
    if (gatewayRoutes.length === 0) return notApplicable('there is no route here')
    return gatewayRoutes.map(judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.state === 'silent'
        ? `No controller has looked at ${on.kind} ${full(on)}: its status says nothing of ${some(args.parents)}.`
        : `${on.kind} ${full(on)} is not served as written: ${args.first}${because(args.message)}.`,
    detail: ({ args }) =>
      args.state === 'silent'
        ? `${args.parents.length} of ${count(args.of, 'parent')} without a status`
        : `said by ${some(args.controllers)} · generation ${args.generation}`,
    note: ({ args }) => notes[args.reason] ?? (args.state === 'old' ? 'an older version of the route is served' : null),
    help: ({ subject: on, args }) => [
      helpOf(args.state, args.message),
      `kubectl -n ${on.namespace} describe ${on.kind.toLowerCase()} ${on.name}`,
      'kubectl get gateways -A',
    ],
  },
})

const notes: Readonly<Record<string, string>> = {
  UnsupportedValue: 'a field or a filter that this controller does not have',
  IncompatibleFilters: 'filters that exclude each other: the rule answers 500',
  UnsupportedProtocol: 'the appProtocol of the Service is none that this controller speaks',
  InvalidKind: 'a backend of a kind that this controller does not know',
}

function judge(route: GatewayRoute) {
  const said = route.status.map((it) => ({
    controller: it.controller,
    bad: badConditions(it.conditions, route.generation, []),
  }))
  const bad = said.flatMap((it) => it.bad)
  const untaken = untakenParents(route)
  const silent = [...missingStatus(route), ...untaken]
  const [first] = bad
  if (first === undefined && silent.length === 0) return ok(1)
  const state = first === undefined ? ('silent' as const) : stateOf(bad)
  return finding({
    subject: routeSubject(route),
    confidence: 'observed',
    // A Service is asked without the route, where no mesh takes that: it does less than it says.
    severity: state === 'old' || isOfServices(route) ? 'warning' : 'error',
    args: {
      state,
      first: first === undefined ? '' : conditionText(first),
      reason: first?.reason ?? '',
      message: withoutStop(first?.message ?? ''),
      parents: silent.map((it) => parentText(route, it)),
      of: route.parents.length,
      controllers: said.filter((it) => it.bad.length > 0).map((it) => it.controller),
      generation: route.generation,
    },
    evidence: [
      ...said.flatMap((it) =>
        it.bad.map((one) => ({
          kind: 'fact' as const,
          label: `${it.controller}: ${conditionText(one)}`,
          value:
            one.kind === 'stale' && one.message === ''
              ? `its observedGeneration is older than ${route.generation}`
              : shown(one.message),
        })),
      ),
      ...silent.map((it) => ({ kind: 'fact' as const, label: parentText(route, it), value: 'not in status.parents' })),
    ],
    symptoms: [gatewayRouteFails(route)],
  })
}

function isOfServices({ parents }: GatewayRoute): boolean {
  return parents.every(({ group, kind }) => group === '' && kind === 'Service')
}

function helpOf(state: 'silent' | 'refused' | 'old', message: string): string {
  if (state === 'silent')
    return 'see whether what it names as its parent is there, and whether a controller for that kind runs'
  if (state === 'old') return 'see whether the controller of its Gateway runs: it has not looked at this version yet'
  return message === ''
    ? 'see which reference or value the condition means: its reason is all that is said'
    : 'do what the message asks: the conditions say which reference or value it is'
}

function stateOf(bad: readonly BadCondition[]): 'refused' | 'old' {
  return bad.every((it) => it.kind === 'stale') ? 'old' : 'refused'
}

function withoutStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}
