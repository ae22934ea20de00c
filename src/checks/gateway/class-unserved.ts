import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Gateway, GatewayClass, GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { badConditions, isLookedAt } from '../../relations/gateway/conditions.ts'
import {
  type GoneMaker,
  goneHelp,
  goneMakers,
  goneText,
  makerArgs,
  makerOf,
  makerSubject,
} from '../../relations/controller-makers.ts'
import { missingStatus } from '../../relations/gateway/route-status.ts'
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
  title: 'a class of Gateways is not accepted, or nobody serves it',
  fine: 'every Gateway has a class that a controller accepted',
  severity: 'error',
  needs: ['gateways', 'gatewayClasses'],
  wants: ['gatewayRoutes', 'workloads', 'beside', 'pods'],
  remedies: [],
  decides: ['GW-02'],

  run({ gateways, gatewayClasses, gatewayRoutes, workloads, beside, pods, scope }) {
    if (gateways.length === 0 && gatewayClasses.length === 0) return notApplicable('there is no Gateway here')
    const classes = new Map(gatewayClasses.map((it) => [it.name, it]))
    const names = [...classes.keys()]
    const byClass = Map.groupBy(gateways, (it) => it.className)
    const absent = [...byClass].flatMap(([name, its]) =>
      classes.has(name) ? [] : its.map((it) => withoutClass(it, { names, gatewayRoutes })),
    )
    const used = gatewayClasses.filter((it) => scope.namespace === null || byClass.has(it.name))
    const gone = goneMakers({ workloads, beside, pods })
    const refused = used.flatMap((it): readonly Verdict<Unserved>[] => {
      const its = byClass.get(it.name) ?? []
      const maker = its.length === 0 ? null : gone(({ controllers }) => controllers.includes(it.controller))
      return maker === null
        ? ofClass(it, its, gatewayRoutes)
        : [withoutController(it, { maker, gateways: its, gatewayRoutes, isWhole: scope.namespace === null })]
    })
    const found = [...absent, ...refused]
    return found.length > 0 ? found : ok(gatewayClasses.length)
  },

  words: {
    headline: ({ subject: on, args }) => {
      const gone = makerOf(args)
      if (gone !== null)
        return (
          `The controller of GatewayClass \`${on.name}\` is not there: ` +
          `${gone.kind} ${full(gone)} ${goneText(gone)}.`
        )
      return on.kind === 'Gateway'
        ? `Gateway ${full(on)} names GatewayClass \`${args.class}\`, which does not exist.`
        : `GatewayClass \`${on.name}\` is ${args.state === 'refused' ? 'refused by' : 'not accepted by'} its ` +
            `controller ${args.controller}${args.gateways === 0 ? ', and no Gateway uses it' : ''}.`
    },
    detail: ({ args }) =>
      args.state === 'absent'
        ? `class ${args.class} · GatewayClasses: ${some(args.classes) || 'none'}`
        : `controller ${args.controller} · ${count(args.gateways, 'Gateway')} of this class`,
    note: ({ args }) => {
      if (args.state === 'gone')
        return 'a data plane that runs goes on as it was told last; what is made or changed since is taken by nobody'
      return args.state === 'unwritten'
        ? 'a controller looks after a Gateway of this class: it was given that one by name, and writes into no class'
        : 'a Gateway of a class that nobody serves gets no address and no listener, without an event'
    },
    help: ({ subject: on, args }) => [
      ...helpOf(args),
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

type Unserved = {
  readonly state: State
  readonly class: string
  readonly classes: readonly string[]
  readonly controller: string
  readonly gateways: number
  /** Empty = nothing is nearly called that. */
  readonly near: string
} & ReturnType<typeof makerArgs>

type State = 'absent' | 'refused' | 'waiting' | 'unwritten' | 'gone'

function helpOf(args: { readonly state: State; readonly near: string } & ReturnType<typeof makerArgs>) {
  const gone = makerOf(args)
  return gone === null ? [stepOf(args.state, args.near)] : goneHelp(gone)
}

function stepOf(state: State, near: string): string {
  if (state === 'unwritten')
    return 'nothing to do: the class of a Contour that is given its Gateway by name waits for ever'
  if (state === 'refused') return 'do what the controller asks of the class: its message says what it refuses'
  if (state === 'waiting') return 'run the controller of that name, or let the class name the one that runs'
  return near === '' ? 'make the class, or name one that is there' : `name the class that is there: \`${near}\``
}

function withoutClass(
  gateway: Gateway,
  { names, gatewayRoutes }: { readonly names: readonly string[]; readonly gatewayRoutes: Routes },
): Verdict<Unserved> {
  const near = closest(gateway.className, names, 1)[0] ?? (names.length === 1 ? names[0] : undefined) ?? ''
  return finding({
    subject: gatewaySubject(gateway),
    confidence: 'inferred',
    args: {
      state: 'absent',
      class: gateway.className,
      classes: names,
      controller: '',
      gateways: 1,
      near,
      ...makerArgs(null),
    },
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

function ofClass(it: GatewayClass, gateways: readonly Gateway[], routes: Routes): readonly Verdict<Unserved>[] {
  const bad = badConditions(it.conditions, it.generation, ['Accepted'])
  const refused = bad.some(({ kind }) => kind === 'bad')
  if (bad.length === 0) return []
  const idle = gateways.length === 0 || (!refused && gateways.some(isLookedAt))
  const waiting = idle && gateways.length > 0 ? 'unwritten' : 'waiting'
  return [
    finding({
      subject: subject('GatewayClass', null, it.name),
      confidence: 'observed',
      severity: idle ? 'info' : 'error',
      args: {
        state: refused ? 'refused' : waiting,
        class: it.name,
        classes: [it.name],
        controller: it.controller,
        gateways: gateways.length,
        near: '',
        ...makerArgs(null),
      },
      evidence: saysOf(it.controller, bad),
      symptoms: [gatewayClassFails(it.name)],
      causes: idle ? [] : [...gateways.flatMap(allOfGateway), ...routesUnder(gateways, routes)],
    }),
  ]
}

interface Left {
  readonly maker: GoneMaker
  readonly gateways: readonly Gateway[]
  readonly gatewayRoutes: Routes
  /** Every namespace was read, so that no other workload of that controller is out of sight. */
  readonly isWhole: boolean
}

/** What it wrote into the class stays there when it goes: what it did not look at since is the sign. */
function withoutController(it: GatewayClass, { maker, gateways, gatewayRoutes, isWhole }: Left): Verdict<Unserved> {
  const waits = gateways.some((one) => badConditions(one.conditions, one.generation, ['Accepted']).length > 0)
  const under = routesOf(gateways, gatewayRoutes)
  const isUnseen = under.some(
    (route) =>
      missingStatus(route).length > 0 ||
      route.status.some((one) =>
        badConditions(one.conditions, route.generation, []).some(({ kind }) => kind !== 'bad'),
      ),
  )
  return finding({
    subject: subject('GatewayClass', null, it.name),
    also: [makerSubject(maker)],
    confidence: isWhole ? 'inferred' : 'possible',
    severity: isWhole && (waits || isUnseen) ? 'error' : 'warning',
    args: {
      state: 'gone',
      class: it.name,
      classes: [it.name],
      controller: it.controller,
      gateways: gateways.length,
      near: '',
      ...makerArgs(maker),
    },
    evidence: [
      { kind: 'fact', label: `${maker.kind} ${full(maker)}`, value: `wants ${count(maker.desired, 'pod')}, 0 ready` },
      ...saysOf(it.controller, badConditions(it.conditions, it.generation, ['Accepted'])),
    ],
    symptoms: [gatewayClassFails(it.name)],
    causes: [...gateways.flatMap(allOfGateway), ...under.map(gatewayRouteFails)],
  })
}

/** Routes that have no other way in than these Gateways. */
function routesUnder(gateways: readonly Gateway[], routes: Routes): readonly string[] {
  return routesOf(gateways, routes).map(gatewayRouteFails)
}

function routesOf(gateways: readonly Gateway[], routes: Routes): readonly GatewayRoute[] {
  const names = new Set(gateways.map(full))
  return (routes.known ? routes.value : []).filter((route) =>
    route.parents.some((parent) => {
      const at = parentGateway(route, parent)
      return at !== null && names.has(full(at))
    }),
  )
}
