import type { Cluster } from '../kube/cluster.ts'
import { subjectKey } from '../model/subject.ts'
import { type History, historyOf } from './history.ts'
import type { Action, Entry, Journal, Stored } from './journal.ts'
import { fetchLive, type State, stateOf } from './look.ts'
import { isDeadHere, type Lock, lockSubject, takeLock } from './lock.ts'
import type { Plan, Step } from './plan.ts'
import { bare, uidOf, versionOf } from '../manifest/server-owned.ts'
import { type Known, known } from '../model/known.ts'
import type { Manifest } from '../manifest/object.ts'

/** One process's attempt to apply or to undo, and what it needs of the world outside. */
export interface Run {
  readonly cluster: Cluster
  readonly plan: Plan
  readonly journal: Journal
  /** Different for every process: `thisRun`. */
  readonly run: string
  readonly now: () => Date
  readonly sleep: (ms: number) => Promise<void>
  readonly signal: AbortSignal
  /** A line that stays. */
  readonly say: (line: string) => void
  /** The same, of what a person should look at. */
  readonly warn: (line: string) => void
  /** A line for while it lasts. */
  readonly step: (line: string) => void
  readonly rolloutMs: number
  readonly isDead?: (run: string) => boolean
}

export type Outcome =
  | { readonly kind: 'complete'; readonly rollout: string | null }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string | null }
  /** Something was written, and something is not as it should be. */
  /** `takeBack`: it has shown to do no good, and what was written must not stay. */
  | { readonly kind: 'stopped'; readonly why: string; readonly takeBack?: true }
  | { readonly kind: 'interrupted' }

export function refused(why: string, hint: string | null = null): Outcome {
  return { kind: 'refused', why, hint }
}

/**
 * Whether this is the cluster that the plan was made for. A context's name or an address may point elsewhere tomorrow.
 */
export async function sameCluster({ cluster, plan, warn }: Run): Promise<Outcome | null> {
  const uid = await clusterUid(cluster)
  if (!uid.known) return refused(`it cannot be told whether this is the plan's cluster: ${uid.why.detail}`)
  if (uid.value === plan.cluster.uid) {
    // The same cluster by another way, or a copy of it: a backup that was restored keeps the uid.
    if (cluster.server !== plan.cluster.server)
      warn(
        `the plan was made at ${plan.cluster.server}, and this is ${cluster.server}; ` +
          'both say that they are the same cluster',
      )
    return null
  }
  return refused(
    `plan ${plan.id} is for another cluster (${plan.cluster.context}, ${plan.cluster.server})`,
    `pick it: --context ${plan.cluster.context}`,
  )
}

export function clusterUid(cluster: Cluster): Promise<Known<string>> {
  return cluster.get(
    { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
    null,
    'kube-system',
    (raw) => raw.metadata.uid ?? '',
  )
}

/** How every step stands now; unknown when one of them can't be looked at. */
export async function lookAtAll({ cluster, plan, journal }: Run): Promise<Known<readonly State[]>> {
  const history = historyOf(journal.entries)
  const states: State[] = []
  for (const [index, step] of plan.steps.entries()) {
    const live = await fetchLive(cluster, step)
    if (!live.known) return live
    states.push(stateOf(step, live.value, plan, history.step(index)))
  }
  return known(states)
}

/**
 * A write of a killed run may still be on its way to the store when the next run looks. Its connection is closed, so it
 * lands at once or never: a second look after a moment sees it.
 */
export async function lookSettled(run: Run, settleMs = 1500): Promise<Known<readonly State[]>> {
  if (historyOf(run.journal.entries).loose) await run.sleep(settleMs)
  return lookAtAll(run)
}

/** Writes down that something is about to happen, makes it happen, and writes down how it ended. */
export async function journalled(
  run: Run,
  { action, step, expected }: Pick<Extract<Entry, { kind: 'intent' }>, 'action' | 'step' | 'expected'>,
  write: () => Promise<Known<Stored | null>>,
): Promise<Known<Stored | null>> {
  await note(run, { kind: 'intent', at: run.now().toISOString(), action, step, expected })
  const stored = await write()
  if (stored.known) await note(run, { kind: 'done', at: run.now().toISOString(), action, step, stored: stored.value })
  return stored
}

export function note(run: Run, entry: Entry): Promise<void> {
  return run.journal.write(entry)
}

export function storedOf(object: Manifest): Stored {
  return { uid: uidOf(object), resourceVersion: versionOf(object), object: bare(object) }
}

/** Runs `work` with the lock held; the lock is given back however the work ends, except by a kill. */
export async function underLock(run: Run, action: Action, work: (lock: Lock) => Promise<Outcome>): Promise<Outcome> {
  const at = (): string => run.now().toISOString()
  await note(run, { kind: 'begin', at: at(), action, run: run.run })
  await note(run, { kind: 'intent', at: at(), action, step: 'lock', expected: null })
  const taking = await takeLock(run.cluster, {
    plan: run.plan.id,
    run: run.run,
    sleep: run.sleep,
    isDead: run.isDead ?? isDeadHere,
  })
  if (taking.kind === 'held') {
    await note(run, { kind: 'end', at: at(), action, outcome: 'stopped', why: taking.why })
    return refused(taking.why, taking.hint)
  }
  let outcome: Outcome
  try {
    await note(run, { kind: 'done', at: at(), action, step: 'lock', stored: null })
    // Until now another process may have written for this very plan.
    await run.journal.reload()
    outcome = await work(taking.lock)
  } finally {
    // A disk that is full keeps the journal from being written, and not the lock from being given back.
    const kept = await note(run, { kind: 'intent', at: at(), action, step: 'unlock', expected: null }).then(
      () => true,
      () => false,
    )
    const released = await taking.lock.release()
    if (released && kept) await note(run, { kind: 'done', at: at(), action, step: 'unlock', stored: null })
    else if (released) run.say('the lock is given back; the journal could not be written')
    else
      run.say(
        `the lock may still be there (Lease ${lockSubject.namespace}/${lockSubject.name}): ` +
          `the next run of plan ${run.plan.id} takes it away`,
      )
  }
  if (outcome.kind !== 'refused')
    await note(run, {
      kind: 'end',
      at: at(),
      action,
      outcome: outcome.kind === 'complete' ? 'complete' : 'stopped',
      why: outcome.kind === 'stopped' ? outcome.why : null,
    })
  return outcome
}

export function nameOfStep(step: Step): string {
  return subjectKey(step.object)
}

export function historyNow(run: Run): History {
  return historyOf(run.journal.entries)
}
