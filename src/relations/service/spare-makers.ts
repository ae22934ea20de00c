import { subject, subjectKey } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'

/** Deployments that lack nothing, and their ReplicaSets: a new release that never starts, and old pods that go on. */
export function spareMakers(workloads: readonly Workload[]): ReadonlySet<string> {
  const full = workloads.filter((it) => it.kind === 'Deployment' && it.desired > 0 && it.ready >= it.desired)
  const names = new Set(full.map((it) => `${it.namespace}/${it.name}`))
  const made = workloads.filter(
    (it) => it.owner?.kind === 'Deployment' && names.has(`${it.namespace}/${it.owner.name}`),
  )
  return new Set([...full, ...made].map((it) => subjectKey(subject(it.kind, it.namespace, it.name))))
}
