import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type History, historyOf } from '../../plan/history.ts'
import { openJournal } from '../../plan/journal.ts'
import { thisRun } from '../../plan/lock.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Outcome, Run } from '../../plan/run.ts'
import { loadPlan } from '../../plan/store.ts'
import { ToolError } from '../../tool-error.ts'
import type { ClusterAsk, ProbeAsk } from '../asks.ts'
import type { Caller, SessionEvent } from '../events.ts'
import { type Ended, onCluster } from '../with-cluster.ts'
import { open } from '../open.ts'

export type { Plan } from '../../plan/plan.ts'

export interface RunAsk extends ClusterAsk, ProbeAsk {
  /** The plan's id. */
  readonly id: string
  /** The folder of plans and journals. */
  readonly plansIn: string
  /** For each rollout. */
  readonly rolloutMs: number
}

export type RunEvent =
  | SessionEvent
  /** The plan, before anything is done about it. */
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** A line of what was done or seen, that stays. */
  | { readonly kind: 'done'; readonly line: string }
  | { readonly kind: 'careful'; readonly line: string }
  /** What an admission webhook or the API server would make of what the plan writes. */
  | { readonly kind: 'would-differ'; readonly lines: readonly string[] }
  /** What somebody else changed since, and a forced undo would take back. */
  | { readonly kind: 'would-take'; readonly lines: readonly string[] }
  /** What a person should have done before the undo. */
  | { readonly kind: 'undo-first'; readonly line: string }
  | { readonly kind: 'applied' }
  /** It has shown to do no good. */
  | { readonly kind: 'taking-back'; readonly why: string }

export interface Question {
  readonly what: 'apply' | 'undo' | 'take-back'
  readonly plan: Plan
  readonly context: string
  readonly signal: AbortSignal
}

/** Asks; `differs`: the plan would be stored as something else, which a script has not seen. */
export type Asking = (differs: boolean) => Promise<boolean>

export interface RunCaller extends Caller<RunEvent> {
  /** Called before anything is sent, so that who can't be asked learns it at once; what it returns asks. */
  readonly asker: (question: Question) => Asking
}

/** What a run works with: the plan's own, and the caller. */
export interface Running extends RunCaller {
  readonly run: Run
}

/** How a run ended that did not do all. `onward`: what it takes to go on. */
export type Cut =
  | { readonly kind: 'stopped'; readonly action: 'apply' | 'undo'; readonly plan: Plan; readonly why: string }
  /** Between two writes; the journal says how far it came. */
  | { readonly kind: 'cut-off'; readonly action: 'apply' | 'undo'; readonly plan: Plan }
  /** Interrupted while nothing was being written. */
  | { readonly kind: 'idle'; readonly plan: Plan; readonly phase: History['phase'] }

/** The frame of what is done with a plan: the plan, the cluster that it is for, its journal. */
export async function withRun<T>(
  ask: RunAsk,
  caller: RunCaller,
  work: (running: Running) => Promise<T | Cut>,
): Promise<Ended<T | Cut>> {
  const plan = await loadPlan(ask.id, ask.plansIn)
  const there = ask.context === undefined ? { ...ask, context: plan.cluster.context } : ask
  return onCluster<T | Cut>(
    (signal) => open(there, signal),
    { ...caller, timeoutMs: null },
    async ({ cluster, signal }) => {
      const journal = await openJournal(ask.plansIn, plan.id)
      try {
        const run: Run = {
          cluster,
          plan,
          journal,
          run: thisRun(randomBytes(4).toString('hex')),
          now: () => new Date(),
          sleep: (ms) => sleep(ms),
          signal,
          say: (line) => caller.tell({ kind: 'done', line }),
          warn: (line) => caller.tell({ kind: 'careful', line }),
          step: (line) => caller.tell({ kind: 'step', line }),
          rolloutMs: ask.rolloutMs,
        }
        return await work({ ...caller, run })
      } catch (error) {
        if (!signal.aborted) throw error
        const { phase } = historyOf(journal.entries)
        if (phase === 'begun') return { kind: 'cut-off', action: 'apply', plan }
        return phase === 'undoing' ? { kind: 'cut-off', action: 'undo', plan } : { kind: 'idle', plan, phase }
      } finally {
        await journal.close()
      }
    },
  )
}

/** An outcome that is not complete; a refusal is an error: nothing was written. */
export function cutOf(
  outcome: Exclude<Outcome, { readonly kind: 'complete' }>,
  plan: Plan,
  action: 'apply' | 'undo',
): Cut {
  if (outcome.kind === 'refused') throw new ToolError('usage', `${outcome.why}. Nothing was written`, outcome.hint)
  if (outcome.kind === 'interrupted') return { kind: 'cut-off', action, plan }
  return { kind: 'stopped', action, plan, why: outcome.why }
}
