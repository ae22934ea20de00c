import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { callableFrom } from '../../relations/service/called-services.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { type Route, routeFor, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { callersOfServices, ingressesBefore, isRouted, type Plane, planeOf } from '../../relations/service/who-needs.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Scaler } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Scope } from '../../model/sources.ts'
import type { Service } from '../../model/service.ts'
import { percentDecoded } from '../../wire/percent.ts'
import type { Top } from '../../relations/workload-of-pod.ts'
import { clientOf, idle } from './no-pods-words.ts'
import { serviceSubject } from './words.ts'
import { scalersOf } from '../../relations/service/next-pods.ts'
import { count, full, some } from '../../phrases.ts'

/** Somebody, or an autoscaler, wants no pods here. Right or wrong, it is why nothing answers. */
export default check({
  code: 'SVC204',
  slug: 'service/scaled-to-zero',
  title: 'the workload behind a Service wants no pods',
  fine: 'what stands behind each Service wants pods',
  severity: 'info',
  needs: ['services', 'pods'],
  wants: ['workloads', 'ingresses', 'beside', 'gatewayRoutes', 'gateways', 'namespaces', 'clusterDns'],
  remedies: [],
  decides: ['SVC-04'],

  run({ services, pods, workloads, ingresses, beside, gatewayRoutes, gateways, namespaces, clusterDns, scope }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const listed = ingresses.known ? ingresses.value : []
    const backing = backingOf(pods, workloads, beside)
    const scalers = scalersOf(beside)
    const routes = gatewayRoutes.known ? gatewayRoutes.value : []
    const around = { services, gateways: gateways.known ? gateways.value : [], routes, pods }
    const callersOf = callersOfServices(pods, callableFrom({ services, namespaces, clusterDns, scope }))
    const found = choosing.flatMap((service) => {
      const behind = backing(service)
      if (behind.kind !== 'scaled-to-zero') return []
      const [first] = behind.workloads
      if (first === undefined) return [cannotTell('ambiguous', `no workload named behind ${full(service)}`)]
      // To a canary of weight 0 no request is led.
      const before = ingressesBefore(
        listed.filter((it) => it.nginx?.idle !== true),
        service,
      )
      const held = keptAtZero(behind.workloads, scalers)
      const plane = planeOf(service, around)
      const callers = callersOf(service)
      const isAsked = isAskedFor(scope, service, listed) || isOneOf(callers, scope)
      const isSure = held !== null || (beside.known && !isByUse(behind.workloads, scalers))
      const isNeeded = isSure && !isWithin(scope) && (before.length > 0 || isRouted(service, routes))
      const by = keeperOf(behind.workloads, scalers)
      const missed = !isMeant(by, service) && isMissed(isAsked || isNeeded || plane !== null, behind.workloads)
      return [
        finding({
          subject: serviceSubject(service),
          also: callers.slice(0, 8),
          confidence: 'inferred',
          severity: severityOf(missed, plane),
          args: {
            kind: first.kind,
            workload: first.name,
            workloads: behind.workloads.length,
            headless: service.clusterIP === 'None',
            before: before.slice(0, 1).map(full),
            callers: callers.map((it) => `${it.kind} ${full(it)}`),
            ...planeWords(plane),
            ...heldWords(held),
            ...keptWords(held === null ? by : null),
            all: some(behind.workloads.map((it) => `${it.kind} ${it.name}`)),
          },
          evidence: behind.workloads.map((it) => ({
            kind: 'fact' as const,
            label: `${it.kind} ${full(it)}`,
            value: idle(it.kind).wants,
          })),
          causes: [noEndpoints(service), svcUnanswered(service)],
        }),
      ]
    })
    if (found.length > 0) return found
    return workloads.known ? ok(choosing.length) : cannotTell(workloads.why.reason, workloads.why.detail)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no pods, since ${args.kind} ${args.workload} ${idle(args.kind).is}` +
      `${heldText(args)}${byText(args)}.`,
    detail: ({ args }) => `${args.all} · ${count(args.workloads, 'workload')}, 0 pods wanted`,
    note: ({ args }) => noteOf(args) + (args.by === null ? '' : wakes[args.by]),
    help: ({ subject: on, args }) => helpOf({ ...args, namespace: on.namespace ?? '' }),
  },
})

function severityOf(missed: boolean, plane: Plane | null): Severity {
  if (missed && plane?.of === 'gateway' && plane.routes > 0) return 'error'
  return missed ? 'warning' : 'info'
}

interface Felt {
  readonly headless: boolean
  readonly before: readonly string[]
  readonly callers: readonly string[]
  readonly plane: Plane['of'] | null
  readonly gateway: string | null
  /** Routes of the Gateway, or pods of the mesh. */
  readonly below: number
}

function planeWords(plane: Plane | null): Pick<Felt, 'plane' | 'gateway' | 'below'> {
  if (plane === null) return { plane: null, gateway: null, below: 0 }
  return plane.of === 'gateway'
    ? { plane: 'gateway', gateway: plane.gateway, below: plane.routes }
    : { plane: 'mesh', gateway: null, below: plane.pods }
}

function noteOf({ headless, before, callers, plane, gateway, below }: Felt): string {
  if (plane === 'gateway')
    return (
      `all requests of Gateway ${gateway} come through it: ${count(below, 'route')} of it ` +
      `${below === 1 ? 'is' : 'are'} served by nobody`
    )
  if (plane === 'mesh')
    return (
      `the proxies of ${count(below, 'pod')} keep what they were told last: they hear of no new endpoint and get ` +
      'no new certificate, and pods that start get no proxy, or one that does not become ready'
    )
  const led = callers.length === 0 ? '' : `; ${some(callers, 3)} ${callers.length === 1 ? 'leads' : 'lead'} here`
  return clientOf(headless, before) + led
}

/** Asked about a URL that ends elsewhere, what is beside it is no trouble. */
function isWithin({ target }: Scope): boolean {
  return target.kind === 'object' && target.url !== null
}

function isOneOf(callers: readonly Subject[], { target }: Scope): boolean {
  return target.kind === 'object' && callers.some((it) => subjectKey(it) === subjectKey(target.object))
}

/** KEDA was told that it may have none: what comes wakes it. */
function isByUse(makers: readonly Top[], scalers: readonly Scaler[]): boolean {
  return makers.some((one) =>
    scalers.some(
      (it) =>
        (it.kind === 'ScaledObject' || it.kind === 'HTTPScaledObject') &&
        it.least === 0 &&
        it.namespace === one.namespace &&
        it.target.kind === one.kind &&
        it.target.name === one.name,
    ),
  )
}

type Keeper = 'ScaledObject' | 'HTTPScaledObject' | 'Canary'

interface Kept {
  /** Who has scaled it down, and would again. */
  readonly by: Keeper | null
  readonly byName: string | null
}

/** Whose object says that it may be at 0: what anybody scales up by hand it scales down again. */
function keeperOf(makers: readonly Top[], scalers: readonly Scaler[]) {
  for (const { kind, namespace, name, target, least } of scalers) {
    const isIts = makers.some((it) => it.namespace === namespace && it.kind === target.kind && it.name === target.name)
    if (isIts && kind !== 'HorizontalPodAutoscaler' && least === 0) return { kind, name }
  }
  return null
}

/** The interceptor wakes it; the canary's own Service has pods while a release is tried alone. */
function isMeant(by: ReturnType<typeof keeperOf>, { name }: Service): boolean {
  return by?.kind === 'HTTPScaledObject' || (by?.kind === 'Canary' && name === `${by.name}-canary`)
}

function keptWords(by: ReturnType<typeof keeperOf>): Kept {
  return { by: by?.kind ?? null, byName: by?.name ?? null }
}

function byText({ by, byName }: Kept): string {
  if (by === null) return ''
  return by === 'Canary' ? `: Flagger keeps it so by Canary ${byName}` : `: KEDA has it so by ${by} ${byName}`
}

const wakes: Readonly<Record<Keeper, string>> = {
  ScaledObject: '; KEDA makes pods again when one of its triggers is active; a request to this Service alone is none',
  HTTPScaledObject:
    "; requests that come by the interceptor of KEDA's HTTP add-on wake it, those that come here do not",
  Canary: '; between two releases Flagger has all requests go to the pods of its primary',
}

interface On {
  readonly name: string
  readonly workload: string
  readonly namespace: string
}

/** What is scaled by hand they scale down again (keda.sh, ScaledObject; docs.flagger.app, "How it works"). */
function keptHelp(by: Keeper, { name, workload, namespace }: On): readonly string[] {
  if (by === 'Canary')
    return [
      `do not scale it up, as Flagger scales it down again: let the Service select the pods of ${workload}-primary, ` +
        'as Flagger writes it; who has changed that (a pipeline, kubectl apply) would change it again',
      `kubectl -n ${namespace} get deployment ${workload}-primary --show-labels`,
      `kubectl -n ${namespace} describe canary.flagger.app ${name}`,
    ]
  if (by === 'HTTPScaledObject')
    return [
      `do not scale it up, as KEDA scales it down again: have requests go by its interceptor, or set replicas.min of ` +
        `HTTPScaledObject ${name} to 1`,
      `kubectl -n ${namespace} describe httpscaledobject ${name}`,
    ]
  return [
    `do not scale it up, as KEDA scales it down again: if it is to answer requests at any time, set minReplicaCount ` +
      `of ScaledObject ${name} to 1; else see why no trigger of it is active`,
    `kubectl -n ${namespace} describe scaledobject ${name}`,
  ]
}

interface Held {
  readonly held: Scaler['kind'] | null
  readonly heldBy: string | null
  readonly least: number | null
}

/** The autoscaler by which it stays there, though it wants pods: paused, or one that does not touch what is at 0. */
function keptAtZero(makers: readonly Top[], scalers: readonly Scaler[]): Scaler | null {
  const its = scalers.filter((it) =>
    makers.some((one) => one.namespace === it.namespace && one.kind === it.target.kind && one.name === it.target.name),
  )
  return (
    its.find((it) => it.pausedAt === 0) ??
    // KEDA's own autoscaler is made of its ScaledObject, which may want none (kedacore/keda, keda-hpa-NAME).
    (its.some((it) => it.kind !== 'HorizontalPodAutoscaler')
      ? null
      : (its.find((it) => it.kind === 'HorizontalPodAutoscaler' && it.least > 0) ?? null))
  )
}

function heldWords(held: Scaler | null): Held {
  return { held: held?.kind ?? null, heldBy: held?.name ?? null, least: held?.least ?? null }
}

function heldText({ held, heldBy, least }: Held): string {
  if (held === null) return ''
  return held === 'ScaledObject'
    ? `: ScaledObject ${heldBy} of KEDA is paused at 0`
    : `, which HorizontalPodAutoscaler ${heldBy} leaves so, though it wants ${least} at least`
}

function helpOf(args: Held & Kept & { readonly kind: string; readonly workload: string; readonly namespace: string }) {
  const { held, heldBy, kind, workload, namespace, by, byName } = args
  if (held === 'ScaledObject')
    return [
      `take the annotation autoscaling.keda.sh/paused-replicas off ScaledObject ${heldBy}: until then KEDA keeps ` +
        'it at 0',
      `kubectl -n ${namespace} annotate scaledobject ${heldBy} autoscaling.keda.sh/paused-replicas-`,
    ]
  if (by !== null) return keptHelp(by, { name: byName ?? '', workload, namespace })
  return idle(kind).help({ namespace, name: workload })
}

/**
 * Who asks about this very Service, or about an Ingress or URL that leads to it, does so because it does not answer,
 * and here is why. Between the runs of a CronJob that is as it should be.
 */
function isMissed(asked: boolean, makers: readonly Top[]): boolean {
  return asked && makers.some((it) => it.kind !== 'CronJob' && it.kind !== 'Job')
}

function isAskedFor({ target }: Scope, service: Service, ingresses: readonly Ingress[]): boolean {
  if (target.kind !== 'object') return false
  if (subjectKey(target.object) === subjectKey(serviceSubject(service))) return true
  return ingresses.some(
    (it) =>
      subjectKey(target.object) === `Ingress/${full(it)}` &&
      it.nginx?.canary !== true &&
      leadsTo(it, target.url).some((one) => it.namespace === service.namespace && one.backend.service === service.name),
  )
}

/** What an Ingress does with a URL; without one, all that it leads to. */
function leadsTo(ingress: Ingress, url: string | null): readonly Route[] {
  if (url === null || !URL.canParse(url)) return routesOf(ingress)
  const { hostname, pathname } = new URL(url)
  return [routeFor(ingress, hostname, percentDecoded(pathname))].filter((it) => it !== null)
}
