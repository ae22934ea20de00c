import type { Pod } from '../../model/pod.ts'
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { isServing, selectorOf } from './service-selects-pod.ts'
import { portText, targetPortIn } from './service-endpoints.ts'

/** What the endpoint slice controller would have put right within seconds. */
export type Behind =
  /** Ready, and in no slice of the Service. */
  | { readonly kind: 'left-out'; readonly pods: readonly string[] }
  /** Ready, and not so by the slices. */
  | { readonly kind: 'kept-back'; readonly pods: readonly string[] }
  /** Not ready, and so by the slices. */
  | { readonly kind: 'kept-in'; readonly pods: readonly string[] }
  /** By the slices at an address that it does not have. */
  | { readonly kind: 'moved'; readonly pods: readonly string[]; readonly ips: readonly string[] }
  /** The slices lead a port elsewhere than the Service says. */
  | { readonly kind: 'port'; readonly port: string; readonly to: number; readonly meant: readonly number[] }

/**
 * Slices of a Service with a selector, against its pods. A pod counts once its condition has stood for a minute: what
 * changed just now may be in one list and not in the other.
 */
export function slicesBehind(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
): readonly Behind[] {
  const own = slices.filter((it) => it.addressType !== 'FQDN')
  if (selectorOf(service) === null || own.length === 0) return []
  const settled = pods.filter((it) => it.standing === 'settled' && !it.deleting && it.ip !== null)
  const of = endpointsOf(own)
  const ready = settled.filter(isServing)
  const families = new Set(own.map((it) => it.addressType))
  const missing = ready.filter(
    (it) => of(it).length === 0 && [...addresses(it)].some((ip) => families.has(familyOf(ip))),
  )
  const back = ready.filter((it) => of(it).length > 0 && of(it).every((one) => !one.ready && !one.terminating))
  const kept = settled.filter(
    (it) => !it.ready && !service.publishNotReadyAddresses && of(it).some((one) => one.ready && one.pod === it.name),
  )
  const moved = ready.flatMap((it) =>
    of(it)
      .filter((one) => one.ready && !addresses(it).has(one.ip) && hasFamily(it, familyOf(one.ip)))
      .map(({ ip }) => ({ pod: it.name, ip })),
  )
  return [
    ...named('left-out', missing),
    ...named('kept-back', back),
    ...named('kept-in', kept),
    ...(moved.length === 0
      ? []
      : [{ kind: 'moved' as const, pods: [...new Set(moved.map((it) => it.pod))], ips: moved.map((it) => it.ip) }]),
    ...service.ports.flatMap((it) => portOf(it, ready, own)),
  ]
}

/** By name and by address once: a tenant may write a hundred thousand endpoints for thousands of pods. */
function endpointsOf(slices: readonly EndpointSlice[]): (pod: Pod) => readonly Endpoint[] {
  const all = slices.flatMap((it) => it.endpoints)
  const byName = Map.groupBy(all, (it) => it.pod)
  const nameless = Map.groupBy(byName.get(null) ?? [], (it) => it.ip)
  return (pod) => [
    ...(byName.get(pod.name) ?? []),
    ...(nameless.size === 0 ? [] : [...addresses(pod)].flatMap((ip) => nameless.get(ip) ?? [])),
  ]
}

function named(kind: 'left-out' | 'kept-back' | 'kept-in', pods: readonly Pod[]): readonly Behind[] {
  return pods.length === 0 ? [] : [{ kind, pods: pods.map((it) => it.name) }]
}

function addresses({ ip, ips = [] }: Pod): ReadonlySet<string> {
  return new Set([ip ?? '', ...ips])
}

/** Recordings of before hold one address of a pod that has two. */
function hasFamily(pod: Pod, family: EndpointSlice['addressType']): boolean {
  return [...addresses(pod)].some((it) => it !== '' && familyOf(it) === family)
}

/** Pods that name their port by different numbers stand in slices of their own. */
function portOf(port: ServicePort, pods: readonly Pod[], slices: readonly EndpointSlice[]): readonly Behind[] {
  const meant = new Set(pods.flatMap((it) => targetPortIn(it, port) ?? []))
  if (meant.size === 0) return []
  const led = slices
    .filter((it) => it.endpoints.some(({ ready }) => ready))
    .flatMap((it) => it.ports)
    .filter((it) => (it.name ?? '') === (port.name ?? '') && it.protocol === port.protocol)
    .flatMap((it) => it.port ?? [])
  const wrong = led.find((it) => !meant.has(it))
  return wrong === undefined ? [] : [{ kind: 'port', port: portText(port), to: wrong, meant: [...meant] }]
}

/** As a clause of a sentence. */
export function behindText(it: Behind, names: (pods: readonly string[]) => string): string {
  switch (it.kind) {
    case 'left-out':
      return `ready ${names(it.pods)} ${it.pods.length === 1 ? 'is' : 'are'} in none of them`
    case 'kept-back':
      return `${names(it.pods)} ${it.pods.length === 1 ? 'is' : 'are'} ready, and not by them`
    case 'kept-in':
      return `${names(it.pods)} ${it.pods.length === 1 ? 'is' : 'are'} not ready, and ready by them`
    case 'moved':
      return `they have ${names(it.pods)} at another address than the pod's own`
    case 'port':
      return `they lead port ${it.port} to ${it.to}, and the Service to ${it.meant.join(', ')}`
  }
}
