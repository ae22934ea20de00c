import type { Known } from '../../model/known.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'

function isApi(it: { readonly namespace: string }, name: string | null): boolean {
  return it.namespace === 'default' && name === 'kubernetes'
}

/** Where the API server listens: the endpoints of default/kubernetes; empty where they were not read. */
export function apiServers(slices: Known<readonly EndpointSlice[]>) {
  const its = slices.known ? slices.value.filter((it) => isApi(it, it.service)) : []
  return its.flatMap(({ endpoints, ports }) =>
    ports.flatMap(({ port }) => (port === null ? [] : endpoints.map(({ ip }) => ({ ip, port })))),
  )
}

/** The address of default/kubernetes, which each pod is told; null where it was not read. */
export function apiService(services: Known<readonly Service[]>): string | null {
  return services.known ? (services.value.find((it) => isApi(it, it.name))?.clusterIP ?? null) : null
}
