import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Service, TlsAnnotation } from '../../model/service.ts'

/** Behind which prefix a controller looks, by `spec.controller` of the class. */
const prefixes: readonly (readonly [controller: RegExp, prefix: string])[] = [
  [/^(?:ingress\.k8s\.aws|eks\.amazonaws\.com)\/alb$/, 'alb.ingress.kubernetes.io/'],
  [/^azure\/application-gateway$/, 'appgw.ingress.kubernetes.io/'],
  [/^haproxy-ingress\.github\.io\/controller/, 'haproxy-ingress.github.io/'],
  [/^haproxy\.org\/ingress-controller/, 'haproxy.org/'],
  [/^ingress-controllers\.konghq\.com\/kong$/, 'konghq.com/'],
]

/**
 * The annotation by which the controller of this Ingress speaks TLS to the Service; null: none, or it is one of another
 * controller, left over or for a second one.
 */
export function tlsTold(ingress: Ingress, service: Service, classes: readonly IngressClass[]): TlsAnnotation | null {
  const controller = classes.find((it) => it.name === ingress.className)?.controller ?? ''
  const prefix = prefixes.find(([its]) => its.test(controller))?.[1]
  if (prefix === undefined) return null
  // Kong heeds it at the Service alone.
  const own = prefix === 'konghq.com/' ? [] : (ingress.tlsBy ?? [])
  return [...(service.tlsBy ?? []), ...own].find((it) => it.startsWith(prefix)) ?? null
}
