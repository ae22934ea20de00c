import type { Cluster } from '../../kube/cluster.ts'
import type { Why } from '../../model/known.ts'
import type { PodRecord } from '../pod/records.ts'
import { deadlineSeconds, type PodPlan } from './pod-manifest.ts'
import { readRecord } from '../measure/read-record.ts'
import { holdPod } from './held-pod.ts'
import { createPod, type MadePod, type PodLedger, type PodWatch } from './pods.ts'

/** An image of 80 MB on a slow link; the pod's own deadline counts on meanwhile. */
const startWithinMs = 60_000

/** A probe writes some hundreds, a load some thousands. */
const mostLines = 100_000

/**
 * The pod says something of each series, and a series of a server that is silent ends within this; a step of a load
 * sooner.
 */
const silentMs = 30_000

export interface PodRunContext {
  readonly cluster: Cluster
  readonly watch: PodWatch
  /** Milliseconds since the run began. */
  readonly now: () => number
  readonly ledger: Pick<PodLedger, 'note' | 'strike' | 'leaves'>
  readonly signal: AbortSignal
}

/**
 * Made, seen to start, and held from then on until the ledger takes it away: there is no other way to a pod.
 */
export async function startPod(
  context: PodRunContext,
  plan: PodPlan,
): Promise<{ readonly pod: MadePod } | { readonly why: Why }> {
  const { cluster, ledger, watch } = context
  const created = await createPod(cluster, plan, ledger)
  if ('why' in created) return created
  const pod = created.made
  const notStarted = await untilStarted(context, pod.name)
  if (notStarted !== null) return { why: notStarted }
  holdPod(cluster, {
    namespace: pod.namespace,
    pod: pod.name,
    seconds: plan.deadlineSeconds ?? deadlineSeconds,
    until: ledger.leaves(pod.name),
    isOver: () => watch.state(pod.name)?.kind === 'ended',
    // What goes wrong with it is heard from the pod.
  }).catch(() => {})
  return { pod }
}

/**
 * One pod from its creation to its last record. `heard` gets each record once, and says `true` for the one that is the
 * last word. null when that came; else why not.
 */
export async function runPod(
  context: PodRunContext,
  plan: PodPlan,
  heard: (record: PodRecord) => boolean,
): Promise<Why | null> {
  const { cluster, watch, now, signal } = context
  const started = await startPod(context, plan)
  if ('why' in started) return started.why
  const { name, namespace } = started.pod

  const taken: string[] = []
  let heardAt = now()
  let over = false
  let broken: string | null = null
  const read = async (follow: boolean): Promise<string | null> => {
    const log = await cluster.logs(namespace, name, { follow, signal })
    if (!log.known) return log.why.detail
    let at = 0
    for await (const line of log.value) {
      // A log that is opened again starts from its first line. What differs was not of the pod: an error of the
      // kubelet's, or half a line.
      const index = at++
      if (taken[index] === line) continue
      taken[index] = line
      const record = readRecord(line)
      if (at > mostLines) broken = 'cut off: its log has no end'
      if (record === 'damaged') broken = 'cut off: its log has a line that is not of the probe'
      if (broken !== null) return null
      if (record === null || record === 'damaged') continue
      heardAt = now()
      if (record.t === 'alone') broken = alone
      if (record.t === 'broken') broken = `the probe's program failed: ${record.why.split('\n')[0] ?? ''}`
      over = heard(record)
      if (over || broken !== null) return null
    }
    return 'its log ended early'
  }
  for (let attempt = 1; ; attempt++) {
    const ended = watch.state(name)?.kind === 'ended'
    // A kubelet that has no inotify instance left ends each `follow` at once ("too many open files"), while the pod
    // goes on.
    const why = await read(attempt < 3).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    if (over) return null
    if (broken !== null) return failed(broken)
    if (signal.aborted) return interrupted
    const state = watch.state(name)
    if (ended && state?.kind === 'ended') return state.why === null ? cutOff(why) : failed(state.why)
    if (now() - heardAt > silentMs) return cutOff(why)
    await Promise.race([watch.next(), new Promise((resolve) => setTimeout(resolve, 500))])
  }
}

const alone = 'nobody held the pod, so that it ended itself: the exec in it that does was refused, or was cut for long'

const interrupted: Why = { reason: 'cut-off', detail: 'interrupted' }

function failed(detail: string): Why {
  return { reason: 'failed', detail }
}

function cutOff(why: string | null): Why {
  return { reason: 'cut-off', detail: `cut off: ${why ?? 'no end record'}` }
}

/** null once the pod has started, or has come to its end without a fault; else why it has not. */
async function untilStarted({ watch, now, signal }: PodRunContext, name: string): Promise<Why | null> {
  for (const start = now(); ; await watch.next()) {
    const state = watch.state(name)
    if (signal.aborted) return interrupted
    if (state?.kind === 'started' || (state?.kind === 'ended' && state.why === null)) return null
    if (state?.kind === 'stuck' || state?.kind === 'ended') return failed(state.why ?? 'the pod ended at once')
    if (now() - start > startWithinMs) {
      const why = state?.kind === 'waiting' ? state.why : 'nothing heard of it'
      return { reason: 'timed-out', detail: `did not start within ${startWithinMs / 1000} s: ${why}` }
    }
  }
}
