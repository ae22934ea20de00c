import type { ContainerPort, Pod, Protocol } from '../../model/pod.ts'
import {
  type Endpoint,
  type EndpointSlice,
  leavingOut,
  type LeftOut,
  type Service,
  type ServicePort,
} from '../../model/service.ts'

/** The slices of each Service, by the label that ties them: `kubernetes.io/service-name`. */
export function slicesOfServices(
  slices: readonly EndpointSlice[],
): (service: { readonly namespace: string; readonly name: string }) => readonly EndpointSlice[] {
  const groups = Map.groupBy(slices, (it) => `${it.namespace}/${it.service ?? ''}`)
  return ({ namespace, name }) => groups.get(`${namespace}/${name}`) ?? []
}

export interface EndpointCount {
  readonly ready: readonly Endpoint[]
  /** Leaving, yet still answering: kube-proxy falls back to them when none is ready. */
  readonly leaving: readonly Endpoint[]
  readonly notReady: readonly Endpoint[]
}

/** A pod that has both families stands in two slices, and is counted once. */
export function countEndpoints(slices: readonly EndpointSlice[]): EndpointCount {
  const seen = new Map<string, Endpoint>()
  for (const { endpoints } of slices)
    for (const it of endpoints) {
      const at = it.pod ?? it.ip
      const before = seen.get(at)
      if (before === undefined || (!before.ready && it.ready)) seen.set(at, it)
    }
  const counted = { ready: [] as Endpoint[], leaving: [] as Endpoint[], notReady: [] as Endpoint[] }
  for (const it of seen.values()) counted[stateOf(it)].push(it)
  return counted
}

function stateOf({ ready, serving, terminating }: Endpoint): keyof EndpointCount {
  if (ready) return 'ready'
  return serving && terminating ? 'leaving' : 'notReady'
}

export function declaredPorts(pod: Pod, protocol: Protocol): readonly ContainerPort[] {
  return pod.containers.flatMap((it) => it.ports).filter((it) => it.protocol === protocol)
}

/** The number that a Service's port leads to in this pod; null when the pod declares no port of that name. */
export function targetPortIn(pod: Pod, port: ServicePort): number | null {
  if (typeof port.targetPort === 'number') return port.targetPort
  return declaredPorts(pod, port.protocol).find((it) => it.name === port.targetPort)?.port ?? null
}

/** `80 (http)`, as a reader names a Service's port. */
export function portText(port: ServicePort): string {
  return port.name === null ? `${port.port}` : `${port.port} (${port.name})`
}

export function portsText(service: Service): string {
  return service.ports.length === 0 ? 'no port' : service.ports.map(portText).join(', ')
}

/** The Service's own address; null for a headless one, and one without. */
export function ownAddress({ clusterIP }: Pick<Service, 'clusterIP'>): string | null {
  return clusterIP === 'None' ? null : clusterIP
}

/** The label by which kube-proxy leaves it alone; null where it bears none. */
export function leftOutBy({ labels = {} }: Pick<Service, 'labels'>): LeftOut | null {
  return leavingOut.find((it) => Object.hasOwn(labels, leavingLabel(it))) ?? null
}

export function leavingLabel(by: LeftOut): string {
  return `service.kubernetes.io/${by}`
}

/** Not ready ones too: whether they answer is what a reader asks next. */
export function alive(endpoint: Endpoint): boolean {
  return !endpoint.terminating
}

/** A slice's port carries the name of the Service's port that it is for (discovery/v1 EndpointPort). */
export function targetOf(slice: EndpointSlice, port: ServicePort): number | null {
  return slice.ports.find((it) => it.protocol === 'TCP' && (it.name ?? '') === (port.name ?? ''))?.port ?? null
}
