import type { Subject } from '../../model/subject.ts'
import { isReversible, type Plan } from '../../plan/plan.ts'
import { historyNow } from '../../plan/run.ts'
import { undo } from '../../plan/undo.ts'
import type { Ended } from '../with-cluster.ts'
import { type Cut, cutOf, type RunAsk, type RunCaller, withRun } from './run.ts'

/** `not-undone`: no undo brings back what the plan took. */
export interface Gone {
  readonly object: Subject
  readonly why: string
}

export type Undone =
  | { readonly kind: 'undone'; readonly plan: Plan }
  /** What no undo brings back, and why. */
  | { readonly kind: 'not-undone'; readonly plan: Plan; readonly gone: readonly Gone[] }
  | Cut

/** Puts every field that a plan changed back as it was. `force`: also those that somebody else changed since. */
export function undoPlan(ask: RunAsk & { readonly force: boolean }, caller: RunCaller): Promise<Ended<Undone>> {
  return withRun<Undone>(ask, caller, async ({ run, tell, asker }) => {
    const { plan, signal, cluster } = run
    const question = { plan, signal, context: cluster.context }
    if (plan.undoFirst !== undefined && historyNow(run).phase === 'applied') {
      const asking = asker({ ...question, what: 'undo' })
      tell({ kind: 'undo-first', line: plan.undoFirst })
      if (!(await asking(false))) return cutOf({ kind: 'refused', why: 'not confirmed', hint: null }, plan, 'undo')
    }
    const asking = ask.force ? asker({ ...question, what: 'take-back' }) : null
    const outcome = await undo(run, {
      force: ask.force,
      confirm: async (lines) => {
        tell({ kind: 'would-take', lines })
        return asking === null ? false : asking(false)
      },
    })
    if (outcome.kind !== 'complete') return cutOf(outcome, plan, 'undo')
    return isReversible(plan) ? { kind: 'undone', plan } : { kind: 'not-undone', plan, gone: goneOf(plan) }
  })
}

function goneOf({ steps }: Plan): readonly Gone[] {
  return steps.flatMap(({ object, inverse }) => (inverse.verb === 'gone' ? [{ object, why: inverse.why }] : []))
}
