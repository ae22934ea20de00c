import { subjectKey } from '../../model/subject.ts'
import { buildPlan } from '../../plan/build.ts'
import { writeFiles } from '../../plan/files.ts'
import { announceInside, lookUpInside, planInsideLookups } from '../../plan/inside.ts'
import { enoughLookups, type Measure, measure, measureInside } from '../../plan/measure.ts'
import type { Plan } from '../../plan/plan.ts'
import { savePlan } from '../../plan/store.ts'
import { remediesFor } from '../../remedies/registry.ts'
import type { NotOffered, Remedy, Verification } from '../../remedies/remedy.ts'
import { ToolError } from '../../tool-error.ts'
import type { Caller } from '../events.ts'
import type { Ended } from '../with-cluster.ts'
import {
  askOf,
  checkNamed,
  findingsOf,
  type FixAsk,
  type Look,
  type NoFinding,
  noFinding,
  subjectsOf,
  withLook,
} from './look.ts'

export interface PlanAsk extends FixAsk {
  /** The folder of plans and journals. */
  readonly plansIn: string
  /** Where the manifests of what belongs to somebody's repository are written. */
  readonly filesIn: string
}

export interface Refusal {
  readonly remedy: Pick<Remedy, 'id' | 'title'>
  readonly reason: NotOffered
}

export type Planned =
  /** `files`: the folder of manifests; null where nobody's repository is concerned. */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly files: string | null }
  | {
      readonly kind: 'no-plan'
      readonly code: string
      readonly refusals: readonly Refusal[]
    }
  | NoFinding

/** Works the plan out of the first remedy that is offered, and keeps it. Changes nothing in the cluster. */
export async function makePlan(code: string, ask: PlanAsk, caller: Caller): Promise<Ended<Planned>> {
  const check = checkNamed(code)
  const choices = choicesFor(check.code, ask.remedy ?? null)
  const asked = { ...ask, counts: { servicePairs: enoughLookups } }
  return withLook<Planned>(check.code, asked, caller, async (look) => {
    const all = findingsOf(look.diagnosis, check.code)
    if (all.length === 0) return noFinding(check.code, look.diagnosis)
    const subjects = subjectsOf(ask)
    const chosen = all.filter((it) => subjects.some((one) => subjectKey(one) === subjectKey(it.subject)))
    const about = {
      findings: chosen.length > 0 ? chosen : all,
      named: subjects.filter((it) => !all.some((one) => subjectKey(one.subject) === subjectKey(it))),
    }
    const refusals: Refusal[] = []
    for (const remedy of choices) {
      const question = await askOf(look.cluster, look.diagnosis.model, about, ask)
      const plan = await buildPlan(look.cluster, remedy, question, {
        now: new Date(),
        measuring: (wanted) => measureBefore(look, wanted),
      })
      if (!('kind' in plan)) return keep(plan, ask)
      refusals.push({ remedy, reason: plan })
    }
    return { kind: 'no-plan', code: check.code, refusals }
  })
}

function choicesFor(code: string, wanted: string | null): readonly Remedy[] {
  const all = remediesFor(code)
  const choices = all.filter((it) => wanted === null || it.id === wanted)
  if (choices.length > 0) return choices
  if (wanted === null) throw new ToolError('usage', `no remedy is known for ${code}`, `hopscope explain ${code}`)
  const others = all.map((it) => it.id).join(', ') || 'none'
  throw new ToolError('usage', `no remedy \`${wanted}\` for ${code}`, `there is ${others}`)
}

/**
 * As it is verified afterwards: inside the workload's pods, or from probe pods, whose lookups the diagnosis has made
 * already.
 */
async function measureBefore(
  { cluster, diagnosis: { model }, signal, tell }: Look,
  { inside }: Verification,
): Promise<Measure | null> {
  if (inside === undefined) return measure(model)
  const specs = model.scope.level === 'read' ? [] : planInsideLookups(model, inside.workloads)
  if (specs.length === 0) return null
  tell({ kind: 'announce', line: announceInside(specs) })
  const seen = await lookUpInside(cluster, specs, signal)
  for (const it of seen)
    if (it.short !== null) tell({ kind: 'announce', line: `lookups inside pod ${it.pod}: ${it.short}` })
  signal.throwIfAborted()
  return measureInside(seen)
}

async function keep(plan: Plan, { plansIn, filesIn }: PlanAsk): Promise<Planned> {
  await savePlan(plan, plansIn)
  return { kind: 'plan', plan, files: plan.owners.length === 0 ? null : await writeFiles(plan, filesIn) }
}
