import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Service, ServicePort, TlsAnnotation } from '../../model/service.ts'

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

/** GKE's own controller takes it: Ingresses without a class as well, and it writes what it made into them. */
export function isOfGce({ className, statusBy, health, vendors }: Ingress, classes: readonly IngressClass[]): boolean {
  if (className === 'gce' || className === 'gce-internal') return !classes.some((it) => it.name === className)
  if (className !== null || classes.some((it) => it.isDefault)) return false
  return health !== undefined || statusBy?.includes('glbc') === true || vendors?.includes('gce') === true
}

/** It speaks plain HTTP to each port of which neither the Service's annotation nor `appProtocol` says otherwise. */
export function gceSpeaksTls({ gceTls = [] }: Service, { name, appProtocol }: ServicePort): boolean {
  return gceTls.includes('*') || gceTls.includes(name ?? '') || /^(?:https|http2|tls|grpcs?)$/i.test(appProtocol ?? '')
}
