import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Gateway, GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import { full, because } from '../../phrases.ts'
import { parentGateway } from '../../relations/gateway/attachment.ts'
import { badConditions, conditionText } from '../../relations/gateway/conditions.ts'
import { gatewayFails, gatewayRouteFails } from '../../relations/symptom.ts'
import { gatewaySubject, saysOf } from './words.ts'

/**
 * Accepted: the controller takes it. Programmed: the data plane has it, and an address. A Gateway is written by the CRD
 * as "Waiting for controller", so that a silent controller shows as Unknown, and one that is gone as an old generation.
 */
export default check({
  code: 'GTW702',
  slug: 'gateway/not-programmed',
  title: 'a Gateway is not in force, as its controller says',
  fine: 'every Gateway is accepted and programmed',
  severity: 'error',
  needs: ['gateways'],
  wants: ['gatewayRoutes'],
  remedies: [],
  decides: ['GW-12'],

  run({ gateways, gatewayRoutes }) {
    if (gateways.length === 0) return notApplicable('there is no Gateway here')
    return gateways.map((it) => judge(it, gatewayRoutes))
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.state === 'without-address'
        ? `Gateway ${full(on)} is programmed, and has no address in its status.`
        : `Gateway ${full(on)} is not in force: ${args.first}${because(args.message)}.`,
    detail: ({ args }) =>
      args.state === 'without-address'
        ? `${args.listeners} listeners · 0 addresses`
        : `class ${args.class} · ${args.bad} of ${args.of} conditions are not as they should be`,
    note: ({ args }) =>
      args.state === 'without-address'
        ? 'where the data plane is reached by a NodePort or a host port, nobody writes an address'
        : null,
    help: ({ subject: on, args }) => [
      helpOf(args.state, args.message),
      `kubectl -n ${on.namespace} describe gateway ${on.name}`,
      `kubectl get gatewayclass ${args.class} -o wide`,
    ],
  },
})

type State = 'refused' | 'waiting' | 'without-address'

function helpOf(state: State, message: string): string {
  if (state === 'refused' && message === '')
    return 'its reason is all that is said: see the log of the controller of this class'
  if (state === 'refused') return 'do what the message asks; an address that is not assigned is the load balancer’s'
  if (state === 'waiting') return 'see whether the controller of this class runs, and what its log says'
  return 'name the address yourself, or look at the Service of the data plane'
}

function judge(gateway: Gateway, routes: Known<readonly GatewayRoute[]>) {
  const bad = badConditions(gateway.conditions, gateway.generation, ['Accepted', 'Programmed'])
  const [first] = bad
  const args = {
    class: gateway.className,
    listeners: gateway.listeners.length,
    first: first === undefined ? '' : conditionText(first),
    message: withoutStop(first?.message ?? ''),
    bad: bad.length,
    of: Math.max(2, gateway.conditions.length),
  }
  if (first === undefined) {
    if (gateway.addresses.length > 0) return ok(1)
    return finding({
      subject: gatewaySubject(gateway),
      confidence: 'possible',
      severity: 'info',
      args: { ...args, state: 'without-address' as State },
      evidence: [{ kind: 'fact', label: 'status.addresses', value: 'none' }],
    })
  }
  const refused = bad.some((it) => it.kind === 'bad')
  const serves = bad.every((it) => it.kind === 'stale')
  return finding({
    subject: gatewaySubject(gateway),
    confidence: 'observed',
    severity: serves ? 'warning' : 'error',
    args: { ...args, state: (refused ? 'refused' : 'waiting') as State },
    evidence: saysOf('its controller', bad),
    symptoms: [gatewayFails(gateway)],
    causes: (routes.known ? routes.value : []).filter((it) => isUnder(it, gateway)).map(gatewayRouteFails),
  })
}

function isUnder(route: GatewayRoute, gateway: Gateway): boolean {
  return route.parents.some((parent) => {
    const at = parentGateway(route, parent)
    return at !== null && full(at) === full(gateway)
  })
}

function withoutStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}
