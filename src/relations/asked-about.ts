import type { Pod } from '../model/pod.ts'
import type { Scope } from '../model/sources.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import { workloadOfPod } from './workload-of-pod.ts'

/** Whether somebody asked about this very object: what is a sign to others is a trouble to them. */
export function isTarget({ target }: Pick<Scope, 'target'>, it: Subject): boolean {
  return target.kind === 'object' && subjectKey(target.object) === subjectKey(it)
}

/** The same of a pod, by its own name or by its workload's. */
export function isTargetPod(scope: Pick<Scope, 'target'>, pod: Pod): boolean {
  return isTarget(scope, subject('Pod', pod.namespace, pod.name)) || isTarget(scope, workloadOfPod(pod))
}
