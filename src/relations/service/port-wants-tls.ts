import type { Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import { targetPortIn } from './service-endpoints.ts'

/** By what it is known that a port of a Service speaks TLS. */
export type TlsSign = 'appProtocol' | 'name' | 'probe' | 'number'

const tlsNames = /^(?:https|tls|ssl)(?:-|$)/i
const plainNames = /^(?:http|web|h2c|grpc|tcp)(?:-|$)/i
const tlsPorts: ReadonlySet<number | string> = new Set([443, 6443, 8443, 9443])

/**
 * Whether a port speaks TLS, by its `appProtocol` (IANA's names), by how the kubelet asks the pods, by its name or that
 * of its target, or by both its numbers. null where nothing says so, or something says the contrary.
 */
export function portWantsTls(port: ServicePort, pods: readonly Pod[]): TlsSign | null {
  const { name, targetPort, appProtocol } = port
  if (appProtocol !== undefined) return /^(?:https|tls|kubernetes\.io\/wss)$/i.test(appProtocol) ? 'appProtocol' : null
  const schemes = new Set(pods.flatMap((it) => probeScheme(it, port) ?? []))
  if (schemes.has('http')) return null
  if (schemes.has('https')) return 'probe'
  const names = [name, typeof targetPort === 'string' ? targetPort : null].filter((it) => it !== null)
  if (names.some((it) => plainNames.test(it))) return null
  if (names.some((it) => tlsNames.test(it))) return 'name'
  return port.port === 443 && tlsPorts.has(targetPort) ? 'number' : null
}

/**
 * How the kubelet asks this port of ready pods for HTTP, where it asks all of them alike: they answer it so, and no
 * word of a name says more. null where no readiness probe asks the port by HTTP.
 */
export function askedSchemeOf(port: ServicePort, pods: readonly Pod[]): 'http' | 'https' | null {
  const asked = new Set(pods.filter((it) => it.ready).flatMap((it) => probeScheme(it, port) ?? []))
  const [first = null] = asked
  return asked.size === 1 ? first : null
}

/** `https-get :8443/healthz`, by number or by name; null where the probe asks another port, or in another way. */
export function probeScheme(pod: Pod, port: ServicePort): 'http' | 'https' | null {
  const target = targetPortIn(pod, port)
  for (const { readinessProbe, ports } of pod.containers) {
    const [, scheme, at = ''] = /^(https?)-get :([a-z0-9-]{1,63})/i.exec(readinessProbe ?? '') ?? []
    const asked = /^\d+$/.test(at) ? Number(at) : ports.find((it) => it.name === at)?.port
    if (scheme !== undefined && asked !== undefined && asked === target) return scheme === 'https' ? 'https' : 'http'
  }
  return null
}
