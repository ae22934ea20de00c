import type { Mesh, MtlsMode, PeerAuthentication } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { hasPairs } from '../selector.ts'
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
  if (mesh.inScopeOnly.includes('PeerAuthentication') && levels[0]?.length === 0 && levels[1]?.length === 0)
    return 'unknown'
  for (const [at, level] of levels.entries()) {
    const [first] = level
    if (first === undefined) continue
    const ofPort = at === 0 ? level.flatMap((it) => it.ports).find((it) => it.port === port)?.mode : undefined
    const mode = ofPort === undefined || ofPort === 'UNSET' ? first.mode : ofPort
    if (mode !== 'UNSET') return { mode, by: first }
  }
  return { mode: 'PERMISSIVE', by: null }
}

/** A proxy of Istio's beside it, or the node's own of the ambient mode. */
export function isInMesh(pod: Pod): boolean {
  return meshOf(pod) === 'Istio' || pod.dnsHop?.sign.startsWith('ambient.istio.io/') === true
}
