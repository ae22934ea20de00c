import type { Finding } from '../findings/finding.ts'
import type { Severity } from '../findings/verdict.ts'
import type { HttpContact } from '../model/contacts.ts'
import type { Ingress } from '../model/ingress.ts'
import type { Model } from '../model/sources.ts'
import { requestsOf, routeOfContact } from '../relations/ingress/http-of-ingress.ts'
import {
  type Route,
  backendsOf,
  portOfBackend,
  servicesByName,
} from '../relations/ingress/ingress-routes-to-service.ts'
import { ingressBackendFails, ingressFails, ingressNotLive } from '../relations/symptom.ts'

/** Every way that an Ingress declares, and how it fares. */
export interface IngressRoute {
  readonly ingress: { readonly namespace: string; readonly name: string }
  readonly className: string | null
  /** null = any host. */
  readonly host: string | null
  /** null for the default backend. */
  readonly path: string | null
  readonly pathType: string
  readonly service: string
  readonly port: number | string | null
  /** Ready addresses behind the backend; null where that is not known. */
  readonly ready: number | null
  /** The last request for it that was made; null where none was. */
  readonly answered: { readonly status: number | null; readonly error: string | null; readonly ms: number } | null
  /**
   * `read`: nothing wrong was read, and nobody asked. `answered`: a request was answered without an error. `finding`: a
   * finding stands on it. `unasked` is never health.
   */
  readonly health: 'answered' | 'read' | 'finding'
  readonly worst: { readonly code: string; readonly severity: Severity; readonly title: string } | null
}

export interface Told {
  readonly finding: Finding
  readonly title: string
}

export function ingressRoutesOf(model: Model, told: readonly Told[]): readonly IngressRoute[] {
  const { ingresses, contacts } = model.sources
  if (!ingresses.known) return []
  const serious = told.filter(({ finding }) => finding.severity !== 'info')
  const readyOf = readyCount(model)
  return ingresses.value.flatMap((ingress) => {
    const asked = contacts.known ? requestsOf(contacts.value, ingress) : []
    return backendsOf(ingress).map((route): IngressRoute => {
      const worst = worstOf(serious, route)
      const answer = asked.findLast((it) => isFor(it, ingress, route)) ?? null
      const isWell = answer !== null && answer.error === null && answer.status !== null && answer.status < 500
      return {
        ingress: { namespace: ingress.namespace, name: ingress.name },
        className: ingress.className,
        host: route.host,
        path: route.path,
        pathType: route.pathType,
        service: route.backend.service,
        port: route.backend.port,
        ready: readyOf(route),
        answered: answer === null ? null : { status: answer.status, error: answer.error, ms: Math.round(answer.ms) },
        health: worst === null ? wellText(isWell) : 'finding',
        worst,
      }
    })
  })
}

function wellText(isWell: boolean): IngressRoute['health'] {
  return isWell ? 'answered' : 'read'
}

function isFor(it: HttpContact, ingress: Ingress, route: Route): boolean {
  const own = routeOfContact(ingress, it)
  return own !== null && own.host === route.host && own.path === route.path
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

function worstOf(told: readonly Told[], { ingress, backend }: Route): IngressRoute['worst'] {
  const keys = new Set([
    ingressFails(ingress),
    `${ingressFails(ingress)}/*`,
    ingressBackendFails(ingress, backend.service),
    ingressNotLive(ingress),
  ])
  const on = told.filter(({ finding: { subject, symptoms, causes } }) => {
    const isOwn = subject.kind === 'Ingress' && subject.name === ingress.name
    const isBackend = subject.kind === 'Service' && subject.name === backend.service
    if ((isOwn || isBackend) && subject.namespace === ingress.namespace) {
      // A finding on one backend of the Ingress says nothing of its others.
      const named = [...symptoms, ...causes].filter((it) => it.startsWith(`${ingressFails(ingress)}/`))
      return named.length === 0 || named.some((it) => keys.has(it))
    }
    return causes.some((it) => keys.has(it))
  })
  const [first] = on.toSorted((a, b) => ranks[a.finding.severity] - ranks[b.finding.severity])
  return first === undefined ? null : { code: first.finding.code, severity: first.finding.severity, title: first.title }
}

function readyCount({ sources: { services, endpointSlices } }: Model): (route: Route) => number | null {
  if (!services.known || !endpointSlices.known) return () => null
  const serviceOf = servicesByName(services.value)
  const slicesOf = Map.groupBy(endpointSlices.value, (it) => `${it.namespace}/${it.service ?? ''}`)
  return ({ ingress, backend }) => {
    const service = serviceOf(ingress.namespace, backend.service)
    if (service === null || portOfBackend(service, backend) === null) return 0
    if (service.type === 'ExternalName') return null
    const slices = slicesOf.get(`${service.namespace}/${service.name}`) ?? []
    return new Set(slices.flatMap((it) => it.endpoints.filter((one) => one.ready).map((one) => one.ip))).size
  }
}
