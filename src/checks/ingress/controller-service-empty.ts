import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { nodesBelow } from '../../relations/ingress/nodes-below.ts'
import { noEndpoints, outsideFails, svcUnanswered } from '../../relations/symptom.ts'
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
  wants: ['ingressClasses', 'beside'],
  remedies: [],
  decides: [],

  run({ ingressControllers, ingresses, ingressClasses, beside }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllersOf = controllersByClass({ ingressClasses: classes, ingressControllers })
    const serving = ingresses.map((ingress) => ({ ingress, by: controllersOf(ingress) }))
    const used = ingressControllers.filter((it) => serving.some(({ by }) => by.includes(it)))
    if (used.length === 0) return notApplicable('no ingress controller that is known serves an Ingress here')
    const read = used.filter((it) => it.fronts !== undefined)
    const [unread] = used.filter((it) => it.fronts === undefined)
    const fronts = read.flatMap((controller) => (controller.fronts ?? []).map((front) => ({ controller, front })))
    const isLocal = (it: IngressController): boolean =>
      beside.known && settingsOf(it, beside.value)?.bound === 'loopback'
    const faultAt = ({ controller, front }: (typeof fronts)[number]): Fault | null =>
      faultOf(front) ?? (isLocal(controller) ? 'on-loopback' : null)
    const whole = new Set(fronts.filter((it) => faultAt(it) === null).map(({ controller }) => controller))
    const found = [...Map.groupBy(fronts, ({ front }) => full(front)).values()].flatMap((its) => {
      const [first] = its
      // One that leads to a controller is no fault, whichever of its other pods it leaves out.
      if (first === undefined || its.some((it) => faultAt(it) === null)) return []
      const behind = its.map(({ controller }) => controller)
      const asked = serving.filter(({ by }) => by.some((it) => behind.includes(it))).map(({ ingress }) => ingress)
      const fault = faultAt(first) ?? 'nobody-ready'
      return [judge(first.front, { fault, behind, asked, others: behind.some((it) => whole.has(it)) })]
    })
    const unsure = fronts.find((it) => faultAt(it) === null && it.front.ready === null)
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
        : noteOf[args.fault],
    help: ({ subject: on, args }) => [
      cures[args.fault](args),
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get pods --show-labels`,
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
    ],
  },
})

type Fault = 'selects-none' | 'nobody-ready' | 'no-such-port' | 'told-elsewhere' | 'on-loopback'

interface Told {
  readonly wants: readonly string[]
  readonly ports: readonly string[]
  readonly told: readonly string[]
}

const faults: Readonly<Record<Fault, (args: Told) => string>> = {
  'selects-none': ({ wants }) => `selects no controller: their pods lack ${some(wants)}`,
  'nobody-ready': () => 'has no ready address',
  'no-such-port': ({ ports }) => `leads to ports that the controllers do not have: ${some(ports)}`,
  'told-elsewhere': ({ told }) => `leads where the controllers are not told to listen: ${some(told)}`,
  'on-loopback': () => 'leads to controllers that listen on their own loopback alone: bind-address in their ConfigMap',
}

const compare = 'compare the ports of the Service with those of the controllers, and see whether these are ready'
const cures: Readonly<Record<Fault, (args: Told) => string>> = {
  'selects-none': () => 'make the selector of the Service fit the labels of the controllers',
  'nobody-ready': () => compare,
  'no-such-port': () => compare,
  'told-elsewhere': () => 'let the target ports of the Service, the ports of the container and the flags be the same',
  'on-loopback': () => 'take bind-address out of the ConfigMap, or let it name an address of the pod',
}

const well = 'the controllers are well and answer the probe, which asks their pods; users come by this Service'
const noteOf: Readonly<Record<Fault, string>> = {
  'selects-none': well,
  'nobody-ready': well,
  'no-such-port': well,
  'told-elsewhere': 'by the spec of the controllers alone: whether they heed it was not measured',
  'on-loopback': "the controllers' own health port stays open, so that their pods are ready",
}

function faultOf(front: ControllerFront): Fault | null {
  if (front.wants.length > 0) return 'selects-none'
  if (front.ready === 0) return 'nobody-ready'
  const ports = front.ports.filter((it) => it.declared !== 'as-name' || typeof it.targetPort === 'string')
  if (ports.length > 0 && ports.every((it) => it.declared === 'as-name')) return 'no-such-port'
  return front.ports.some((it) => it.told !== undefined) ? 'told-elsewhere' : null
}

/** `port 80 goes to http, and --http-port says 8080`. */
function toldText({ port, targetPort, told }: ControllerFront['ports'][number]): readonly string[] {
  if (told === undefined) return []
  const says = [told.host, told.port].filter((it) => it !== null).join(':')
  return [`port ${port} goes to ${targetPort}, and ${told.by} says ${says}`]
}

interface Around {
  readonly fault: Fault
  readonly behind: readonly IngressController[]
  readonly asked: readonly Ingress[]
  readonly others: boolean
}

function judge(front: ControllerFront, { fault, behind, asked, others }: Around) {
  return finding({
    subject: subject('Service', front.namespace, front.name),
    also: asked.map(ingressSubject),
    // A flag that is not heeded, or is for another port, leaves nothing out.
    confidence: fault === 'told-elsewhere' ? 'possible' : 'inferred',
    severity: others || fault === 'told-elsewhere' ? 'warning' : 'error',
    args: {
      fault,
      told: front.ports.flatMap(toldText),
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
    dueTo: [noEndpoints(front), svcUnanswered(front), ...nodesBelow(behind)],
    causes: others ? [] : asked.map(outsideFails),
  })
}
