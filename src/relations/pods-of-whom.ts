import type { Pod } from '../model/pod.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import { workloadOfPod } from './workload-of-pod.ts'

/** A finding that lists more of them would be long, and its namespaces say enough. */
const most = 50

/**
 * Whom a finding about these pods concerns beside its subject (`also`): their workloads, each once; of many, their
 * namespaces, so that nobody who asks about one of them is told that it is well.
 */
export function concerned(pods: readonly Pod[]): readonly Subject[] {
  const workloads = new Map(pods.map((it) => [subjectKey(workloadOfPod(it)), workloadOfPod(it)]))
  if (workloads.size <= most) return [...workloads.values()]
  return [...new Set(pods.map((it) => it.namespace))].map((it) => subject('Namespace', null, it))
}
