import type { Pod } from '../../model/pod.ts'
import { labelOf, type Labels } from '../selector.ts'
import { type Mesh, meshOf } from '../service/mesh-sidecar.ts'
import { podsUnready as unreadyOf } from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/** By the labels that Istio's charts give: `app`, and since 1.24 `app.kubernetes.io/name`. */
export function componentIs({ labels }: Pick<Pod, 'labels'>, name: string): boolean {
  return labelOf(labels, 'app') === name || labelOf(labels, 'app.kubernetes.io/name') === name
}

/** Whom a proxy must reach over TCP before it is ready, and where its chart puts that. */
export interface ControlPlane {
  readonly name: string
  readonly port: number
  readonly namespace: string
  /** As its chart labels the pods. */
  readonly labels: Labels
  readonly gives: string
}

/**
 * istiod hands out configuration and certificates on 15012 (istio, "Application Requirements", ports of the control
 * plane); Linkerd's identity certificates on 8080, its destination addresses on 8086 and policies on 8090 (linkerd2,
 * charts/linkerd-control-plane).
 */
const planes: Readonly<Record<Mesh, readonly ControlPlane[]>> = {
  Istio: [
    {
      name: 'istiod',
      port: 15_012,
      namespace: 'istio-system',
      labels: { app: 'istiod', istio: 'pilot' },
      gives: 'configuration and certificates',
    },
  ],
  Linkerd: [
    {
      name: 'linkerd-identity',
      port: 8080,
      namespace: 'linkerd',
      labels: { 'linkerd.io/control-plane-component': 'identity' },
      gives: 'certificates',
    },
    {
      name: 'linkerd-destination',
      port: 8086,
      namespace: 'linkerd',
      labels: { 'linkerd.io/control-plane-component': 'destination' },
      gives: 'addresses and policies',
    },
  ],
}

/** Those of the mesh of a pod's proxy; none for a pod without one, and for the control plane itself. */
export function controlPlanesOf(pod: Pod): readonly ControlPlane[] {
  const mesh = meshOf(pod)
  if (mesh === null || labelOf(pod.labels, 'linkerd.io/control-plane-component') !== undefined) return []
  return planes[mesh]
}

/** Its pods, by the label that tells it: revisions of istiod bear it as well. */
export function isOfPlane({ name, labels }: ControlPlane, pod: Pod): boolean {
  const [key = 'app'] = Object.keys(labels)
  return labelOf(pod.labels, key) === labels[key] || componentIs(pod, name)
}

/** What keeps these pods from being ready keeps all of their workloads. */
export function podsUnready(pods: readonly Pod[]): readonly string[] {
  return [...new Set(pods.filter((it) => !it.ready).map((it) => unreadyOf(workloadOfPod(it))))]
}
