import type { Mesh, MtlsMode, PeerAuthentication } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { hasPairs } from '../selector.ts'
import { mayBeElsewhere } from './mesh-kinds.ts'
import { meshOf } from '../service/mesh-sidecar.ts'

/** Where mesh-wide policies stand, unless MeshConfig names another (istio, rootNamespace). */
export const rootNamespace = 'istio-system'

export interface AskedMtls {
  readonly mode: Exclude<MtlsMode, 'UNSET'>
  /** The policy that says so; null: Istio's own default, PERMISSIVE. */
  readonly by: PeerAuthentication | null
}

/**
 * What the proxy of a pod asks of who connects to one of its ports: the workload's own policy, with its port before its
 * whole, then the namespace's, then the mesh's (istio pilot/pkg/security/authn, ComposePeerAuthentication). Of two on
 * one level the older counts, which the model does not hold: then nobody knows.
 */
export function mtlsOf(mesh: Mesh, pod: Pod, port: number): AskedMtls | 'unknown' {
  const all = mesh.peerAuthentications
  const own = all.filter(
    (it) => it.namespace === pod.namespace && it.selector !== null && hasPairs(it.selector, pod.labels),
  )
  const levels = [
    own,
    all.filter((it) => it.namespace === pod.namespace && it.selector === null),
    all.filter((it) => it.namespace === rootNamespace && it.selector === null),
  ]
  if (levels.some((it) => new Set(it.map((one) => one.mode)).size > 1)) return 'unknown'
  if (mayBeElsewhere(mesh, 'PeerAuthentication') && levels[0]?.length === 0 && levels[1]?.length === 0) return 'unknown'
  for (const [at, level] of levels.entries()) {
    const [first] = level
    if (first === undefined) continue
    const ofPort = at === 0 ? level.flatMap((it) => it.ports).find((it) => it.port === port)?.mode : undefined
    const mode = ofPort === undefined || ofPort === 'UNSET' ? first.mode : ofPort
    if (mode !== 'UNSET') return { mode, by: first }
  }
  return { mode: 'PERMISSIVE', by: null }
}

/** What goes in and out is taken by its node's ztunnel. */
export function isAmbient(pod: Pod): boolean {
  return pod.dnsHop?.sign.startsWith('ambient.istio.io/') === true
}

/** Its proxy of Istio's meets all of its traffic; in the ambient mode a node's own does, and is left out here. */
export function goesByProxy(pod: Pod): boolean {
  return meshOf(pod) === 'Istio' && pod.meshBypass !== true
}

/** A proxy of Istio's beside it, or the node's own of the ambient mode. */
export function isInMesh(pod: Pod): boolean {
  return meshOf(pod) === 'Istio' || isAmbient(pod)
}
