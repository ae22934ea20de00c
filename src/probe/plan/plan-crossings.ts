import type { Crossing } from '../../model/crossing.ts'
import type { Model } from '../../model/sources.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { isTarget, isTargetPod } from '../../relations/asked-about.ts'
import { isMachinery } from '../../relations/dns/own-pods.ts'
import { policiesSelecting } from '../../relations/policy/policy-applies-to-pod.ts'
import { addressesOf, addressesOfPort, type PathAddress, traceEnds } from '../../relations/path/trace-ends.ts'
import { calledBy, toldCalls, callableFrom } from '../../relations/service/called-services.ts'
import { aloneBehind } from '../../relations/service/alone-behind.ts'
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
  const around = callableFrom({ services: services.value, namespaces, clusterDns, scope })
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
  const own = callers.flatMap(ofItself({ scope, sources }))
  const told = [...Map.groupBy(calls, (it) => it.pod)].slice(0, mostCallers)
  return [
    ...told.map(([pod, its]) => ({ pod, addresses: its.flatMap((it) => it.addresses) })),
    ...own.slice(0, mostOwn),
  ]
    .flatMap(({ pod, addresses }) => outOf(pod, addresses))
    .filter(({ from, host, port }, at, all) => all.findIndex((it) => isSame(it, { from, host, port })) === at)
}

/** Pods that are tried by their own Service: it takes a bridge that sends packets back where they came from. */
const mostOwn = 2

/**
 * A pod that stands alone behind a Service: by that Service's address, and by its own. Where policies choose the pod,
 * whether it may is for each network to say.
 */
function ofItself({ scope, sources }: Pick<Model, 'scope' | 'sources'>) {
  const { services, endpointSlices, networkPolicies } = sources
  if (!services.known || !endpointSlices.known || !networkPolicies.known) return () => []
  const choosing = policiesSelecting(networkPolicies.value)
  const slicesOf = slicesOfServices(endpointSlices.value)
  const aloneAt = aloneBehind(services.value, endpointSlices.value)
  return (pod: Pod): readonly { readonly pod: Pod; readonly addresses: readonly PathAddress[] }[] => {
    const its = pod.ready ? aloneAt(pod.ip).filter((it) => it.namespace === pod.namespace) : []
    if (its.length === 0 || isMachinery(pod, sources)) return []
    if (choosing(pod, 'Egress').length > 0 || choosing(pod, 'Ingress').length > 0) return []
    return its.flatMap((service) => {
      const isAsked =
        scope.target.kind !== 'object' ||
        isTargetPod(scope, pod) ||
        isTarget(scope, subject('Service', service.namespace, service.name))
      const port = service.ports.find((it) => it.protocol === 'TCP')
      if (!isAsked || port === undefined || service.clusterIP === 'None') return []
      return [{ pod, addresses: addressesOfPort(service, slicesOf(service), port) }]
    })
  }
}

function isSame(
  a: Pick<CrossingSpec, 'from' | 'host' | 'port'>,
  b: Pick<CrossingSpec, 'from' | 'host' | 'port'>,
): boolean {
  return a.from.namespace === b.from.namespace && a.from.pod === b.from.pod && a.host === b.host && a.port === b.port
}
