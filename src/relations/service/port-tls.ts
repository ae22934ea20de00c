import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { portIsPlain } from './port-is-plain.ts'
import { askedSchemeOf, portWantsTls } from './port-wants-tls.ts'
import { targetPortIn } from './service-endpoints.ts'
import { isLive } from './service-selects-pod.ts'
import { ledTo } from './told-listens.ts'

/**
 * What a port speaks, and by what that is known: the kubelet's probe, an answer that hopscope got, the server's own
 * flags, a name, a number.
 */
export interface Spoken {
  readonly is: 'TLS' | 'plain'
  readonly by: 'probe' | 'answer' | 'server' | 'name' | 'number'
}

/** IANA, Service Name and Transport Protocol Port Number Registry: amqp, amqps, ldap, ldaps, mqtt, secure-mqtt. */
const plainNumbers: ReadonlySet<number> = new Set([389, 1883, 5672])
const tlsNumbers: ReadonlySet<number> = new Set([636, 5671, 8883])
const tlsNames = /(?:^|-)(?:tls|ssl|amqps|ldaps|mqtts|rediss|secure)(?:-|$)/i

/** Of HTTP: how the kubelet asks, else by what was answered, and by names and numbers of TLS. */
export function httpSpoken(
  service: Service,
  port: ServicePort,
  { pods, contacts }: { readonly pods: readonly Pod[]; readonly contacts: Known<Contacts> },
): Spoken | null {
  const live = pods.filter(isLive)
  const asked = askedSchemeOf(port, live)
  if (asked !== null) return { is: asked === 'https' ? 'TLS' : 'plain', by: 'probe' }
  if (live.length === 0) return null
  const wants = portWantsTls(port, live)
  if (wants !== null && wants !== 'probe') return { is: 'TLS', by: wants === 'number' ? 'number' : 'name' }
  const plain = portIsPlain(service, port, { pods: live, contacts })
  if (plain === 'answered') return { is: 'plain', by: 'answer' }
  // A port by the name of `http` has TLS as well (charts of OpenSearch and Elasticsearch): that alone accuses nobody.
  return null
}

/** Of everything else: by the server's own flags, else by a name or a number that is of one of the two alone. */
export function otherSpoken(port: ServicePort, pods: readonly Pod[]): Spoken | null {
  const live = pods.filter(isLive)
  const led = live.flatMap((it) => ledTo(it, port) ?? [])
  const servers = new Set(led.map(({ container }) => container.secures))
  const [server] = servers
  if (led.length > 0 && led.length === live.length && servers.size === 1 && server !== undefined)
    return { is: server === 'on' ? 'TLS' : 'plain', by: 'server' }
  const names = [port.name, typeof port.targetPort === 'string' ? port.targetPort : null].filter((it) => it !== null)
  const targets = new Set([port.port, ...live.map((it) => targetPortIn(it, port))])
  const isAll = (its: ReadonlySet<number>): boolean => [...targets].every((it) => it !== null && its.has(it))
  if (isAll(tlsNumbers)) return { is: 'TLS', by: 'number' }
  if (names.some((it) => tlsNames.test(it))) return isAll(plainNumbers) ? null : { is: 'TLS', by: 'name' }
  return isAll(plainNumbers) ? { is: 'plain', by: 'number' } : null
}
