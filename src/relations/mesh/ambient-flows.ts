import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { policiesSelecting } from '../policy/policy-applies-to-pod.ts'
import { type Decision, podEnd, type PolicyRules, probeEnd } from '../policy/policy-allows.ts'
import type { Flow, PodLike } from '../policy/policy-flow.ts'
import { labelOf, type Labels } from '../selector.ts'
import { meshOf } from '../service/mesh-sidecar.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { isAmbient } from './mtls.ts'

/**
 * Where ztunnel takes what comes from the mesh, in the pod's own network (istio, "Ambient and Kubernetes
 * NetworkPolicy").
 */
export const hbonePort = 15008

/** ztunnel carries its traffic, and no proxy of its own. */
export function goesByZtunnel(pod: Pod): boolean {
  return isLive(pod) && isAmbient(pod) && meshOf(pod) === null && !pod.hostNetwork
}

/** A namespace whose pods ztunnel carries, unless they say otherwise (istio, label istio.io/dataplane-mode). */
export function isAmbientNamespace({ labels }: Namespace): boolean {
  return labelOf(labels, 'istio.io/dataplane-mode') === 'ambient'
}

/** A waypoint calls in the callers' stead (istio, label istio.io/use-waypoint). */
export function usesWaypoint(labels: Labels): boolean {
  return (labelOf(labels, 'istio.io/use-waypoint') ?? 'none') !== 'none'
}

/** Somebody of the mesh who calls: a pod, or any pod of a namespace whose pods were not listed. */
export interface MeshCaller {
  readonly end: PodLike
  readonly pod: Pod | null
}

/**
 * One of each class of pods that policies treat alike, and one for each namespace in ambient mode without pods here.
 */
export function meshCallers(
  pods: readonly Pod[],
  namespaces: readonly Namespace[],
  { decide, only }: { readonly decide: PolicyRules; readonly only: string | null },
): readonly MeshCaller[] {
  const listed = [...Map.groupBy(pods.filter(goesByZtunnel), (it) => decide.classOf(podEnd(it))).values()].flatMap(
    ([pod]) => (pod === undefined ? [] : [{ end: podEnd(pod), pod }]),
  )
  const others = only === null ? [] : namespaces.filter((it) => it.name !== only && isAmbientNamespace(it))
  return [...listed, ...others.map((it) => ({ end: probeEnd({ namespace: it.name, labels: {} }), pod: null }))]
}

/** A way between two of the mesh that is open on a port of the program, and shut on the tunnel that carries it. */
export interface ShutTunnel {
  readonly policy: NetworkPolicy
  readonly direction: 'Ingress' | 'Egress'
  readonly caller: MeshCaller
  readonly to: Pod
  readonly port: number
}

/** Whether policies say anything of what these two open to each other. */
export function isLimited(policies: readonly NetworkPolicy[], from: PodLike, to: Pod): boolean {
  const selecting = policiesSelecting(policies)
  return selecting(to, 'Ingress').length > 0 || selecting(from, 'Egress').length > 0
}

/** The first port of the pod that is open to the caller while the tunnel is not; null where there is none. */
export function shutTunnel(decide: PolicyRules, caller: MeshCaller, to: Pod): ShutTunnel | null {
  const [from, end] = [caller.end, podEnd(to)]
  const tunnel = decide({ from, to: end, port: hbonePort, protocol: 'TCP' })
  const [policy] = tunnel.kind === 'denied' ? tunnel.by : []
  if (tunnel.kind !== 'denied' || policy === undefined) return null
  const ports = end.ports.filter((it) => it.protocol === 'TCP' && it.port !== hbonePort)
  const open = ports.find(({ port }) => decide({ from, to: end, port, protocol: 'TCP' }).kind === 'allowed')
  return open === undefined ? null : { policy, direction: tunnel.direction, caller, to, port: open.port }
}

/**
 * What policies decide of a way of which ztunnel carries both ends or not: what it carries goes to port 15008, and
 * policies see that port alone (istio, "Ambient and Kubernetes NetworkPolicy"). Where the tunnel is shut too, the
 * program's own port is told.
 */
export function decideCarried(decide: PolicyRules, flow: Flow, isCarried: boolean): Decision {
  const plain = decide(flow)
  if (plain.kind !== 'denied' || !isCarried || flow.protocol !== 'TCP') return plain
  const tunnel = decide({ ...flow, port: hbonePort })
  return tunnel.kind === 'denied' ? plain : tunnel
}
