import type { Diagnosis } from '../engine.ts'
import { subjectKey } from '../model/subject.ts'
import type { Model } from '../model/sources.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import type { Verification } from '../remedies/remedy.ts'
import { type Measure, measure } from './measure.ts'
import type { Plan } from './plan.ts'

export interface Verdict {
  /** `unsure`: nothing speaks against it, and something could not be seen. Never taken for health. */
  readonly kind: 'fixed' | 'not-fixed' | 'unsure'
  readonly reasons: readonly string[]
  readonly rows: readonly { readonly what: string; readonly before: string; readonly after: string }[]
}

/** Runs the diagnosis that a plan's verification names. Handed in by the command line, which knows how to gather. */
export type Diagnose = (wanted: Verification) => Promise<Diagnosis>

/** Whether the plan did what it was for: its checks run again, none finds anything, and each of them could tell. */
export async function verify(plan: Plan, diagnose: Diagnose): Promise<Verdict> {
  return judge(plan, await diagnose(plan.verify))
}

export function judge(plan: Plan, diagnosis: Diagnosis): Verdict {
  const { codes, p99Ms, inside } = plan.verify
  const bad: string[] = []
  const unsure: string[] = []
  for (const code of codes) {
    const result = diagnosis.results.find((it) => it.check.code === code)
    if (result === undefined) unsure.push(`${code} did not run`)
    else if (result.verdict === 'crashed') unsure.push(`${code} crashed: ${result.crash?.split('\n')[0] ?? ''}`)
    else {
      bad.push(...result.findings.filter((it) => concerns(plan, code, subjectKey(it.subject))).map((it) => `${code} still finds ${subjectKey(it.subject)}: ${result.check.words.detail(it)}`))
      unsure.push(...result.cannotTell.map((it) => `${code} cannot tell: ${it.why}`))
      // Nothing was there to look at, so nothing was seen to be well.
      if (result.verdict === 'not-applicable') unsure.push(`${code} had nothing to look at: ${result.note ?? ''}`)
    }
  }
  const after = measure(diagnosis.model)
  if (p99Ms !== null && after === null) unsure.push('no look-ups were measured')
  if (p99Ms !== null && after !== null && after.p99Ms > p99Ms) bad.push(`p99 is ${time(after.p99Ms)}, and must be under ${p99Ms} ms`)
  if (inside !== undefined) {
    const seen = insideOf(diagnosis.model, inside)
    bad.push(...seen.bad)
    unsure.push(...seen.unsure)
  }
  const kind = bad.length > 0 ? 'not-fixed' : unsure.length > 0 ? 'unsure' : 'fixed'
  return { kind, reasons: [...bad, ...unsure], rows: plan.measured === null && after === null ? [] : table(plan.measured, after) }
}

/** Of the code that the plan is for, only what the plan was to fix; of the others, everything. */
function concerns(plan: Plan, code: string, key: string): boolean {
  if (code !== plan.code || plan.verify.target === 'dns') return true
  const touched = plan.steps.map((it) => it.object)
  return key === subjectKey(plan.subject) || touched.some((it) => subjectKey(it) === key || (it.kind === 'NetworkPolicy' && it.name.replace(/-allow-dns$/, '') === key.split('/').at(-1)))
}

/** What pods of a workload see in their resolv.conf. */
function insideOf(model: Model, { workloads, option }: NonNullable<Verification['inside']>): { readonly bad: readonly string[]; readonly unsure: readonly string[] } {
  const { insideViews, pods } = model.sources
  const bad: string[] = []
  const unsure: string[] = []
  for (const workload of workloads) {
    const key = subjectKey(workload)
    const own = pods.known ? pods.value.filter((it) => !it.deleting && subjectKey(workloadOfPod(it)) === key) : []
    const views = insideViews.known ? insideViews.value.filter((view) => own.some((it) => it.name === view.pod && it.namespace === view.namespace)) : []
    const confs = views.flatMap((it) => (it.resolvConf.known ? [{ pod: it.pod, text: it.resolvConf.value }] : []))
    const without = confs.find((it) => !new RegExp(`^\\s*options\\b.*\\s${option}(\\s|$)`, 'm').test(it.text))
    if (without !== undefined) bad.push(`pod ${without.pod} has no \`${option}\` in its resolv.conf`)
    if (confs.length === 0) unsure.push(`no pod of ${key} could be looked into`)
  }
  return { bad, unsure }
}

function table(before: Measure | null, after: Measure | null): Verdict['rows'] {
  const row = (what: string, text: (it: Measure) => string): Verdict['rows'][number] => ({ what, before: cell(before, text), after: cell(after, text) })
  return [
    row('look-ups lost', (it) => `${it.lost} of ${it.lookups}`),
    row('look-ups > 1 s', (it) => `${it.slow} of ${it.lookups}`),
    row('p50 / p99', (it) => `${time(it.p50Ms)} / ${time(it.p99Ms)}`),
  ]
}

function cell(it: Measure | null, text: (it: Measure) => string): string {
  return it === null ? 'not measured' : text(it)
}

function time(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`
}
