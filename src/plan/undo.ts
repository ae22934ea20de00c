import { type Known, known } from '../model/known.ts'
import { subjectKey } from '../model/subject.ts'
import type { Manifest } from '../remedies/manifest.ts'
import type { Lock } from './lock.ts'
import { fetchLive, type State, stateOf } from './look.ts'
import type { Plan, Step } from './plan.ts'
import { reloadOf, serversNow, watchReload } from './reload.ts'
import { mayLeaveRules } from './residue.ts'
import { propagationFor, setInMotion, waitForRollout, waitUntilGone } from './rollout.ts'
import { historyNow, journalled, lookAtAll, lookSettled, nameOfStep, note, type Outcome, type Run, refused, sameCluster, storedOf, underLock } from './run.ts'
import { asUpdateOf, same, uidOf, versionOf } from './server-owned.ts'

export interface UndoAsk {
  /** Restores also what someone else changed since; deletes nothing that the plan did not create, even then. */
  readonly force: boolean
}

/**
 * Puts every object back as it was, last step first, from the plan and its journal: after a whole apply, and after one
 * that was killed anywhere. Looks before it writes, so running it again does nothing twice. Refuses, with nothing
 * written, when someone else changed one of the objects since.
 */
export async function undo(run: Run, { force }: UndoAsk): Promise<Outcome> {
  const blocked = await sameCluster(run)
  if (blocked !== null) return blocked
  const { phase, loose } = historyNow(run)
  if (phase === 'new' && run.journal.entries.length === 0) return refused(`plan ${run.plan.id} was never applied: there is nothing to undo`)
  if (phase === 'undone' && !loose) {
    const different = await notAsBefore(run)
    if (different?.kind === 'stopped') return refused(`plan ${run.plan.id} is undone already, and since then changed: ${different.why}`, 'whoever changed it knows why; this plan has nothing more to undo')
    run.say(`plan ${run.plan.id} is undone already`)
    return { kind: 'complete', rollout: null }
  }
  const moved = force ? null : await changedByOthers(run)
  if (moved !== null) return moved
  return underLock(run, 'undo', async (lock) => (force ? null : await changedByOthers(run)) ?? restoreAll(run, lock, force, phase === 'applied'))
}

async function changedByOthers(run: Run): Promise<Outcome | null> {
  const states = await lookSettled(run)
  if (!states.known) return refused(`an object of the plan could not be looked at: ${states.why.detail}`)
  const history = historyNow(run)
  const moved = run.plan.steps.flatMap((step, index) => {
    const state = states.value[index]
    if (state?.kind !== 'altered' || !history.step(index).intended || isSettled(step, state, run.plan)) return []
    return [`${nameOfStep(step)}: ${state.why}`]
  })
  return moved.length === 0 ? null : refused(`changed by someone else since plan ${run.plan.id}: ${moved.join('; ')}`, `look at it, then put the former state back all the same: hopscope fix --undo ${run.plan.id} --force`)
}

/** Altered, and yet nothing for undo to do: what was created is gone, or was never ours; what was deleted is back. */
function isSettled(step: Step, { live }: State, plan: Plan): boolean {
  if (step.verb === 'create') return live === null || !isOurs(live, plan)
  return step.verb === 'delete' && (step.inverse.verb === 'gone' || (live !== null && same(live, step.before.object)))
}

function isOurs(live: Manifest, plan: Plan): boolean {
  const metadata = live['metadata'] as { readonly labels?: Readonly<Record<string, string>> } | undefined
  return metadata?.labels?.['hopscope.dev/plan'] === plan.id
}

/** `taken`: the DNS servers run what the plan wrote, so they will be seen to take the former text again. */
async function restoreAll(run: Run, lock: Lock, force: boolean, taken: boolean): Promise<Outcome> {
  const { plan } = run
  let rollout: string | null = null
  const slow: string[] = []
  for (const [index, step] of [...plan.steps.entries()].reverse()) {
    if (!historyNow(run).step(index).intended) continue
    if (run.signal.aborted) return { kind: 'interrupted' }
    const lost = lock.lost()
    if (lost !== null) return { kind: 'stopped', why: lost }
    const reload = taken ? reloadOf(step) : null
    const servers = reload === null ? null : await serversNow(run.cluster, reload.reload)
    const result = await restoreOne(run, lock, index, step, force)
    if (result.kind === 'failed') return { kind: 'stopped', why: `${nameOfStep(step)}: ${result.why}` }
    if (result.kind === 'nothing') {
      if (result.say !== null) run.say(`left     ${nameOfStep(step)}: ${result.say}`)
      continue
    }
    run.say(`${step.verb === 'create' ? 'deleted ' : 'restored'} ${nameOfStep(step)}`)
    if (reload !== null && servers !== null) {
      const again = servers.known ? await watchReload(run.cluster, reload.reload, servers.value, reload.before, run) : null
      if (again?.kind === 'taken') run.say(`reloaded ${nameOfStep(step)}: ${again.say}`)
      else slow.push(`${nameOfStep(step)}: ${again === null || again.kind === 'interrupted' ? 'whether the DNS servers took it again was not seen' : again.why}`)
    }
    const workload = step.verb === 'create' ? null : setInMotion(step)
    if (workload === null || step.verb === 'delete') continue
    // The former state is back whatever the rollout does: a workload that was broken before is broken again.
    const ended = await waitForRollout(run.cluster, workload, { timeoutMs: run.rolloutMs, sleep: run.sleep, signal: run.signal, step: run.step })
    if (ended.kind === 'ready') rollout = ended.say
    else slow.push(`${subjectKey(workload)}: ${ended.say}`)
  }
  for (const it of slow) run.say(`not ready, as restored: ${it}`)
  return (await notAsBefore(run)) ?? { kind: 'complete', rollout }
}

/** "As it was" is said of what was looked at, last of all, and of nothing else. */
async function notAsBefore(run: Run): Promise<Outcome | null> {
  const states = await lookAtAll(run)
  if (!states.known) return { kind: 'stopped', why: `whether everything is as it was could not be seen: ${states.why.detail}` }
  const history = historyNow(run)
  const different = run.plan.steps.filter((step, index) => {
    const state = states.value[index]
    if (state === undefined || !history.step(index).intended || step.inverse.verb === 'gone') return false
    return step.verb === 'create' ? state.live !== null && isOurs(state.live, run.plan) : state.live === null || !same(state.live, step.before.object)
  })
  return different.length === 0 ? null : { kind: 'stopped', why: `not as it was: ${different.map(nameOfStep).join(', ')}` }
}

type Restored = { readonly kind: 'restored' } | { readonly kind: 'nothing'; readonly say: string | null } | { readonly kind: 'failed'; readonly why: string }

async function restoreOne(run: Run, lock: Lock, index: number, step: Step, force: boolean): Promise<Restored> {
  if (step.inverse.verb === 'gone') return { kind: 'nothing', say: step.inverse.why }
  for (let attempt = 1; ; attempt++) {
    const live = await fetchLive(run.cluster, step)
    if (!live.known) return { kind: 'failed', why: live.why.detail }
    const state = stateOf(step, live.value, run.plan, historyNow(run).step(index))
    const todo = isDone(step, state, run.plan)
    if (todo !== null) return todo
    if (state.kind === 'altered' && !force) return { kind: 'failed', why: state.why }
    const lost = lock.lost()
    if (lost !== null) return { kind: 'failed', why: lost }
    const stored = await journalled(run, 'undo', index, null, () => putBack(run, step, live.value))
    if (stored.known) return check(run, step, stored.value?.object ?? null)
    if (attempt >= 5) return { kind: 'failed', why: stored.why.detail }
    await run.sleep(200 * attempt)
  }
}

/** What makes a restoring write needless; null when one is needed. */
function isDone(step: Step, state: State, plan: Plan): Restored | null {
  if (step.verb === 'create') {
    if (state.live === null) return { kind: 'nothing', say: null }
    return isOurs(state.live, plan) ? null : { kind: 'nothing', say: 'it is not what this plan created' }
  }
  return state.live !== null && same(state.live, step.before.object) && !isLeaving(state.live) ? { kind: 'nothing', say: null } : null
}

function isLeaving(live: Manifest): boolean {
  const metadata = live['metadata'] as { readonly deletionTimestamp?: string } | undefined
  return metadata?.deletionTimestamp !== undefined
}

async function putBack(run: Run, step: Step, live: Manifest | null): Promise<Known<ReturnType<typeof storedOf> | null>> {
  const { cluster } = run
  const { resource, object } = step
  const patience = { timeoutMs: run.rolloutMs, sleep: run.sleep, step: run.step }
  if (step.verb === 'create') {
    if (live === null) return known(null)
    const uid = uidOf(live)
    const unclean = await mayLeaveRules(cluster, object, live)
    const gone = await cluster.delete(resource, object.namespace, object.name, { uid, resourceVersion: versionOf(live), propagation: propagationFor(object.kind) })
    if (!gone.known) return gone
    if (!(await waitUntilGone(cluster, step, uid, patience))) return { known: false, why: { reason: 'timed-out', detail: 'it is being deleted, and does not go' } }
    if (unclean.length > 0) run.say(`careful: its pods on ${unclean.join(', ')} were dead when they were deleted: rules that they made may still be there, and stand in the way of DNS. Look: hopscope dns; the way out: hopscope explain ${run.plan.remedy}`)
    return known(null)
  }
  if (live !== null && isLeaving(live) && !(await waitUntilGone(cluster, step, uidOf(live), patience))) return { known: false, why: { reason: 'timed-out', detail: 'it is being deleted, and does not go' } }
  const there = live !== null && !isLeaving(live)
  const former = step.before.object
  const made = there ? await cluster.replace(resource, object.namespace, object.name, asUpdateOf(live, former)) : await cluster.create(resource, object.namespace, former)
  return made.known ? known(storedOf(made.value as unknown as Manifest)) : made
}

/** What the API server stored must be the former object, field by field: an admission webhook may think otherwise. */
async function check(run: Run, step: Step, stored: Manifest | null): Promise<Restored> {
  if (step.verb !== 'create' && stored !== null && !same(stored, step.before.object)) {
    await note(run, { kind: 'end', at: run.now().toISOString(), action: 'undo', outcome: 'stopped', why: `${nameOfStep(step)} was restored, but not exactly` })
    return { kind: 'failed', why: 'the API server stored something else than the former object: an admission webhook may have changed it' }
  }
  return { kind: 'restored' }
}
