import { apply } from '../../plan/apply.ts'
import type { Plan } from '../../plan/plan.ts'
import { undo } from '../../plan/undo.ts'
import type { Ended } from '../with-cluster.ts'
import { type Cut, cutOf, type RunAsk, type RunCaller, type Running, withRun } from './run.ts'
import { type Verified, verifyRun } from './verify.ts'

export type Applied =
  /** `verified` null: it was not asked for. */
  | { readonly kind: 'applied'; readonly plan: Plan; readonly verified: Verified | null }
  /** It was seen to do no good; the cluster is as it was. */
  | { readonly kind: 'taken-back'; readonly plan: Plan }
  | Cut

/** Applies a plan, or goes on with one that was cut off; verifies it unless told not to. */
export function applyPlan(ask: RunAsk & { readonly verifyAfter: boolean }, caller: RunCaller): Promise<Ended<Applied>> {
  return withRun<Applied>(ask, caller, async (running) => {
    const { run, tell } = running
    const { plan, signal, cluster } = run
    const asking = running.asker({ what: 'apply', plan, context: cluster.context, signal })
    tell({ kind: 'plan', plan })
    const outcome = await apply(run, async (lines) => {
      if (lines.length > 0) tell({ kind: 'would-differ', lines })
      return asking(lines.length > 0)
    })
    if (outcome.kind === 'stopped' && outcome.takeBack === true) return takeBack(running, outcome.why)
    if (outcome.kind !== 'complete') return cutOf(outcome, plan, 'apply')
    tell({ kind: 'applied' })
    return { kind: 'applied', plan, verified: ask.verifyAfter ? await verifyRun(running, ask) : null }
  })
}

/** What has shown to do no good does not stay until somebody reads this. */
async function takeBack({ run, tell }: Running, why: string): Promise<Applied> {
  tell({ kind: 'taking-back', why })
  const outcome = await undo(run, { force: false })
  return outcome.kind === 'complete' ? { kind: 'taken-back', plan: run.plan } : cutOf(outcome, run.plan, 'undo')
}
