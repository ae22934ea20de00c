import { plainNumber } from '../wire/plain.ts'
import type { Cluster } from '../kube/cluster.ts'
import { type Subject, subject } from '../model/subject.ts'
import { at, list, type Manifest, strings, text } from '../manifest/object.ts'
import { fetchLive } from './look.ts'
import { resourceOf } from './kinds.ts'
import type { Step } from './plan.ts'
import { type Stuck, whyNotReady } from './stuck.ts'

export type Rollout =
  | { readonly kind: 'ready'; readonly say: string }
  | { readonly kind: 'waiting'; readonly say: string }
  | { readonly kind: 'failed'; readonly say: string }

const workloads = ['Deployment', 'DaemonSet', 'StatefulSet']

/** A workload is gone once its pods are: those of a node's DNS cache take its rules off the node as they end. */
export function propagationFor(kind: string): 'Foreground' | 'Background' {
  return workloads.includes(kind) ? 'Foreground' : 'Background'
}

/** The workload that a step sets in motion: itself, or the Deployment that makes a deleted pod again. null for none. */
export function setInMotion(step: Step): Subject | null {
  if (step.verb === 'delete') {
    if (step.object.kind !== 'Pod') return null
    const hash = strings(at(step.before.object, 'metadata', 'labels'))['pod-template-hash']
    const owner = list(at(step.before.object, 'metadata', 'ownerReferences'))
      .map((it) => text(at(it, 'name')))
      .find((it) => it !== null)
    return hash !== undefined && owner?.endsWith(`-${hash}`) === true
      ? subject('Deployment', step.object.namespace, owner.slice(0, -hash.length - 1))
      : null
  }
  return workloads.includes(step.object.kind) ? step.object : null
}

/** `kubectl rollout status`'s rules (k8s.io/kubectl pkg/polymorphichelpers/rollout_status.go), read off one object. */
export function rolloutOf(kind: string, live: Manifest): Rollout {
  const number = (...path: readonly string[]): number => plainNumber(at(live, ...path), 0)
  if (number('status', 'observedGeneration') < number('metadata', 'generation'))
    return { kind: 'waiting', say: 'not yet seen by its controller' }
  const [wanted, updated, ready, old] =
    kind === 'DaemonSet'
      ? [
          number('status', 'desiredNumberScheduled'),
          number('status', 'updatedNumberScheduled'),
          number('status', 'numberAvailable'),
          0,
        ]
      : [
          plainNumber(at(live, 'spec', 'replicas'), 1),
          number('status', 'updatedReplicas'),
          number('status', kind === 'Deployment' ? 'availableReplicas' : 'readyReplicas'),
          number('status', 'replicas') - number('status', 'updatedReplicas'),
        ]
  const say = `${Math.min(updated, ready)}/${wanted} ready`
  const stuck = list(at(live, 'status', 'conditions')).find((it) => at(it, 'reason') === 'ProgressDeadlineExceeded')
  if (stuck !== undefined) return { kind: 'failed', say: text(at(stuck, 'message')) ?? say }
  if (kind === 'DaemonSet' && wanted === 0) return { kind: 'waiting', say: 'no node takes it' }
  return updated >= wanted && ready >= wanted && old <= 0
    ? { kind: 'ready', say: `rollout ${wanted}/${wanted}` }
    : { kind: 'waiting', say }
}

export interface Patience {
  readonly timeoutMs: number
  readonly sleep: (ms: number) => Promise<void>
  readonly signal: AbortSignal
  readonly step: (line: string) => void
}

/**
 * Reasons that time alone does not heal get this long all the same: a registry that was busy, a pod that came before
 * its ConfigMap.
 */
const hopelessMs = 25_000

/** Ready must last: a container without a readiness probe is ready the moment it starts, and may crash in the next. */
const steadyMs = 3000

/**
 * Waits, bounded, until the workload that a step set in motion is as its spec says. When it does not become so, a pod's
 * own reason is told, and no more time is spent on one that time does not heal.
 */
export async function waitForRollout(
  cluster: Cluster,
  workload: Subject,
  { timeoutMs, sleep, signal, step }: Patience,
): Promise<Rollout> {
  const until = performance.now() + timeoutMs
  const where = { resource: resourceOf(workload.kind), object: workload }
  let last = 'never seen'
  let steady = false
  let stuck: Stuck | null = null
  let hopelessSince: number | null = null
  let lookedAt = performance.now()
  while (!signal.aborted) {
    const live = await fetchLive(cluster, where)
    if (live.known && live.value === null) return { kind: 'failed', say: `${workload.kind} ${workload.name} is gone` }
    if (live.known && live.value !== null) {
      const now = rolloutOf(workload.kind, live.value)
      if (now.kind === 'failed' || (now.kind === 'ready' && steady)) return now
      steady = now.kind === 'ready'
      if (steady) {
        step(`${workload.kind} ${workload.name} is ready; seeing whether it stays so ...`)
        await sleep(steadyMs)
        continue
      }
      last = now.say
      const late = performance.now() >= until
      if (late || performance.now() - lookedAt >= 2000) {
        lookedAt = performance.now()
        stuck = await whyNotReady(cluster, workload, live.value)
        hopelessSince = stuck?.hopeless === true ? (hopelessSince ?? lookedAt) : null
      }
    } else if (!live.known) last = live.why.detail
    const why = stuck === null ? '' : `, ${stuck.why}`
    if (hopelessSince !== null && performance.now() - hopelessSince >= hopelessMs)
      return { kind: 'failed', say: `${last}${why}` }
    if (performance.now() >= until)
      return { kind: 'failed', say: `not ready within ${Math.round(timeoutMs / 1000)} s: ${last}${why}` }
    step(`waiting for ${workload.kind} ${workload.name}: ${last}${why} ...`)
    await sleep(500)
  }
  return { kind: 'waiting', say: last }
}

/** Waits, bounded, until an object is gone. */
export async function waitUntilGone(
  cluster: Cluster,
  step: Pick<Step, 'resource' | 'object'>,
  uid: string,
  { timeoutMs, sleep, step: say }: Omit<Patience, 'signal'>,
): Promise<boolean> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const live = await fetchLive(cluster, step)
    if (live.known && (live.value === null || at(live.value, 'metadata', 'uid') !== uid)) return true
    if (performance.now() >= until) return false
    say(`waiting for ${step.object.kind} ${step.object.name} to go ...`)
    await sleep(500)
  }
}
