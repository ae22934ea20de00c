import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { isEverything } from '../selector.ts'
import { policiesSelecting } from './policy-applies-to-pod.ts'

/**
 * Whether somebody means that this pod opens no connection at all: a policy that chooses its pods, and not a whole
 * namespace, lets nothing out, no other policy does, and the pod's spec names nobody to call. A database that only
 * answers is written so, and needs no names. A default for the whole namespace is written for all, and forgets some.
 */
export function isShutIn(pod: Pod, policies: readonly NetworkPolicy[]): boolean {
  const its = policiesSelecting(policies)(pod, 'Egress')
  return isLetNowhere(pod, policies) && its.some((it) => !isEverything(it.podSelector))
}

/** No policy lets it out to anybody, and its spec names nobody to call. */
export function isLetNowhere(pod: Pod, policies: readonly NetworkPolicy[]): boolean {
  if (pod.containers.some((it) => (it.calls ?? []).length > 0)) return false
  const its = policiesSelecting(policies)(pod, 'Egress')
  return its.length > 0 && its.every((it) => it.egress.length === 0)
}

/** Whose log, or that of another pod of its workload, was read and says of no connection that it failed. */
export function withoutComplaint(logs: Known<readonly ProgramLog[]>, pods: readonly Pod[]): (pod: Pod) => boolean {
  if (!logs.known) return () => false
  const makers = new Map(pods.map((it) => [full(it), subjectKey(workloadOfPod(it))]))
  const read = Map.groupBy(logs.value, (it) => makers.get(`${it.namespace}/${it.pod}`) ?? '')
  return (pod) => {
    const its = read.get(subjectKey(workloadOfPod(pod))) ?? []
    return its.length > 0 && its.every(({ complaints }) => complaints.length === 0)
  }
}

/**
 * Whether it may be meant of a pod that a default of its namespace shuts in: its spec names nobody to call, a policy
 * chooses this very pod, for what comes in, and another lets other pods of the namespace out. Whoever wrote these
 * thought of each pod by itself.
 */
export function mayBeShutIn(pod: Pod, policies: readonly NetworkPolicy[]): boolean {
  if (!isLetNowhere(pod, policies)) return false
  const isChosen = policiesSelecting(policies)(pod, 'Ingress').some(
    (it) => !isEverything(it.podSelector) && it.ingress.length > 0,
  )
  const others = policies.filter((it) => it.namespace === pod.namespace && !isEverything(it.podSelector))
  return isChosen && others.some((it) => it.egress.length > 0)
}
