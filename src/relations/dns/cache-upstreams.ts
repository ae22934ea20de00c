import type { CacheForward, ClusterDns } from '../../model/cluster-dns.ts'
import type { Service } from '../../model/service.ts'
import { isWithin } from '../../wire/dns-name.ts'
import { countEndpoints, slicesOfServices } from '../service/service-endpoints.ts'
import { upstreamServiceOf } from './node-cache.ts'

/** The word that a node cache replaces by the address of its upstream Service. */
const clusterWord = '__PILLAR__CLUSTER__DNS__'

/** How a node cache's line for names of the cluster fares. */
export interface CacheUpstream {
  readonly forward: CacheForward
  /** By the flag, or by its address. */
  readonly name: string
  readonly service: Service | null
  readonly is: 'there' | 'no-service' | 'no-port' | 'no-endpoint'
}

/**
 * One for each line that passes names of the cluster on to one Service; null where that was not read. A line with more
 * servers goes on with the others.
 */
export function cacheUpstreams(dns: ClusterDns): readonly CacheUpstream[] | null {
  const { nodeCaches, cacheForwards, cacheBehind, domain } = dns
  const [first] = nodeCaches
  if (first === undefined || cacheForwards === undefined || cacheBehind?.known !== true) return null
  const names = [...new Set(nodeCaches.map(upstreamServiceOf))]
  const [named] = names
  const { services, slices } = cacheBehind.value
  const slicesOf = slicesOfServices(slices)
  return cacheForwards.flatMap((forward): readonly CacheUpstream[] => {
    const [to, ...others] = forward.to
    if (to === undefined || others.length > 0 || !forward.zones.some((it) => isWithin(domain, it))) return []
    const isNamed = to === clusterWord
    if (isNamed && (names.length > 1 || named === undefined || named === '')) return []
    const service = services.find((it) => (isNamed ? it.name === named : it.clusterIP === to)) ?? null
    if (service === null) return isNamed ? [{ forward, name: named ?? '', service, is: 'no-service' }] : []
    const about = { forward, name: service.name, service }
    const protocol = forward.isTcp ? 'TCP' : 'UDP'
    if (!service.ports.some((it) => it.port === 53 && it.protocol === protocol)) return [{ ...about, is: 'no-port' }]
    const { ready, leaving } = countEndpoints(slicesOf(service))
    return [{ ...about, is: ready.length + leaving.length === 0 ? 'no-endpoint' : 'there' }]
  })
}
