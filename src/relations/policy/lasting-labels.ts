import { anyOf } from '../../wire/pattern.ts'

/**
 * Labels that controllers give to each pod, or to each generation of pods (batch/v1, apps/v1: well-known labels): a
 * rule with one of them would not outlive the next run or rollout.
 */
const passing = new RegExp(
  `^${anyOf(
    /(?:rollouts-)?pod-template-hash$/,
    /controller-revision-hash$/,
    /pod-template-generation$/,
    /(?:statefulset|apps|batch)\.kubernetes\.io\//,
    /controller-uid$/,
    /job-name$/,
  )}`,
)

/** Those of a pod by which whoever comes after it will be known as well. */
export function lastingLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !passing.test(key)))
}
