import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Known } from '../../model/known.ts'

/**
 * An address outside of the Services' own range that a Service claims, `externalIPs` or its load balancer's: kube-proxy
 * on each node takes whatever goes there, and rejects it where the Service has no endpoint (CVE-2020-8554).
 */
export interface Taken {
  readonly service: Service
  readonly ip: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly by: 'spec.externalIPs' | 'load balancer'
  /** null where the slices were not read. */
  readonly ready: number | null
}

export function takenAddresses(
  services: readonly Service[],
  endpointSlices: Known<readonly EndpointSlice[]>,
): readonly Taken[] {
  return services.flatMap((service) => {
    const claims = [
      ...(service.externalIPs ?? []).map((ip) => ({ ip, by: 'spec.externalIPs' as const })),
      ...(service.loadBalancer?.addresses ?? []).map((ip) => ({ ip, by: 'load balancer' as const })),
    ]
    if (claims.length === 0) return []
    const ready = readyOf(service, endpointSlices)
    return claims.flatMap(({ ip, by }) =>
      service.ports.map(({ port, protocol }) => ({ service, ip: ip.toLowerCase(), by, port, protocol, ready })),
    )
  })
}

function readyOf({ namespace, name }: Service, slices: Known<readonly EndpointSlice[]>): number | null {
  if (!slices.known) return null
  const own = slices.value.filter((it) => it.namespace === namespace && it.service === name)
  return new Set(own.flatMap((it) => it.endpoints.filter((one) => one.ready).map((one) => one.ip))).size
}
