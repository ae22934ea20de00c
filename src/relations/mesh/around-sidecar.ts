import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { contains } from '../cidr-index.ts'
import { meshOf } from '../service/mesh-sidecar.ts'

/** The annotation that leads a connection past the sidecar, without its `traffic.sidecar.istio.io/`. */
export type AroundBy =
  | 'excludeOutboundPorts'
  | 'excludeOutboundIPRanges'
  | 'includeOutboundIPRanges'
  | 'excludeInboundPorts'
  | 'includeInboundPorts'

/**
 * Why a call to a Service does not meet the caller's own proxy: iptables sees the Service's address and port, before
 * kube-proxy makes them the pod's, and goes by ports first (istio, tools/istio-iptables/pkg/capture, run.go). Null
 * where it does meet it, and where that can't be told: a port that is not said, a headless Service by addresses.
 */
export function callAround(pod: Pod, service: Service, port: number | null): AroundBy | null {
  const traffic = pod.sidecarTraffic
  if (traffic === undefined || meshOf(pod) !== 'Istio') return null
  const own = service.ports.filter((it) => it.protocol === 'TCP').map((it) => it.port)
  const called = port === null ? own : [port]
  if (called.length === 0) return null
  if (called.every((it) => traffic.notToPorts.includes(it))) return 'excludeOutboundPorts'
  const { clusterIP } = service
  if (clusterIP === null || clusterIP === 'None') return null
  const isIn = (ranges: readonly string[]): boolean => ranges.some((it) => it === clusterIP || contains(it, clusterIP))
  if (isIn(traffic.notToRanges)) return 'excludeOutboundIPRanges'
  if (traffic.toRanges === null || isIn(traffic.toRanges)) return null
  return called.some((it) => traffic.toPorts.includes(it)) ? null : 'includeOutboundIPRanges'
}

/** Why what comes in at a port of the pod does not meet its proxy; null where it does. */
export function portAround(pod: Pod, port: number): AroundBy | null {
  const traffic = pod.sidecarTraffic
  if (traffic === undefined || meshOf(pod) !== 'Istio') return null
  if (traffic.fromPorts !== null) return traffic.fromPorts.includes(port) ? null : 'includeInboundPorts'
  return traffic.notFromPorts.includes(port) ? 'excludeInboundPorts' : null
}
