import type { EndpointSlice } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { count } from '../../phrases.ts'
import type { ApiSpec } from '../pod/spec.ts'

/** Of several API servers one may be down: from each node three are asked. */
const mostEndpoints = 3

type Place = ApiSpec['endpoints'][number]

/** Where the API servers say that they are; none where that may not be read. */
export function planApi({ sources: { apiSlices } }: Model): readonly Place[] {
  return apiSlices.known ? apiSlices.value.flatMap(placesOf).slice(0, mostEndpoints) : []
}

function placesOf({ addressType, endpoints, ports }: EndpointSlice): readonly Place[] {
  const port = ports.find((it) => it.protocol === 'TCP')?.port ?? null
  if (addressType === 'FQDN' || port === null) return []
  return endpoints.filter((it) => it.ready && !it.terminating).map(({ ip }) => ({ ip, port }))
}

export function announceApi(endpoints: readonly Place[]): string {
  return (
    "opens a TCP connection to the API server from each node, by its Service's address" +
    `${endpoints.length === 0 ? '' : ` and at ${count(endpoints.length, 'endpoint')} of it`}, ` +
    'once, twice more where that fails or is hung up on at once, and sends nothing'
  )
}
