import type { Known } from '../../model/known.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { once } from '../once.ts'

const addressesOf = once(
  (slices: readonly EndpointSlice[]) => new Set(slices.flatMap((it) => it.endpoints.map(({ ip }) => ip))),
)

/**
 * Whether none of these, `10.2.1.9:8080` or `[fd00::9]:8080` as proxies write them, is in any slice, whatever its
 * state; false where slices were not read.
 */
export function allGone(upstreams: readonly string[], slices: Known<readonly EndpointSlice[]>): boolean {
  if (!slices.known || upstreams.length === 0) return false
  const ips = addressesOf(slices.value)
  return !upstreams.some((it) => ips.has(it.slice(0, it.lastIndexOf(':')).replace(/^\[|\]$/g, '')))
}
