import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Corefile, CorefilePlugin } from '../../wire/corefile.ts'
import { countEndpoints, slicesOfServices } from '../service/service-endpoints.ts'
import { cacheAddresses } from './node-cache.ts'
import { type Forwarding, forwardings } from './upstream-servers.ts'

/** A server of a `forward` line that is the address of a Service, and what is wrong with it there. */
export interface UpstreamService {
  readonly forwarding: Forwarding
  readonly ip: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  /** `no-service`: in the range of Services, and none has it. */
  readonly is: 'there' | 'no-port' | 'no-endpoint' | 'no-service' | 'unread'
  readonly service: Service | null
}

interface Around {
  readonly services: readonly Service[]
  readonly slices: Known<readonly EndpointSlice[]>
  readonly dns: ClusterDns
  /** Every namespace was read. */
  readonly isWhole: boolean
}

/** One for each server in each line that passes names on, where it is an address of a Service or of their range. */
export function upstreamServices(corefile: Corefile, around: Around): readonly UpstreamService[] {
  const { services, slices, dns, isWhole } = around
  const own = dns.service
  const far = dns.forwardedTo?.known === true ? dns.forwardedTo.value : null
  const all = [...services, ...(far?.services ?? []), ...(own === null ? [] : [own])]
  const byAddress = new Map(all.flatMap((it) => (it.clusterIP === null ? [] : [[it.clusterIP.toLowerCase(), it]])))
  const read = [...(slices.known ? slices.value : []), ...(far?.slices ?? []), ...dns.slices]
  const slicesOf = slicesOfServices(read)
  return forwardings(corefile).flatMap((forwarding) =>
    forwarding.to.flatMap((it): readonly UpstreamService[] => {
      if (it.kind !== 'address') return []
      const ip = it.ip.toLowerCase()
      const protocol = protocolOf(it.transport, forwarding.plugin)
      const about = { forwarding, ip, port: it.port, protocol }
      const service = byAddress.get(ip)
      if (service === undefined) {
        if (!isLikeService(ip, own)) return []
        // The second address of a Service of two families is not read.
        return [{ ...about, service: null, is: isWhole || far !== null ? 'no-service' : 'unread' }]
      }
      if (!service.ports.some((one) => one.port === it.port && one.protocol === protocol))
        return [{ ...about, service, is: 'no-port' }]
      const { ready, leaving } = countEndpoints(slicesOf(service))
      const isRead = slices.known || service === own || far?.services.includes(service) === true
      const isEmpty = isRead && ready.length + leaving.length === 0
      return [{ ...about, service, is: isEmpty ? 'no-endpoint' : 'there' }]
    }),
  )
}

/**
 * Plain DNS goes on as it came, mostly over UDP, and with `force_tcp` over TCP alone (coredns
 * plugin/forward/README.md).
 */
function protocolOf(transport: string, plugin: CorefilePlugin): 'TCP' | 'UDP' {
  if (transport === 'quic') return 'UDP'
  if (transport !== 'dns') return 'TCP'
  return plugin.name === 'grpc' || (plugin.block ?? []).some((it) => it.name === 'force_tcp') ? 'TCP' : 'UDP'
}

/** The range of Services stands in no object that is read: half of an address in common is taken for it (IPv4). */
export function isLikeService(ip: string, dns: Service | null): boolean {
  const half = /^(\d+\.\d+\.)\d+\.\d+$/.exec(dns?.clusterIP ?? '')?.[1]
  return half !== undefined && ip.startsWith(half)
}

/** A server that may answer names of the cluster: its own DNS, a cache, or whatever has an address like a Service's. */
export function upstreamsInCluster(to: string, dns: ClusterDns): boolean {
  const ip = to.replace(/^dns:\/\//, '').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
  if (ip.startsWith('/')) return false
  if (ip.includes('__PILLAR__')) return ip.includes('CLUSTER')
  const own = [dns.service?.clusterIP, ...dns.pods.map((it) => it.ip), ...cacheAddresses(dns)]
  return own.includes(ip) || isLikeService(ip, dns.service) || /^127\.|^::1$/.test(ip) || !/^[\d.:a-f[\]]+$/i.test(ip)
}
