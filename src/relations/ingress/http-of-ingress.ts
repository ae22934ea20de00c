import type { Contacts, DirectContact, HttpContact, StrangerAnswer } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { isBadEnd } from './http-answers.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { once, put } from '../once.ts'
import { type Route, routeFor, routesOf } from './ingress-routes-to-service.ts'

const requestsByIngress = once(({ http }: Contacts) =>
  Map.groupBy(http, (it) => `${it.ingress.namespace}/${it.ingress.name}`),
)

/** The requests that were made for this Ingress. */
export function requestsOf(
  contacts: Contacts,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): readonly HttpContact[] {
  return requestsByIngress(contacts).get(`${namespace}/${name}`) ?? []
}

/** Where the request went: the `Host` header may carry a port, and the path a query and percent signs: no rule does. */
export function routeOfContact(
  ingress: Ingress,
  { host, path }: { readonly host: string; readonly path: string },
): Route | null {
  return routeFor(ingress, host.replace(/:\d+$/, ''), percentDecoded(path.split('?', 1)[0] ?? path))
}

/** What the pods behind this route said when they were asked themselves. */
export function directOf(contacts: Contacts, ingress: Ingress, route: Route | null): readonly DirectContact[] {
  if (route === null) return []
  return directByService(contacts).get(`${ingress.namespace}/${route.backend.service}`) ?? []
}

const directByService = once(({ direct }: Contacts) =>
  Map.groupBy(direct ?? [], ({ service }) => `${service.namespace}/${service.name}`),
)

interface Around {
  readonly contacts: Contacts
  readonly ingresses: readonly Ingress[]
  readonly direct: readonly DirectContact[]
}

/**
 * Whether this is the very page that the controller has for a host that nobody declared: then it does not know this
 * host or path, and asked no backend. A pod that says the same page itself is its author.
 */
export function isOfController(it: HttpContact, { contacts, ingresses, direct }: Around): boolean {
  if (isBadEnd(it) || it.status === null || it.status < 400 || it.page === undefined) return false
  const { body } = it.page
  if (direct.some((one) => one.page?.body === body)) return false
  return strangersOf(contacts, it).some(
    (one) =>
      one.status === it.status &&
      one.page?.body === body &&
      one.page.head === it.page?.head &&
      !hasTaker(ingresses, one.host),
  )
}

export function strangersOf(contacts: Contacts, { via, scheme }: HttpContact): readonly StrangerAnswer[] {
  return strangersByWay(contacts).get(`${via.controllerPod} ${scheme}`) ?? []
}

const strangersByWay = once(({ strangers }: Contacts) =>
  Map.groupBy(strangers ?? [], (it) => `${it.via.controllerPod} ${it.scheme}`),
)

/** A rule without a host, or a default backend, takes every name: then an application answers the stranger. */
function hasTaker(ingresses: readonly Ingress[], host: string): boolean {
  return takers(ingresses)(host)
}

const takers = once((ingresses: readonly Ingress[]) => {
  const asked = new Map<string, boolean>()
  return (host: string): boolean => put(asked, host, () => ingresses.some((it) => routeFor(it, host, '/') !== null))
})

/** The Ingresses that send requests to this Service. */
export function routesTo(
  ingresses: readonly Ingress[],
  service: { readonly namespace: string; readonly name: string },
): readonly Ingress[] {
  return ingressesByService(ingresses).get(`${service.namespace}/${service.name}`) ?? []
}

const ingressesByService = once((ingresses: readonly Ingress[]) => {
  const found = new Map<string, Ingress[]>()
  for (const it of ingresses) {
    for (const service of new Set(routesOf(it).map(({ backend }) => backend.service)))
      put(found, `${it.namespace}/${service}`, () => []).push(it)
  }
  return found
})
