import type { EndpointSlice, Service } from '../../model/service.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { countEndpoints, slicesOfServices } from '../service/service-endpoints.ts'

/** A headless Service whose answer does not fit into one UDP packet of the size that resolvers take. */
export interface LargeAnswer {
  readonly service: Service
  readonly endpoints: number
  readonly bytes: number
}

/** Without EDNS, as glibc and musl ask unless told otherwise (RFC 1035, 4.2.1). */
const mostBytes = 512

/** Header, and the question with a name of its length. */
function emptyAnswer({ namespace, name }: Service, domain: string): number {
  return 12 + `${name}.${namespace}.svc.${domain}`.length + 2 + 4
}

/** One record with its name compressed: pointer, type, class, TTL, length (RFC 1035, 4.1.4), and the address. */
const record = { 4: 12 + 4, 6: 12 + 16 } as const

/** Those whose names make TCP necessary, the largest first. */
export function largeAnswers(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  domain: string,
): readonly LargeAnswer[] {
  const slicesOf = slicesOfServices(slices)
  return services
    .filter((it) => it.clusterIP === 'None')
    .flatMap((service): readonly LargeAnswer[] => {
      const { ready } = countEndpoints(slicesOf(service))
      const each = ready[0] !== undefined && isIpv6(ready[0].ip) ? record[6] : record[4]
      const bytes = emptyAnswer(service, domain) + ready.length * each
      return bytes > mostBytes ? [{ service, endpoints: ready.length, bytes }] : []
    })
    .toSorted((a, b) => b.bytes - a.bytes)
}
