import type { Crossing } from '../../model/crossing.ts'
import type { Model } from '../../model/sources.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { isTarget, isTargetPod } from '../../relations/asked-about.ts'
import { addressesOf, addressesOfPort, type PathAddress, traceEnds } from '../../relations/path/trace-ends.ts'
import { calledBy, toldCalls } from '../../relations/service/called-services.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { asDnsName, asIpAddress, type DnsName, type IpAddress } from '../../wire/dns-name.ts'

/** One connect out of a pod. */
export interface CrossingSpec {
  readonly from: Crossing['from']
  readonly to: Crossing['to']
  readonly host: IpAddress | DnsName
  readonly port: number
}

/** Each is a process in the user's container, side by side. */
const most = 12

/** Pods that nobody traces from, whose own calls are tried. */
const mostCallers = 4

/** Out of a container that runs, ready or not: a pod that is not ready may be so because it can't reach the target. */
export function planCrossings(model: Model): readonly CrossingSpec[] {
  const ends = traceEnds(model)
  if (ends === null) return planCalls(model)
  return ends.from === null ? [] : outOf(ends.from, addressesOf(ends))
}

function outOf(pod: Pod, addresses: readonly PathAddress[]): readonly CrossingSpec[] {
  if (pod.phase !== 'Running') return []
  const { namespace, name, containers } = pod
  const container = containers.find((it) => it.ready) ?? containers[0]
  if (container === undefined) return []
  return addresses.slice(0, most).flatMap(({ to, host: text, port }) => {
    const host = asIpAddress(text) ?? asDnsName(text)
    return host === null ? [] : [{ from: { namespace, pod: name, container: container.name }, to, host, port }]
  })
}

/**
 * What a pod cannot reach and everybody else can is seen out of that pod alone. Of what specs tell programs to call:
 * the calls of the pods that somebody asks about, or the calls of the Service that they ask about.
 */
function planCalls({ scope, sources }: Model): readonly CrossingSpec[] {
  const { pods, services, endpointSlices, clusterDns, namespaces } = sources
  const { target } = scope
  if (target.kind === 'dns' || !pods.known || !services.known || !endpointSlices.known) return []
  const around = {
    services: services.value,
    namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
    domain: clusterDns.known ? clusterDns.value.domain : null,
    scope,
  }
  const slicesOf = slicesOfServices(endpointSlices.value)
  const callers = pods.value.filter((it) => it.phase === 'Running' && !it.deleting && !it.hostNetwork)
  const calls = toldCalls(callers).flatMap(({ pod, call }) => {
    const called = calledBy(pod, call, around)
    if (called.is !== 'there') return []
    const { service } = called
    const isAsked =
      target.kind === 'everything' ||
      isTargetPod(scope, pod) ||
      isTarget(scope, subject('Service', service.namespace, service.name)) ||
      target.object.kind === 'Namespace'
    const port = service.ports.find((it) => it.protocol === 'TCP' && it.port === call.port)
    return !isAsked || port === undefined ? [] : [{ pod, addresses: addressesOfPort(service, slicesOf(service), port) }]
  })
  return [...Map.groupBy(calls, (it) => it.pod)].slice(0, mostCallers).flatMap(([pod, its]) =>
    outOf(
      pod,
      its.flatMap((it) => it.addresses),
    ),
  )
}
