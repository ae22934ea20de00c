import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import type { Direction } from './policy-applies-to-pod.ts'
import { rulesOf } from './policy-rule-union.ts'

/** A peer of a policy wants labels that stand beside the pod template, where no pod gets them. */
export interface LabelSlip {
  readonly policy: NetworkPolicy
  readonly workload: Pick<Workload, 'kind' | 'namespace' | 'name'>
  /** `warehouse-client: "true"`. */
  readonly pairs: readonly string[]
}

/** The workload that somebody edits: a CronJob for the pods of its Jobs. */
export function editedWorkload(pod: Pod, workloads: readonly Workload[]): Workload | null {
  const own = workloadOfPod(pod)
  const find = (kind: string, name: string): Workload | undefined =>
    workloads.find((it) => it.kind === kind && it.namespace === pod.namespace && it.name === name)
  const made = find(own.kind, own.name)
  if (made === undefined) return null
  return made.owner === null ? made : (find(made.owner.kind, made.owner.name) ?? made)
}

/** null where no peer of these lacks just what stands outside of the template. */
export function labelSlip(
  { outerLabels = {}, templateLabels, kind, namespace, name }: Workload,
  policies: readonly NetworkPolicy[],
  direction: Direction,
): LabelSlip | null {
  for (const policy of policies)
    for (const { podSelector } of rulesOf(policy, direction).flatMap((it) => it.peers)) {
      const lacking = Object.entries(podSelector?.matchLabels ?? {}).filter(
        ([key, value]) => templateLabels[key] !== value,
      )
      if (lacking.length > 0 && lacking.every(([key, value]) => outerLabels[key] === value))
        return { policy, workload: { kind, namespace, name }, pairs: lacking.map(([key, value]) => `${key}: ${value}`) }
    }
  return null
}

/** Where the pods' own labels stand. */
export function templateOf(kind: string): string {
  return kind === 'CronJob' ? 'spec.jobTemplate.spec.template.metadata.labels' : 'spec.template.metadata.labels'
}
