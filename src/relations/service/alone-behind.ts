import type { EndpointSlice, Service } from '../../model/service.ts'
import { put } from '../once.ts'
import { slicesOfServices } from './service-endpoints.ts'

/** By an address, the Services of which it is the only ready endpoint. Linear in Services and slices. */
export function aloneBehind(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): (ip: string | null) => readonly Service[] {
  const slicesOf = slicesOfServices(slices)
  const found = new Map<string, Service[]>()
  for (const service of services) {
    const ready = slicesOf(service).flatMap((it) => it.endpoints.filter((one) => one.ready).map(({ ip }) => ip))
    const [only, ...others] = new Set(ready)
    if (only !== undefined && others.length === 0) put(found, only, () => []).push(service)
  }
  return (ip) => (ip === null ? [] : (found.get(ip) ?? []))
}
