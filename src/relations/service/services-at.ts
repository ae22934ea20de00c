import type { EndpointSlice } from '../../model/service.ts'
import { put } from '../once.ts'

/** Services, as `namespace/name`, by the address and port of their endpoints, as a log of a proxy writes them. */
export function servicesAt(slices: readonly EndpointSlice[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { namespace, service, ports, endpoints } of slices) {
    if (service === null) continue
    const name = `${namespace}/${service}`
    for (const { ip } of endpoints)
      for (const { port } of ports)
        put(found, `${ip.includes(':') ? `[${ip}]` : ip}:${port}`, () => new Set<string>()).add(name)
  }
  return found
}
