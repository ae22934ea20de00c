import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { nodesBelow } from '../../relations/ingress/nodes-below.ts'
import { noEndpoints, outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * The probe asks the controllers' pods themselves. Users come by a Service before them, and where that selects none of
 * them, has no ready address or names a port that they do not have, every Ingress is dead from outside, while each pod
 * is well and answers well.
 */
export default check({
  code: 'ING352',
  slug: 'ingress/controller-service-empty',
  title: 'the Service before the ingress controllers leads to none of them',
  fine: 'the Services before the ingress controllers lead to them',
  severity: 'error',
  needs: ['ingressControllers', 'ingresses'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingressControllers, ingresses, ingressClasses }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllersOf = controllersByClass({ ingressClasses: classes, ingressControllers })
    const serving = ingresses.map((ingress) => ({ ingress, by: controllersOf(ingress) }))
    const used = ingressControllers.filter((it) => serving.some(({ by }) => by.includes(it)))
    if (used.length === 0) return notApplicable('no ingress controller that is known serves an Ingress here')
    const read = used.filter((it) => it.fronts !== undefined)
    const [unread] = used.filter((it) => it.fronts === undefined)
    const fronts = read.flatMap((controller) => (controller.fronts ?? []).map((front) => ({ controller, front })))
    const whole = new Set(fronts.filter(({ front }) => faultOf(front) === null).map(({ controller }) => controller))
    const found = [...Map.groupBy(fronts, ({ front }) => full(front)).values()].flatMap((its) => {
      const [first] = its
      // One that leads to a controller is no fault, whichever of its other pods it leaves out.
      if (first === undefined || its.some(({ front }) => faultOf(front) === null)) return []
      const behind = its.map(({ controller }) => controller)
      const asked = serving.filter(({ by }) => by.some((it) => behind.includes(it))).map(({ ingress }) => ingress)
      return [judge(first.front, { behind, asked, others: behind.some((it) => whole.has(it)) })]
    })
    const unsure = fronts.find(({ front }) => faultOf(front) === null && front.ready === null)
    return [
      ...found,
      ...(unread === undefined
        ? []
        : [cannotTell('ambiguous', `which Services lead to ${unread.namespace}/${unread.pod} was not read`)]),
      ...(unsure === undefined
        ? []
        : [cannotTell('ambiguous', `the EndpointSlices of Service ${full(unsure.front)} were not read`)]),
      ...(found.length === 0 && unsure === undefined && fronts.length > 0 ? [ok(fronts.length)] : []),
      ...(found.length === 0 && fronts.length === 0 && read.length > 0
        ? [notApplicable('no NodePort or load balancer stands before the controllers: they are reached otherwise')]
        : []),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)}, by which Ingresses are reached from outside, ${faults[args.fault](args)}.`,
    detail: ({ args }) =>
      `${args.type} · ${args.ready === null ? 'its slices were not read' : `${args.ready} ready addresses`} · ` +
      `before ${args.pods} · ${count(args.ingresses, 'Ingress', 'Ingresses')} behind it`,
    note: ({ args }) =>
      args.others
        ? 'another Service leads to the same controllers: users who come by that are served'
        : 'the controllers are well and answer the probe, which asks their pods; users come by this Service',
    help: ({ subject: on, args }) => [
      args.fault === 'selects-none'
        ? 'make the selector of the Service fit the labels of the controllers'
        : 'compare the ports of the Service with those of the controllers, and see whether these are ready',
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get pods --show-labels`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
    ],
  },
})

type Fault = 'selects-none' | 'nobody-ready' | 'no-such-port'

interface Told {
  readonly wants: readonly string[]
  readonly ports: readonly string[]
}

const faults: Readonly<Record<Fault, (args: Told) => string>> = {
  'selects-none': ({ wants }) => `selects no controller: their pods lack ${some(wants)}`,
  'nobody-ready': () => 'has no ready address',
  'no-such-port': ({ ports }) => `leads to ports that the controllers do not have: ${some(ports)}`,
}

function faultOf(front: ControllerFront): Fault | null {
  if (front.wants.length > 0) return 'selects-none'
  if (front.ready === 0) return 'nobody-ready'
  const ports = front.ports.filter((it) => it.declared !== 'as-name' || typeof it.targetPort === 'string')
  return ports.length > 0 && ports.every((it) => it.declared === 'as-name') ? 'no-such-port' : null
}

interface Around {
  readonly behind: readonly IngressController[]
  readonly asked: readonly Ingress[]
  readonly others: boolean
}

function judge(front: ControllerFront, { behind, asked, others }: Around) {
  return finding({
    subject: subject('Service', front.namespace, front.name),
    also: asked.map(ingressSubject),
    confidence: 'inferred',
    severity: others ? 'warning' : 'error',
    args: {
      fault: faultOf(front) ?? 'nobody-ready',
      type: front.type,
      wants: front.wants,
      ports: front.ports.map((it) => `${it.port} -> ${it.targetPort}`),
      ready: front.ready,
      pods: some(behind.map((it) => it.pod)),
      ingresses: asked.length,
      others,
    },
    evidence: [
      {
        kind: 'fact',
        label: 'it is asked at',
        value: some([
          ...front.addresses,
          ...front.ports.flatMap((it) => (it.nodePort === null ? [] : [`NodePort ${it.nodePort}`])),
        ]),
      },
    ],
    dueTo: [noEndpoints(front), ...nodesBelow(behind)],
    causes: others ? [] : asked.map(outsideFails),
  })
}
