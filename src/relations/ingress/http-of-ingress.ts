import type { Contacts, DirectContact, HttpContact, StrangerAnswer } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { isBadEnd } from './http-answers.ts'
import { type Route, routeFor, routesOf } from './ingress-routes-to-service.ts'

/** Where the request went: the `Host` header may carry a port, which no rule has. */
export function routeOfContact(ingress: Ingress, { host, path }: HttpContact): Route | null {
  return routeFor(ingress, host.replace(/:\d+$/, ''), path)
}

/** What the pods behind this route said when they were asked themselves. */
export function directOf(contacts: Contacts, ingress: Ingress, route: Route | null): readonly DirectContact[] {
  if (route === null) return []
  return (contacts.direct ?? []).filter(
    ({ service }) => service.namespace === ingress.namespace && service.name === route.backend.service,
  )
}

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
  return (contacts.strangers ?? []).filter((it) => it.via.controllerPod === via.controllerPod && it.scheme === scheme)
}

/** A rule without a host, or a default backend, takes every name: then an application answers the stranger. */
function hasTaker(ingresses: readonly Ingress[], host: string): boolean {
  return ingresses.some((it) => routeFor(it, host, '/') !== null)
}

/** The Ingresses that send requests to this Service. */
export function routesTo(
  ingresses: readonly Ingress[],
  service: { readonly namespace: string; readonly name: string },
): readonly Ingress[] {
  return ingresses.filter(
    (it) => it.namespace === service.namespace && routesOf(it).some(({ backend }) => backend.service === service.name),
  )
}
