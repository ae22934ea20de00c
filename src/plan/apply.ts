import { type Known, known } from '../model/known.ts'
import { subjectKey } from '../model/subject.ts'
import type { Manifest } from '../manifest/object.ts'
import { differences } from './as-planned.ts'
import type { Lock } from './lock.ts'
import { fetchLive, marked, type State, stateOf } from './look.ts'
import { lifetimeMs, type Plan, type Step } from './plan.ts'
import { reloadOf, serversNow, watchReload } from './reload.ts'
import { propagationFor, setInMotion, waitForRollout } from './rollout.ts'
import {
  historyNow,
  journalled,
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
import { asUpdateOf, bare, uidOf, versionOf } from '../manifest/server-owned.ts'

/**
 * Asks the person; called once the cluster has accepted the dry run, with nothing written yet. `differs`: where the API
 * server would store something else than was planned, a line each.
 */
export type Confirm = (differs: readonly string[]) => Promise<boolean>

/**
 * Applies a plan, or goes on with one that was cut off. Refuses, with nothing written, when it is the wrong cluster,
 * too old, or when any object is not as it was planned on; everything is tried as a server-side dry run first.
 */
export async function apply(run: Run, confirm: Confirm): Promise<Outcome> {
  const blocked = (await sameCluster(run)) ?? inTime(run) ?? inPhase(run)
  if (blocked !== null) return blocked
  const states = await asPlanned(run)
  if (!Array.isArray(states)) return states as Outcome
  const dry = await dryRun(run, states as readonly State[])
  if (!dry.known) return refused(`the API server would not take it: ${dry.why.detail}`, 'nothing was written')
  const { tried, differs } = dry.value
  run.say(
    `server-side dry run ${tried} accepted, every object still as planned` +
      (differs.length === 0 ? '' : '; but the API server would store something else'),
  )
  if (!(await confirm(differs))) return refused('not confirmed')
  if (run.signal.aborted) return refused('interrupted')
  return underLock(run, 'apply', (lock) => writeAll(run, lock, new Set(differs)))
}

/** Between the machine that made a plan and the one that applies it. */
const clocksMs = 5 * 60_000

function inTime(run: Run): Outcome | null {
  const { plan, now } = run
  if (Date.parse(plan.createdAt) - now().getTime() > clocksMs)
    return refused(
      `plan ${plan.id} is from the future: made at ${plan.createdAt}`,
      'is the clock here right? Then make a new one',
    )
  // Its own word for its end is not taken for longer than any plan has.
  const end = Math.min(Date.parse(plan.expiresAt), Date.parse(plan.createdAt) + lifetimeMs)
  if (now().getTime() <= end) return null
  // A new plan would take the half of this one for the former state.
  if (historyNow(run).phase === 'begun')
    return refused(
      `plan ${plan.id} is half applied, and expired at ${plan.expiresAt}`,
      `hopscope fix --undo ${plan.id}`,
    )
  return refused(`plan ${plan.id} expired at ${plan.expiresAt}`, `make a new one: hopscope fix ${plan.code} --plan`)
}

function inPhase(run: Run): Outcome | null {
  const { phase } = historyNow(run)
  if (phase === 'applied')
    return refused(
      `plan ${run.plan.id} is applied already`,
      `hopscope fix --verify ${run.plan.id}, or --undo ${run.plan.id}`,
    )
  if (phase === 'undoing') return refused(`plan ${run.plan.id} is half undone`, `hopscope fix --undo ${run.plan.id}`)
  return phase === 'undone'
    ? refused(`plan ${run.plan.id} was undone`, `make a new one: hopscope fix ${run.plan.code} --plan`)
    : null
}

/** The states of all steps when none was touched by anyone else; otherwise the refusal. */
async function asPlanned(run: Run): Promise<readonly State[] | Outcome> {
  const states = await lookSettled(run)
  if (!states.known) return refused(`an object of the plan could not be looked at: ${states.why.detail}`)
  const moved = states.value.flatMap((it, index) =>
    it.kind === 'altered' ? [`${describe(run.plan, index)}: ${it.why}`] : [],
  )
  if (moved.length === 0) return states.value
  const begun = historyNow(run).phase === 'begun'
  return refused(
    `no longer as planned: ${moved.join('; ')}`,
    begun ? `hopscope fix --undo ${run.plan.id}` : `make a new plan: hopscope fix ${run.plan.code} --plan`,
  )
}

/** Every step that is still to be written, tried on the server without being kept. */
async function dryRun(
  run: Run,
  states: readonly State[],
): Promise<Known<{ readonly tried: number; readonly differs: readonly string[] }>> {
  let tried = 0
  const differs: string[] = []
  for (const [index, step] of run.plan.steps.entries()) {
    const state = states[index]
    if (state?.kind !== 'untouched') continue
    const result = await send(run, step, state.live, true)
    if (!result.known)
      return { known: false, why: { ...result.why, detail: `${nameOfStep(step)}: ${result.why.detail}` } }
    tried += 1
    differs.push(...differsFrom(run, step, result.value))
  }
  return known({ tried, differs })
}

/**
 * What an admission webhook makes of a step, or made of it: `DaemonSet/shop/cache + spec.template.spec.hostPID: true`.
 */
function differsFrom(run: Run, step: Step, stored: Manifest | null): readonly string[] {
  if (step.verb === 'delete' || stored === null) return []
  const sent = step.verb === 'create' ? marked(step, run.plan) : step.after
  return differences(sent, stored).map((it) => `${nameOfStep(step)} ${it.sign} ${it.text}`)
}

/** `accepted`: differences that the person has seen. */
async function writeAll(run: Run, lock: Lock, accepted: ReadonlySet<string>): Promise<Outcome> {
  // Between the question and its answer minutes may pass.
  const late = inTime(run) ?? inPhase(run)
  if (late !== null) return late
  const states = await asPlanned(run)
  if (!Array.isArray(states)) return states as Outcome
  let rollout: string | null = null
  for (const [index, step] of run.plan.steps.entries()) {
    if (run.signal.aborted) return { kind: 'interrupted' }
    const lost = lock.lost()
    if (lost !== null) return { kind: 'stopped', why: lost }
    const ended = await writeStep(run, lock, { index, step }, accepted)
    if (ended.kind !== 'complete') return ended
    rollout = ended.rollout ?? rollout
  }
  return { kind: 'complete', rollout }
}

interface Numbered {
  readonly index: number
  readonly step: Step
}

/** One step, until what it set in motion stands: the DNS servers' new text, the rollout. */
async function writeStep(
  run: Run,
  lock: Lock,
  { index, step }: Numbered,
  accepted: ReadonlySet<string>,
): Promise<Outcome> {
  const reload = reloadOf(step)
  const servers = reload === null ? null : await serversNow(run.cluster, reload.reload)
  if (servers?.known === false)
    return index === 0
      ? refused(`whether the DNS servers would take the new Corefile could not be seen: ${servers.why.detail}`)
      : { kind: 'stopped', why: servers.why.detail }
  const written = await writeOne(run, lock, index, step)
  if (written.kind === 'failed') return { kind: 'stopped', why: `${nameOfStep(step)}: ${written.why}` }
  const stored = historyNow(run).step(index).stored?.object ?? null
  const differs = differsFrom(run, step, stored).filter((it) => !accepted.has(it))
  if (differs.length > 0)
    return {
      kind: 'stopped',
      why: `the API server stored something else than was planned, and than its dry run said: ${differs.join('; ')}`,
    }
  const done = { create: 'created ', replace: 'changed ', delete: 'deleted ' }
  run.say(`${written.kind === 'stood' ? 'stands  ' : done[step.verb]} ${nameOfStep(step)}`)
  if (reload !== null && servers !== null) {
    const asked = { reload: reload.reload, servers: servers.value, to: reload.after }
    const taken = await watchReload(run.cluster, asked, run)
    if (taken.kind === 'interrupted') return { kind: 'interrupted' }
    if (taken.kind === 'refused') return { kind: 'stopped', why: taken.why, takeBack: true }
    if (taken.kind === 'unseen') return { kind: 'stopped', why: taken.why }
    run.say(`reloaded ${nameOfStep(step)}: ${taken.say}`)
  }
  return rolledOut(run, step)
}

async function rolledOut(run: Run, step: Step): Promise<Outcome> {
  const workload = setInMotion(step)
  if (workload === null) return { kind: 'complete', rollout: null }
  const ended = await waitForRollout(run.cluster, workload, {
    timeoutMs: run.rolloutMs,
    sleep: run.sleep,
    signal: run.signal,
    step: run.step,
  })
  if (ended.kind === 'waiting') return { kind: 'interrupted' }
  if (ended.kind === 'failed')
    return { kind: 'stopped', why: `${subjectKey(workload)} does not become ready: ${ended.say}` }
  run.say(`ready    ${subjectKey(workload)}: ${ended.say}`)
  return { kind: 'complete', rollout: ended.say }
}

type Written =
  | { readonly kind: 'wrote' }
  | { readonly kind: 'stood' }
  | { readonly kind: 'failed'; readonly why: string }

/** Writes a step, unless it stands as planned already. */
async function writeOne(run: Run, lock: Lock, index: number, step: Step): Promise<Written> {
  const failed = (why: string): Written => ({ kind: 'failed', why })
  // A Deployment's resourceVersion moves with its status, so a precondition may be stale with nothing of note changed.
  for (let attempt = 1; ; attempt++) {
    const live = await fetchLive(run.cluster, step)
    if (!live.known) return failed(live.why.detail)
    const history = historyNow(run).step(index)
    const state = stateOf(step, live.value, run.plan, history)
    if (state.kind === 'altered') return failed(state.why)
    if (state.kind === 'written') {
      // Written by a run that was killed, or by a request whose answer was lost.
      if (!history.done)
        await note(run, {
          kind: 'done',
          at: run.now().toISOString(),
          action: 'apply',
          step: index,
          stored: live.value === null ? null : storedOf(live.value),
        })
      return { kind: attempt === 1 ? 'stood' : 'wrote' }
    }
    const expected = await send(run, step, state.live, true)
    // Tries that fail take time, and another run may have undone this step meanwhile.
    const lost = lock.lost()
    if (lost !== null) return failed(lost)
    if (expected.known) {
      const stored = await journalled(run, { action: 'apply', step: index, expected: expected.value }, async () => {
        const written = await send(run, step, state.live, false)
        return written.known ? known(written.value === null ? null : storedOf(written.value)) : written
      })
      if (stored.known) return { kind: 'wrote' }
      // Refused, or its answer was lost: only the cluster knows which.
      await run.sleep(stored.why.reason === 'timed-out' || stored.why.reason === 'cut-off' ? 1500 : 0)
      if (attempt >= 5) return failed(stored.why.detail)
    } else if (attempt >= 5) return failed(expected.why.detail)
  }
}

/** One step as a request. The answer is the object as stored (or as it would be); null for a deletion. */
async function send(run: Run, step: Step, live: Manifest | null, dryRun: boolean): Promise<Known<Manifest | null>> {
  const { cluster, plan } = run
  const { resource, object } = step
  const answer = (it: Manifest): Manifest => (dryRun ? bare(it) : it)
  switch (step.verb) {
    case 'create': {
      const made = await cluster.create(resource, object.namespace, marked(step, plan), { dryRun })
      return made.known ? known(answer(made.value as unknown as Manifest)) : made
    }
    case 'replace': {
      const put = await cluster.replace(
        resource,
        object.namespace,
        object.name,
        asUpdateOf(live ?? step.before.object, step.after),
        { dryRun },
      )
      return put.known ? known(answer(put.value as unknown as Manifest)) : put
    }
    case 'delete': {
      const gone = await cluster.delete(resource, object.namespace, object.name, {
        uid: uidOf(live ?? {}),
        ...(dryRun ? {} : { resourceVersion: versionOf(live ?? {}) }),
        dryRun,
        propagation: propagationFor(object.kind),
      })
      return gone.known ? known(null) : gone
    }
  }
}

function describe(plan: Plan, index: number): string {
  const step = plan.steps[index]
  return step === undefined ? '' : nameOfStep(step)
}
