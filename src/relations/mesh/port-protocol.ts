import type { Service, ServicePort } from '../../model/service.ts'

/** Protocols that Istio knows and does not read HTTP in. */
const notHttp = /^(?:tcp|tls|https|mongo|mysql|redis|udp)$/

/** What a port says of itself: `appProtocol`, else its name up to the dash (istio, Protocol Selection). */
function protocolOf({ name, appProtocol }: ServicePort): string | null {
  if (appProtocol !== undefined) return appProtocol.toLowerCase()
  return name === null ? null : (name.toLowerCase().split('-', 1)[0] ?? null)
}

/**
 * Whether sidecars see no HTTP at any port of a Service: `https` is TLS for them, they have not the key. A port that
 * says nothing they know is looked at by its bytes.
 */
export function isOfTcpAlone({ ports, type }: Service): boolean {
  const own = ports.filter((it) => it.protocol === 'TCP')
  return type !== 'ExternalName' && own.length > 0 && own.every((it) => notHttp.test(protocolOf(it) ?? ''))
}
