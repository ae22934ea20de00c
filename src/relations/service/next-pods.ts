import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Beside, Scaler } from '../../model/beside.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Idle, Workload } from '../../model/workload.ts'
import { once } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { isOver } from './service-selects-pod.ts'

/** A pod that is not there: as its workload's template would make it. */
interface Next extends Pod {
  readonly idle: Idle
}

/**
 * Pods, and behind them one for each workload that has none now and may make some again: between the runs of a CronJob
 * nobody else says whom its program is told to call.
 */
export function withNextPods(pods: readonly Pod[], workloads: Known<readonly Workload[]>): readonly Pod[] {
  return workloads.known && workloads.value.some((it) => it.next !== undefined) ? joined(pods)(workloads.value) : pods
}

const joined = once((pods: readonly Pod[]) =>
  once((workloads: readonly Workload[]): readonly Pod[] => {
    const made = new Map(
      workloads.map((it) => [`${it.kind}/${it.namespace}/${it.name}`, it.owner === null ? null : it.owner.name]),
    )
    // A run of a CronJob has a Job of its own.
    const there = new Set(
      pods
        .filter((it) => !isOver(it))
        .flatMap((it) => {
          const key = subjectKey(workloadOfPod(it))
          const cron = key.startsWith('Job/') ? made.get(key) : null
          return cron == null ? [key] : [key, `CronJob/${it.namespace}/${cron}`]
        }),
    )
    return [...pods, ...workloads.filter((it) => !there.has(`${it.kind}/${it.namespace}/${it.name}`)).flatMap(nextOf)]
  }),
)

function nextOf({ kind, namespace, name, templateLabels, next }: Workload): readonly Next[] {
  if (next === undefined) return []
  return [
    {
      ...next,
      namespace,
      name,
      labels: templateLabels,
      owner: { kind, name },
      node: null,
      ip: null,
      phase: 'Pending',
      ready: false,
      notReadyReason: null,
      deleting: false,
    },
  ]
}

/** Why it has no pod now; null of a pod that is there. */
export function idleOf(pod: Pod): Idle | null {
  return 'idle' in pod ? (pod as Next).idle : null
}

/** What is read of a file alone; of a cluster nothing is known to scale anything. */
export function scalersOf(beside: Known<Beside>): readonly Scaler[] {
  return beside.known ? (beside.value.scalers ?? []) : []
}

/**
 * Whether it is there, or will be without anybody's doing: at its time, or by an autoscaler. What somebody has
 * suspended or scaled to 0 may be done with.
 */
export function isAwaited(pod: Pod, scalers: readonly Scaler[]): boolean {
  const idle = idleOf(pod)
  return (
    idle === null ||
    idle === 'scheduled' ||
    (idle === 'scaled' &&
      scalers.some(
        ({ kind, namespace, target }) =>
          (kind === 'ScaledObject' || kind === 'HTTPScaledObject') &&
          namespace === pod.namespace &&
          target.kind === pod.owner?.kind &&
          target.name === pod.name,
      ))
  )
}

/** `CronJob shop/report`, its next pod where it has none now; a sentence goes on with whom it calls. */
export function toldText({ kind, namespace, name }: Subject, idle: Idle | null): string {
  const one = `${kind} ${namespace}/${name}`
  return idle === null ? `${one} is told to` : `The next pod of ${one} would`
}
