import type { Pod } from '../../model/pod.ts'
import { addressShared } from '../symptom.ts'
import { once } from '../once.ts'
import { isLive } from './service-selects-pod.ts'

/**
 * Running pods of the pod network by their address, where several have one. Pods on the node's network have that of the
 * node, all of them; what is over or leaves may have had it before (pod.status.podIP stays).
 */
export const podsOfSharedAddress = once((pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> => {
  const placed = pods.filter((it) => isLive(it) && !it.hostNetwork && it.ip !== null && it.phase === 'Running')
  return new Map([...Map.groupBy(placed, (it) => it.ip ?? '')].filter(([, its]) => its.length > 1))
})

/** What fails at these addresses alone may come of it, where each of them is that of two pods. */
export function dueToShared(pods: readonly Pod[], ips: readonly (string | null)[]): readonly string[] {
  const shared = podsOfSharedAddress(pods)
  const all = [...new Set(ips)]
  return all.length > 0 && all.every((it) => it !== null && shared.has(it))
    ? all.map((it) => addressShared(it ?? ''))
    : []
}
