import type { HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Scope } from '../../model/sources.ts'
import { answersAlone, type Around } from './answers-alone.ts'
import { routeOfContact } from './http-of-ingress.ts'
import { routesOf } from './ingress-routes-to-service.ts'

/**
 * Services of an Ingress for which the probe asked nothing, as far as they are anybody's business: of a URL that
 * somebody asked about the URL is the whole of the question, of a Service that Service; and to the backends of an
 * Ingress that redirects nobody is sent.
 */
export function untriedBackends(
  ingress: Ingress,
  heard: readonly HttpContact[],
  { scope, around }: { readonly scope: Scope; readonly around: Around },
): readonly string[] {
  const { target } = scope
  if (answersAlone(ingress, around)) return []
  const isUrl = target.kind === 'object' && target.url !== null
  if (isUrl && heard.some((it) => it.basis === 'url')) return []
  const tried = new Set(heard.map((it) => routeOfContact(ingress, it)?.backend.service))
  return [...new Set(routesOf(ingress).map((it) => it.backend.service))].filter(
    (it) =>
      !tried.has(it) &&
      (target.kind !== 'object' ||
        target.object.kind !== 'Service' ||
        (target.object.name === it && target.object.namespace === ingress.namespace)),
  )
}
