import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { isEverything } from '../selector.ts'
import { policiesSelecting } from './policy-applies-to-pod.ts'

/**
 * Whether somebody means that this pod opens no connection at all: a policy that chooses its pods, and not a whole
 * namespace, lets nothing out, no other policy does, and the pod's spec names nobody to call. A database that only
 * answers is written so, and needs no names. A default for the whole namespace is written for all, and forgets some.
 */
export function isShutIn(pod: Pod, policies: readonly NetworkPolicy[]): boolean {
  if (pod.containers.some((it) => (it.calls ?? []).length > 0)) return false
  const its = policiesSelecting(policies)(pod, 'Egress')
  return its.length > 0 && its.every((it) => it.egress.length === 0) && its.some((it) => !isEverything(it.podSelector))
}
