import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis } from '../../engine.ts'
import { historyNow } from '../../plan/run.ts'
import type { History } from '../../plan/history.ts'
import { announceInside, lookUpInside, planInsideLookups } from '../../plan/inside.ts'
import { enoughLookups } from '../../plan/measure.ts'
import { isReversible, type Plan } from '../../plan/plan.ts'
import { type Verdict, verify } from '../../plan/verify.ts'
import type { Verification } from '../../remedies/remedy.ts'
import { gather } from '../gather.ts'
import { type Ended, timedOut } from '../with-cluster.ts'
import { type Cut, type RunAsk, type RunCaller, type Running, withRun } from './run.ts'

export interface Verified {
  readonly kind: 'verified'
  readonly plan: Plan
  readonly verdict: Verdict
  /** How far the plan is: a cure without it is not its doing. */
  readonly phase: History['phase']
  readonly isReversible: boolean
}

/** Runs the checks that a plan names again, and compares. */
export function verifyPlan(ask: RunAsk, caller: RunCaller): Promise<Ended<Verified | Cut>> {
  return withRun<Verified>(ask, caller, (running) => verifyRun(running, ask))
}

export async function verifyRun(running: Running, ask: RunAsk): Promise<Verified> {
  const { run, tell } = running
  const { plan, cluster, signal } = run
  tell({ kind: 'step', line: 'verifying ...' })
  const verdict = await verify(plan, {
    diagnose: (wanted) => lookAgain(running, wanted, ask),
    inside: ({ workloads }, { model }) => {
      const specs = planInsideLookups(model, workloads)
      const line = ask.exec === false ? 'makes no lookup inside pods (--no-exec)' : announceInside(specs)
      if (specs.length > 0) tell({ kind: 'announce', line })
      return lookUpInside(cluster, specs, signal)
    },
  })
  signal.throwIfAborted()
  return { kind: 'verified', plan, verdict, phase: historyNow(run).phase, isReversible: isReversible(plan) }
}

const accessFlags = { node: { nodeAccess: true }, probe: { probe: true }, read: {} } as const

async function lookAgain({ run, tell }: Running, wanted: Verification, ask: RunAsk): Promise<Diagnosis> {
  const { namespace, target, level } = wanted
  const { namespace: _namespace, allNamespaces: _all, probe: _probe, nodeAccess: _node, ...rest } = ask
  const everywhere = target === null ? { allNamespaces: true } : {}
  const where = namespace === null ? everywhere : { namespace }
  const counts = wanted.inside === undefined ? { servicePairs: enoughLookups } : {}
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(ask.timeout)])
  const { model, isLate } = await gather({ cluster: run.cluster, signal, tell }, target, {
    ...rest,
    ...where,
    ...accessFlags[level],
    counts,
  })
  if (isLate) throw timedOut(ask.timeout, undefined, ', and a cure is told of a whole look')
  return diagnose(model, { checks })
}
