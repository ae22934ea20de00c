import type { LookupSeries } from '../../model/lookups.ts'
import { textOrder } from '../../model/text-order.ts'

const roles = ['service', 'node-cache', 'endpoint', 'upstream']

/** By node, then what every pod asks first, then what stands behind it. */
export function inOrder(a: LookupSeries, b: LookupSeries): number {
  const key = (it: LookupSeries): string =>
    [it.node, roles.indexOf(it.server.role), it.server.ip, it.zone, it.transport === 'udp' ? 0 : 1, it.method].join(
      '\0',
    )
  return textOrder(key(a), key(b))
}
