import { type Known, known, unknown } from '../model/known.ts'
import { subjectKey } from '../model/subject.ts'
import type { Manifest } from '../manifest/object.ts'
import type { Lock } from './lock.ts'
import { fetchLive } from './look.ts'
import type { Step } from './plan.ts'
import { reloadOf, serversNow, watchReload } from './reload.ts'
import { mayLeaveRules } from './residue.ts'
import { propagationFor, setInMotion, waitForRollout, waitUntilGone } from './rollout.ts'
import {
  historyNow,
  journalled,
  lookAtAll,
  lookSettled,
  nameOfStep,
  note,
  type Outcome,
  type Run,
  refused,
  sameCluster,
  storedOf,
  underLock,
} from './run.ts'
import { asUpdateOf, same, uidOf, versionOf } from '../manifest/server-owned.ts'
import { judgeStep, keptWords, type Todo } from './undo-step.ts'

export interface UndoAsk {
  /**
   * Takes back also what someone else changed since in the plan's own fields, once the person has seen it and said yes.
   * Writes to nothing that someone else made, even then.
   */
  readonly force: boolean
  /** Shows what would be lost, and asks; called only for a forced undo that takes something of others away. */
  readonly confirm?: (lines: readonly string[]) => Promise<boolean>
}

/**
 * Puts the fields that the plan changed back as they were, last step first, from the plan and its journal: after a
 * whole apply, and after one that was killed anywhere. What others changed elsewhere stays. Looks before it writes, so
 * running it again does nothing twice. Refuses, with nothing written, when someone else changed one of the plan's own
 * fields since.
 */
export async function undo(run: Run, { force, confirm }: UndoAsk): Promise<Outcome> {
  const blocked = await sameCluster(run)
  if (blocked !== null) return blocked
  const { phase, loose } = historyNow(run)
  if (phase === 'new' && run.journal.entries.length === 0)
    return refused(`plan ${run.plan.id} was never applied: there is nothing to undo`)
  if (phase === 'undone' && !loose) {
    const different = await notAsBefore(run)
    if (different?.kind === 'stopped')
      return refused(
        `plan ${run.plan.id} is undone already, and since then changed: ${different.why}`,
        'whoever changed it knows why; this plan has nothing more to undo',
      )
    run.say(`plan ${run.plan.id} is undone already`)
    return { kind: 'complete', rollout: null }
  }
  const moved = await changedByOthers(run)
  if ('kind' in moved) return moved
  if (moved.why.length > 0 && !force) return blockedBy(run, moved.why)
  if (moved.lines.length > 0 && confirm !== undefined && !(await confirm(moved.lines))) return refused('not confirmed')
  return underLock(run, 'undo', async (lock) => {
    const now = await changedByOthers(run)
    if ('kind' in now) return now
    if (now.why.length > 0 && !force) return blockedBy(run, now.why)
    if (now.lines.join('\n') !== moved.lines.join('\n'))
      return refused(
        'it changed again while it was looked at',
        `look again: hopscope fix --undo ${run.plan.id} --force`,
      )
    return restoreAll(run, lock, { force, taken: phase === 'applied' })
  })
}

function blockedBy(run: Run, why: readonly string[]): Outcome {
  return refused(
    `changed by someone else since plan ${run.plan.id}: ${why.join('; ')}`,
    `to see it, and be asked: hopscope fix --undo ${run.plan.id} --force`,
  )
}

interface Moved {
  readonly why: readonly string[]
  readonly lines: readonly string[]
}

/** What an undo would take away of what others did since. */
async function changedByOthers(run: Run): Promise<Moved | Outcome> {
  const states = await lookSettled(run)
  if (!states.known) return refused(`an object of the plan could not be looked at: ${states.why.detail}`)
  const history = historyNow(run)
  const moved = run.plan.steps.flatMap((step, index) => {
    const past = history.step(index)
    const { against } = past.intended
      ? judgeStep(step, states.value[index]?.live ?? null, run.plan, past)
      : { against: null }
    return against === null ? [] : [{ step, against }]
  })
  return {
    why: moved.map(({ step, against }) => `${nameOfStep(step)}: ${against.why}`),
    lines: moved.flatMap(({ step, against }) => [nameOfStep(step), ...against.lines.map((it) => `  ${it}`)]),
  }
}

interface Undoing {
  readonly force: boolean
  /** The DNS servers run what the plan wrote, so they will be seen to take the former text again. */
  readonly taken: boolean
}

async function restoreAll(run: Run, lock: Lock, undoing: Undoing): Promise<Outcome> {
  let rollout: string | null = null
  const slow: string[] = []
  for (const [index, step] of [...run.plan.steps.entries()].reverse()) {
    if (!historyNow(run).step(index).intended) continue
    if (run.signal.aborted) return { kind: 'interrupted' }
    const lost = lock.lost()
    if (lost !== null) return { kind: 'stopped', why: lost }
    const ended = await restoreStep(run, lock, { index, step }, undoing)
    if (ended.kind === 'stopped') return ended
    slow.push(...ended.slow)
    rollout = ended.rollout ?? rollout
  }
  for (const it of slow) run.say(`not ready, as restored: ${it}`)
  return (await notAsBefore(run)) ?? { kind: 'complete', rollout }
}

interface Numbered {
  readonly index: number
  readonly step: Step
}

type StepEnd =
  | { readonly kind: 'stopped'; readonly why: string }
  /** `slow`: what was restored, and was not seen to be as ready as it should be. */
  | { readonly kind: 'passed'; readonly slow: readonly string[]; readonly rollout: string | null }

async function restoreStep(run: Run, lock: Lock, numbered: Numbered, { force, taken }: Undoing): Promise<StepEnd> {
  const { step } = numbered
  const reload = taken ? reloadOf(step) : null
  const servers = reload === null ? null : await serversNow(run.cluster, reload.reload)
  const result = await restoreOne(run, lock, numbered, force)
  if (result.kind === 'failed') return { kind: 'stopped', why: `${nameOfStep(step)}: ${result.why}` }
  if (result.kind === 'nothing') {
    if (result.say !== null) run.say(`left     ${nameOfStep(step)}: ${result.say}`)
    return { kind: 'passed', slow: [], rollout: null }
  }
  run.say(
    `${step.verb === 'create' ? 'deleted ' : 'restored'} ${nameOfStep(step)}` +
      (result.say === null ? '' : `: ${result.say}`),
  )
  const slow = reload === null || servers === null ? [] : await takenAgain(run, step, reload, servers)
  const ready = await readyAgain(run, step)
  return { kind: 'passed', slow: [...slow, ...ready.slow], rollout: ready.rollout }
}

/** Whether the DNS servers run the former text again; else a line that says so. */
async function takenAgain(
  run: Run,
  step: Step,
  { reload, before }: NonNullable<ReturnType<typeof reloadOf>>,
  servers: Awaited<ReturnType<typeof serversNow>>,
): Promise<readonly string[]> {
  const again = servers.known
    ? await watchReload(run.cluster, { reload, servers: servers.value, to: before }, run)
    : null
  if (again?.kind === 'taken') {
    run.say(`reloaded ${nameOfStep(step)}: ${again.say}`)
    return []
  }
  const isUnseen = again === null || again.kind === 'interrupted'
  return [`${nameOfStep(step)}: ${isUnseen ? 'whether the DNS servers took it again was not seen' : again.why}`]
}

/** The former state is back whatever the rollout does: a workload that was broken before is broken again. */
async function readyAgain(run: Run, step: Step): Promise<Omit<Extract<StepEnd, { kind: 'passed' }>, 'kind'>> {
  const workload = step.verb === 'create' ? null : setInMotion(step)
  if (workload === null || step.verb === 'delete') return { slow: [], rollout: null }
  const ended = await waitForRollout(run.cluster, workload, {
    timeoutMs: run.rolloutMs,
    sleep: run.sleep,
    signal: run.signal,
    step: run.step,
  })
  if (ended.kind === 'ready') return { slow: [], rollout: ended.say }
  return { slow: [`${subjectKey(workload)}: ${ended.say}`], rollout: null }
}

/** "As it was" is said of what was looked at, last of all, and of nothing else. */
async function notAsBefore(run: Run): Promise<Outcome | null> {
  const states = await lookAtAll(run)
  if (!states.known)
    return { kind: 'stopped', why: `whether everything is as it was could not be seen: ${states.why.detail}` }
  const history = historyNow(run)
  const different = run.plan.steps.filter((step, index) => {
    const past = history.step(index)
    return past.intended && judgeStep(step, states.value[index]?.live ?? null, run.plan, past).todo.kind !== 'nothing'
  })
  return different.length === 0
    ? null
    : { kind: 'stopped', why: `not as it was: ${different.map(nameOfStep).join(', ')}` }
}

type Restored =
  | { readonly kind: 'restored'; readonly say: string | null }
  | { readonly kind: 'nothing'; readonly say: string | null }
  | { readonly kind: 'failed'; readonly why: string }

async function restoreOne(run: Run, lock: Lock, { index, step }: Numbered, force: boolean): Promise<Restored> {
  for (let attempt = 1; ; attempt++) {
    const live = await fetchLive(run.cluster, step)
    if (!live.known) return { kind: 'failed', why: live.why.detail }
    const { todo, against } = judgeStep(step, live.value, run.plan, historyNow(run).step(index))
    if (todo.kind === 'nothing') return todo
    if (against !== null && !force) return { kind: 'failed', why: against.why }
    const lost = lock.lost()
    if (lost !== null) return { kind: 'failed', why: lost }
    const stored = await journalled(run, { action: 'undo', step: index, expected: null }, () =>
      putBack(run, step, todo, live.value),
    )
    if (stored.known) return check(run, step, todo, stored.value?.object ?? null)
    if (attempt >= 5) return { kind: 'failed', why: stored.why.detail }
    await run.sleep(200 * attempt)
  }
}

type Written = Exclude<Todo, { kind: 'nothing' }>

async function putBack(
  run: Run,
  step: Step,
  todo: Written,
  live: Manifest | null,
): Promise<Known<ReturnType<typeof storedOf> | null>> {
  const { cluster } = run
  const { resource, object } = step
  const patience = { timeoutMs: run.rolloutMs, sleep: run.sleep, step: run.step }
  const stays = unknown('timed-out', 'it is being deleted, and does not go')
  if (todo.kind === 'delete') {
    const uid = uidOf(todo.live)
    const unclean = await mayLeaveRules(cluster, object, todo.live)
    const gone = await cluster.delete(resource, object.namespace, object.name, {
      uid,
      resourceVersion: versionOf(todo.live),
      propagation: propagationFor(object.kind),
    })
    if (!gone.known) return gone
    if (!(await waitUntilGone(cluster, step, uid, patience))) return stays
    if (unclean.length > 0)
      run.warn(
        `its pods on ${unclean.join(', ')} were dead when they were deleted: ` +
          'rules that they made may still be there, and stand in the way of DNS. ' +
          `Look: hopscope dns; the way out: hopscope explain ${run.plan.remedy}`,
      )
    return known(null)
  }
  if (todo.kind === 'create' && live !== null && !(await waitUntilGone(cluster, step, uidOf(live), patience)))
    return stays
  const made =
    todo.kind === 'create'
      ? await cluster.create(resource, object.namespace, todo.object)
      : await cluster.replace(resource, object.namespace, object.name, asUpdateOf(todo.live, todo.object))
  return made.known ? known(storedOf(made.value as unknown as Manifest)) : made
}

/** What the API server stored must be what was sent, field by field: an admission webhook may think otherwise. */
async function check(run: Run, step: Step, todo: Written, stored: Manifest | null): Promise<Restored> {
  if (todo.kind !== 'delete' && stored !== null && !same(stored, todo.object)) {
    await note(run, {
      kind: 'end',
      at: run.now().toISOString(),
      action: 'undo',
      outcome: 'stopped',
      why: `${nameOfStep(step)} was restored, but not exactly`,
    })
    return {
      kind: 'failed',
      why: 'the API server stored something else than the former object: an admission webhook may have changed it',
    }
  }
  return { kind: 'restored', say: todo.kind === 'replace' && todo.kept.length > 0 ? keptWords(todo.kept) : null }
}
