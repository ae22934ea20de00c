import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { type Route, routeFor, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { subjectKey } from '../../model/subject.ts'
import type { Scaler } from '../../model/beside.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Scope } from '../../model/sources.ts'
import type { Service } from '../../model/service.ts'
import { percentDecoded } from '../../wire/percent.ts'
import type { Top } from '../../relations/workload-of-pod.ts'
import { clientOf, idle } from './no-pods-words.ts'
import { serviceSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/** Somebody, or an autoscaler, wants no pods here. Right or wrong, it is why nothing answers. */
export default check({
  code: 'SVC204',
  slug: 'service/scaled-to-zero',
  title: 'the workload behind a Service wants no pods',
  fine: 'what stands behind each Service wants pods',
  severity: 'info',
  needs: ['services', 'pods', 'workloads'],
  wants: ['ingresses', 'beside', 'gatewayRoutes'],
  remedies: [],
  decides: ['SVC-04'],

  run({ services, pods, workloads, ingresses, beside, gatewayRoutes, scope }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const listed = ingresses.known ? ingresses.value : []
    const backing = backingOf(pods, { known: true, value: workloads })
    const scalers = beside.known ? (beside.value.scalers ?? []) : []
    const found = choosing.flatMap((service) => {
      const behind = backing(service)
      if (behind.kind !== 'scaled-to-zero') return []
      const [first] = behind.workloads
      if (first === undefined) return [cannotTell('ambiguous', `no workload named behind ${full(service)}`)]
      const before = routesTo(listed, service)
      const held = keptAtZero(behind.workloads, scalers)
      const isNeeded = held !== null && (before.length > 0 || isRouted(service, gatewayRoutes))
      return [
        finding({
          subject: serviceSubject(service),
          confidence: 'inferred',
          severity: isNeeded || isMissed(isAskedFor(scope, service, listed), behind.workloads) ? 'warning' : 'info',
          args: {
            kind: first.kind,
            workload: first.name,
            workloads: behind.workloads.length,
            headless: service.clusterIP === 'None',
            before: before.slice(0, 1).map(full),
            held: held?.kind ?? null,
            heldBy: held?.name ?? null,
            least: held?.least ?? null,
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
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no pods, since ${args.kind} ${args.workload} ${idle(args.kind).is}${heldText(args)}.`,
    detail: ({ args }) => `${args.all} · ${count(args.workloads, 'workload')}, 0 pods wanted`,
    note: ({ args }) => clientOf(args.headless, args.before),
    help: ({ subject: on, args }) => helpOf({ ...args, namespace: on.namespace ?? '' }),
  },
})

/** By a route of the Gateway API that names it, with requests to give. */
function isRouted({ namespace, name }: Service, routes: Known<readonly GatewayRoute[]>): boolean {
  return (routes.known ? routes.value : []).some((route) =>
    route.rules.some(({ backends }) =>
      backends.some(
        (it) =>
          it.kind === 'Service' && it.name === name && (it.namespace ?? route.namespace) === namespace && it.weight > 0,
      ),
    ),
  )
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
    (its.some((it) => it.kind === 'ScaledObject')
      ? null
      : (its.find((it) => it.kind === 'HorizontalPodAutoscaler' && it.least > 0) ?? null))
  )
}

function heldText({ held, heldBy, least }: Held): string {
  if (held === null) return ''
  return held === 'ScaledObject'
    ? `: ScaledObject ${heldBy} of KEDA is paused at 0`
    : `, which HorizontalPodAutoscaler ${heldBy} leaves so, though it wants ${least} at least`
}

function helpOf(args: Held & { readonly kind: string; readonly workload: string; readonly namespace: string }) {
  const { held, heldBy, kind, workload, namespace } = args
  if (held === 'ScaledObject')
    return [
      `take the annotation autoscaling.keda.sh/paused-replicas off ScaledObject ${heldBy}: until then KEDA keeps ` +
        'it at 0',
      `kubectl -n ${namespace} annotate scaledobject ${heldBy} autoscaling.keda.sh/paused-replicas-`,
    ]
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
