import type { CrossingTo, TraceAsk } from '../../model/crossing.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import type { Model, Scope } from '../../model/sources.ts'
import { alive, declaredPorts, ownAddress, targetOf } from '../service/service-endpoints.ts'

/** One address on the way: the Service's own, or an endpoint's. */
export interface PathAddress {
  readonly to: CrossingTo
  readonly host: string
  readonly port: number
}

/** The two ends of a trace, as far as they are known. */
export interface TraceEnds {
  readonly ask: TraceAsk
  /** null: the pod is not in the model. */
  readonly from: Pod | null
  readonly to:
    | { readonly kind: 'service'; readonly service: Service; readonly slices: readonly EndpointSlice[] }
    | { readonly kind: 'pod'; readonly pod: Pod }
    | { readonly kind: 'host'; readonly host: string }
    | { readonly kind: 'absent' }
}

const mostPorts = 3
const mostEndpoints = 6

/** null: no trace is asked for. */
export function traceEnds({ scope, sources }: Model): TraceEnds | null {
  return endsOf({ scope, ...sources })
}

interface Seen extends Pick<Model['sources'], 'pods' | 'services' | 'endpointSlices'> {
  readonly scope: Scope
}

/** The same for a check, which sees a part of the model. */
export function endsOf({ scope: { trace: ask, target }, pods, services, endpointSlices }: Seen): TraceEnds | null {
  if (ask === undefined) return null
  const all = pods.known ? pods.value : []
  const from = all.find((it) => it.namespace === ask.from.namespace && it.name === ask.from.pod) ?? null
  if (ask.host !== null) return { ask, from, to: { kind: 'host', host: ask.host } }
  if (target.kind !== 'object') return { ask, from, to: { kind: 'absent' } }
  const { kind, namespace, name } = target.object
  const service =
    kind === 'Service' && services.known
      ? services.value.find((it) => it.namespace === namespace && it.name === name)
      : undefined
  const slices = endpointSlices.known
    ? endpointSlices.value.filter(
        (it) => it.namespace === namespace && it.service === name && it.addressType !== 'FQDN',
      )
    : []
  if (service !== undefined) return { ask, from, to: { kind: 'service', service, slices } }
  const pod = kind === 'Pod' ? all.find((it) => it.namespace === namespace && it.name === name) : undefined
  return { ask, from, to: pod === undefined ? { kind: 'absent' } : { kind: 'pod', pod } }
}

/** The TCP ports of a Service that the trace is about. */
export function tracedPorts(service: Service, port: number | null): readonly ServicePort[] {
  return service.ports.filter((it) => it.protocol === 'TCP' && (port === null || it.port === port)).slice(0, mostPorts)
}

/** The ports that the trace is about are of another protocol, each: nothing is sent to those. */
export function isPastTcp({ to, ask }: TraceEnds): boolean {
  if (to.kind !== 'service') return false
  const its = to.service.ports.filter((it) => ask.port === null || it.port === ask.port)
  return its.length > 0 && its.every((it) => it.protocol !== 'TCP')
}

/** What a client of that port connects to, in the order of the path: the Service's address, then each endpoint. */
export function addressesOf(ends: TraceEnds): readonly PathAddress[] {
  const { to, ask } = ends
  if (to.kind === 'absent') return []
  if (to.kind === 'host') return ask.port === null ? [] : [{ to: { kind: 'host' }, host: to.host, port: ask.port }]
  if (to.kind === 'pod') return addressesOfPod(to.pod, ask.port)
  return tracedPorts(to.service, ask.port).flatMap((port) => addressesOfPort(to.service, to.slices, port))
}

function addressesOfPod(pod: Pod, asked: number | null): readonly PathAddress[] {
  const { ip, namespace, name } = pod
  if (ip === null) return []
  const declared = declaredPorts(pod, 'TCP').map((it) => it.port)
  const ports = asked === null ? [...new Set(declared)].slice(0, mostPorts) : [asked]
  return ports.map((port) => ({ to: { kind: 'endpoint', namespace, service: null, pod: name }, host: ip, port }))
}

/** The Service's own address on this port, then its endpoints. */
export function addressesOfPort(
  service: Service,
  slices: readonly EndpointSlice[],
  port: ServicePort,
): readonly PathAddress[] {
  const { namespace, name } = service
  const host = ownAddress(service)
  const own: readonly PathAddress[] =
    host === null ? [] : [{ to: { kind: 'service', namespace, name, port: port.port }, host, port: port.port }]
  const each = slices.flatMap((slice) => {
    const target = targetOf(slice, port)
    return target === null
      ? []
      : slice.endpoints.filter(alive).map((it): PathAddress => ({
          to: { kind: 'endpoint', namespace, service: name, pod: it.pod },
          host: it.ip,
          port: target,
        }))
  })
  return [...own, ...each.slice(0, mostEndpoints)]
}

/** As a sentence names it: `service shop/cart:8080`. */
export function farNameOf({ ask, to }: TraceEnds): string {
  const port = ask.port === null ? '' : `:${ask.port}`
  if (to.kind === 'service') return `service ${to.service.namespace}/${to.service.name}${port}`
  if (to.kind === 'pod') return `pod ${to.pod.namespace}/${to.pod.name}${port}`
  return to.kind === 'host' ? `${to.host}${port}` : 'what is not there'
}

/** Of both ends; a host has none. */
export function namespacesOf({ ask, to }: TraceEnds): readonly string[] {
  if (to.kind === 'service') return [ask.from.namespace, to.service.namespace]
  return to.kind === 'pod' ? [ask.from.namespace, to.pod.namespace] : [ask.from.namespace]
}
