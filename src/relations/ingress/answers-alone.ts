import type { Beside, ControllerSettings } from '../../model/beside.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { controllersOf } from './controllers-of.ts'
import { snippetRefusal } from './snippets.ts'

/**
 * Annotations by which a controller answers each request with a redirect: ingress-nginx (annotations/redirect), HAProxy
 * Ingress (docs, Configuration keys, Redirect), HAProxy Technologies (documentation/annotations.md). The API wants a
 * backend all the same, and any name will do.
 */
const redirects: readonly (readonly [annotation: RegExp, controller: RegExp])[] = [
  [/^nginx\.ingress\.kubernetes\.io\/(?:permanent|temporal)-redirect$/, /ingress-nginx/],
  [/^(?:haproxy-ingress\.github\.io|ingress\.kubernetes\.io)\/redirect-to$/, /haproxy/],
  [/^haproxy\.org\/request-redirect$/, /haproxy/],
]

export interface Around {
  readonly controllers: Known<readonly IngressController[]>
  readonly classes: Known<readonly IngressClass[]>
  readonly settings: readonly ControllerSettings[]
}

/** As checks know it; of a cluster, whose settings are not read, snippets are judged by the controllers alone. */
export function aroundAlone(seen: {
  readonly ingressControllers: Known<readonly IngressController[]>
  readonly ingressClasses: Known<readonly IngressClass[]>
  readonly beside: Known<Beside>
}): Around {
  return {
    controllers: seen.ingressControllers,
    classes: seen.ingressClasses,
    settings: seen.beside.known ? seen.beside.value.controllerSettings : [],
  }
}

/**
 * Whether its controller answers each request for an Ingress by itself, so that nobody is sent to its backends: by a
 * redirect, or by a `return` in a snippet. No where another controller is seen to serve it, or snippets are refused.
 */
export function answersAlone(ingress: Ingress, { controllers, classes, settings }: Around): boolean {
  const own = controllers.known ? controllersOf(ingress, controllers.value, classes.known ? classes.value : []) : []
  const isRun = (name: RegExp): boolean => own.every((it) => name.test(`${it.controller} ${it.product ?? ''}`))
  const by = ingress.redirect?.by
  if (by !== undefined && by !== 'app-root') return isRun(/ingress-nginx/)
  if (redirects.some(([annotation, name]) => ingress.annotated?.some((it) => annotation.test(it)) && isRun(name)))
    return true
  return (
    ingress.snippets?.some((it) => it.does === 'return') === true &&
    own.some((it) => it.product === 'ingress-nginx') &&
    own.every((it) => [null, 'unsure'].includes(refusalKind(it, settings)))
  )
}

function refusalKind(controller: IngressController, settings: readonly ControllerSettings[]): string | null {
  const refusal = snippetRefusal(controller, settings)
  return refusal === null || refusal === 'unsure' ? refusal : 'refused'
}
