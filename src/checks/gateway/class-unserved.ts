import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Gateway, GatewayClass, GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { badConditions, isLookedAt } from '../../relations/gateway/conditions.ts'
import { parentGateway } from '../../relations/gateway/attachment.ts'
import { allOfGateway, gatewayClassFails, gatewayRouteFails } from '../../relations/symptom.ts'
import { gatewaySubject, saysOf } from './words.ts'

/**
 * A Gateway is nothing until the controller that its class names takes it. The CRD itself writes "Waiting for
 * controller" into each new class, so that a class which nobody serves says so; one that is not there says nothing.
 */
export default check({
  code: 'GTW701',
  slug: 'gateway/class-unserved',
  title: 'no controller serves the class of a Gateway',
  fine: 'every Gateway has a class that a controller accepted',
  severity: 'error',
  needs: ['gateways', 'gatewayClasses'],
  wants: ['gatewayRoutes'],
  remedies: [],
  decides: ['GW-02'],

  run({ gateways, gatewayClasses, gatewayRoutes, scope }) {
    if (gateways.length === 0 && gatewayClasses.length === 0) return notApplicable('there is no Gateway here')
    const classes = new Map(gatewayClasses.map((it) => [it.name, it]))
    const names = [...classes.keys()]
    const byClass = Map.groupBy(gateways, (it) => it.className)
    const absent = [...byClass].flatMap(([name, its]) =>
      classes.has(name) ? [] : its.map((it) => withoutClass(it, { names, gatewayRoutes })),
    )
    const used = gatewayClasses.filter((it) => scope.namespace === null || byClass.has(it.name))
    const refused = used.flatMap((it) => ofClass(it, byClass.get(it.name) ?? [], gatewayRoutes))
    const found = [...absent, ...refused]
    return found.length > 0 ? found : ok(gatewayClasses.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      on.kind === 'Gateway'
        ? `Gateway ${full(on)} names GatewayClass \`${args.class}\`, which does not exist.`
        : `GatewayClass \`${on.name}\` is ${args.state === 'refused' ? 'refused by' : 'not accepted by'} its ` +
          `controller ${args.controller}${args.gateways === 0 ? ', and no Gateway uses it' : ''}.`,
    detail: ({ args }) =>
      args.state === 'absent'
        ? `class ${args.class} · GatewayClasses: ${some(args.classes) || 'none'}`
        : `controller ${args.controller} · ${count(args.gateways, 'Gateway')} of this class`,
    note: ({ args }) =>
      args.state === 'unwritten'
        ? 'a controller looks after a Gateway of this class: it was given that one by name, and writes into no class'
        : 'a Gateway of a class that nobody serves gets no address and no listener, without an event',
    help: ({ subject: on, args }) => [
      helpOf(args.state, args.near),
      ...(on.kind === 'Gateway' && args.near !== ''
        ? [
            `kubectl -n ${on.namespace} patch gateway ${on.name} --type=merge -p ` +
              `'{"spec":{"gatewayClassName":"${args.near}"}}'`,
          ]
        : []),
      'kubectl get gatewayclasses',
    ],
  },
})

function helpOf(state: 'absent' | 'refused' | 'waiting' | 'unwritten', near: string): string {
  if (state === 'unwritten')
    return 'nothing to do: the class of a Contour that is given its Gateway by name waits for ever'
  if (state === 'refused') return 'do what the controller asks of the class: its message says what it refuses'
  if (state === 'waiting') return 'run the controller of that name, or let the class name the one that runs'
  return near === '' ? 'make the class, or name one that is there' : `name the class that is there: \`${near}\``
}

function withoutClass(
  gateway: Gateway,
  { names, gatewayRoutes }: { readonly names: readonly string[]; readonly gatewayRoutes: Routes },
) {
  const near = closest(gateway.className, names, 1)[0] ?? (names.length === 1 ? names[0] : undefined) ?? ''
  return finding({
    subject: gatewaySubject(gateway),
    confidence: 'inferred',
    args: { state: 'absent' as const, class: gateway.className, classes: names, controller: '', gateways: 1, near },
    evidence: [
      {
        kind: 'config',
        object: gatewaySubject(gateway),
        path: 'spec.gatewayClassName',
        lines: ['spec:', `  gatewayClassName: ${gateway.className}`],
        at: 1,
        mark: gateway.className,
        label: near === '' ? 'no such GatewayClass' : `no such GatewayClass; \`${near}\` is there`,
      },
    ],
    causes: [...allOfGateway(gateway), ...routesUnder([gateway], gatewayRoutes)],
  })
}

type Routes = Known<readonly GatewayRoute[]>

function ofClass(it: GatewayClass, gateways: readonly Gateway[], routes: Routes) {
  const bad = badConditions(it.conditions, it.generation, ['Accepted'])
  const refused = bad.some(({ kind }) => kind === 'bad')
  if (bad.length === 0) return []
  const idle = gateways.length === 0 || (!refused && gateways.some(isLookedAt))
  const waiting = idle && gateways.length > 0 ? ('unwritten' as const) : ('waiting' as const)
  return [
    finding({
      subject: subject('GatewayClass', null, it.name),
      confidence: 'observed',
      severity: idle ? 'info' : 'error',
      args: {
        state: refused ? ('refused' as const) : waiting,
        class: it.name,
        classes: [it.name],
        controller: it.controller,
        gateways: gateways.length,
        near: '',
      },
      evidence: saysOf(it.controller, bad),
      symptoms: [gatewayClassFails(it.name)],
      causes: idle ? [] : [...gateways.flatMap(allOfGateway), ...routesUnder(gateways, routes)],
    }),
  ]
}

/** Routes that have no other way in than these Gateways. */
function routesUnder(gateways: readonly Gateway[], routes: Routes): readonly string[] {
  const names = new Set(gateways.map(full))
  return (routes.known ? routes.value : [])
    .filter((route) =>
      route.parents.some((parent) => {
        const at = parentGateway(route, parent)
        return at !== null && names.has(full(at))
      }),
    )
    .map(gatewayRouteFails)
}
