import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { isBadEnd, isRedirect } from '../ingress/http-answers.ts'
import { portWantsTls, probeScheme } from './port-wants-tls.ts'

/** By what it is known that a port of a Service speaks plain HTTP; the first two are no words. */
export type PlainSign = 'answered' | 'probe' | 'name'

const plainNames = /^(?:http|web|h2c)(?:-|$)/i
const usualTls: ReadonlySet<number | string> = new Set([443, 4443, 6443, 8443, 9443, 'https', 'tls'])

/**
 * Whether a port speaks plain HTTP: its pods answered so, the kubelet asks them so, or its names say so and no number
 * says the contrary. null where nothing does. What redirects, and what has a second port for TLS to the same place, may
 * tell the two apart on one port (argo-cd, cmd/argocd-server: cmux).
 */
export function portIsPlain(
  service: Service,
  port: ServicePort,
  { pods, contacts }: { readonly pods: readonly Pod[]; readonly contacts: Known<Contacts> },
): PlainSign | null {
  const sharing = service.ports.filter((it) => it !== port && it.targetPort === port.targetPort)
  if (portWantsTls(port, pods) !== null || sharing.some((it) => portWantsTls(it, []) !== null)) return null
  const answers = answersOf(service, port, contacts)
  if (answers.some((it) => it === 'TLS')) return null
  if (answers.some((it) => it === 'plain')) return 'answered'
  const schemes = new Set(pods.flatMap((it) => probeScheme(it, port) ?? []))
  if (schemes.size > 0) return schemes.has('https') ? null : 'probe'
  const names = [port.name, typeof port.targetPort === 'string' ? port.targetPort : null].filter((it) => it !== null)
  if (usualTls.has(port.targetPort) || port.port === 443) return null
  return names.some((it) => plainNames.test(it)) ? 'name' : null
}

function answersOf(
  { namespace, name }: Service,
  { port }: ServicePort,
  contacts: Known<Contacts>,
): readonly ('TLS' | 'plain' | 'neither')[] {
  const all = contacts.known ? (contacts.value.direct ?? []) : []
  return all
    .filter((it) => it.service.namespace === namespace && it.service.name === name && it.service.port === port)
    .map((it) => {
      if (isBadEnd(it) || isRedirect(it) || it.status === 400) return 'neither'
      return it.scheme === 'https' ? 'TLS' : 'plain'
    })
}
