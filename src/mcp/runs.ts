import { reasonsOf } from '../report/formats/answer.ts'
import type { DiagnosisJson } from '../report/diagnosis/json.ts'
import { evidenceOf, helpOf } from '../report/formats/words.ts'
import { plainCall } from '../report/called.ts'
import { nameOf } from '../report/name.ts'
import { some } from '../phrases.ts'
import { type Told, refused, told } from './told.ts'

type Found = DiagnosisJson['findings'][number]

/** Answers of this session, by name: the verdict is told at once, and evidence when somebody asks for it. */
export interface Runs {
  readonly keep: (diagnosis: DiagnosisJson, before: readonly string[]) => Told
  readonly finding: (run: string, id: string) => Told
}

const mostKept = 10
const mostNamed = 20

export function createRuns(): Runs {
  const kept = new Map<string, DiagnosisJson>()
  let count = 0
  return {
    keep(diagnosis, before) {
      count += 1
      const run = `r${count}`
      kept.set(run, diagnosis)
      const [oldest] = kept.keys()
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
      return told(...brief(run, diagnosis), ...before)
    },
    finding(run, id) {
      const diagnosis = kept.get(run)
      if (diagnosis === undefined) return refused(`no run ${run}: the last ${mostKept} are kept`, 'diagnose again')
      const found = [...diagnosis.findings, ...diagnosis.explained].find((it) => it.id === id)
      return found === undefined ? refused(`run ${run} has no finding ${id}`, null) : told(...whole(found))
    },
  }
}

/** The verdict first; "cannot tell" and "not asked" are said as such, since neither is health. */
function brief(run: string, it: DiagnosisJson): readonly string[] {
  const more = it.findings.length - mostNamed
  return [
    `verdict: ${it.verdict}`,
    it.headline,
    ...(it.lookedAt === '' ? [] : [`looked at: ${it.lookedAt}`]),
    ...(it.findings.length === 0 ? [] : ['', `root causes (evidence and help: tool finding, run ${run}):`]),
    ...it.findings
      .slice(0, mostNamed)
      .flatMap((one) => [
        `- ${one.id} ${one.severity} ${one.code} ${nameOf(one.subject)}: ${one.text} (${one.confidence})`,
        ...causes(one, it),
      ]),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...reasons('cannot tell, which is no sign of health', it.cannotTell),
    ...reasons('not asked', it.notAsked),
    ...(it.crashed.length === 0 ? [] : [`crashed: ${it.crashed.map((one) => one.code).join(', ')}`]),
    '',
    `${it.ok.length} checks ok, ${it.notApplicable.length} not applicable, ${it.ignored.length} ignored; run ${run}`,
  ]
}

function causes({ id }: Found, { explained }: DiagnosisJson): readonly string[] {
  const its = explained.filter((it) => it.cause === id).map((it) => `${it.code} ${nameOf(it.subject)}`)
  return its.length === 0 ? [] : [`  causes: ${some([...new Set(its)], 5)}`]
}

function reasons(title: string, its: DiagnosisJson['cannotTell']): readonly string[] {
  const groups = reasonsOf(its)
  if (groups.length === 0) return []
  const lines = groups.slice(0, mostNamed).map(({ codes, why, settle }) => {
    const way = settle === null ? '' : ` (settled by ${settle})`
    return `- ${some(codes, 6)}: ${why}${way}`
  })
  return ['', `${title}:`, ...lines, ...(groups.length > mostNamed ? [`and ${groups.length - mostNamed} more`] : [])]
}

function whole(it: Found): readonly string[] {
  const { sentence, steps } = helpOf(it, plainCall)
  return [
    `${it.severity}[${it.code}] ${it.title}: ${nameOf(it.subject)} (${it.confidence})`,
    it.text,
    it.detail,
    ...it.evidence.flatMap((one) => ['', ...evidenceOf(one)]),
    '',
    ...(it.note === null ? [] : [`why: ${it.note}`]),
    ...(sentence === null ? [] : [`help: ${sentence}`]),
    ...steps.map((step) => `  ${step}`),
    ...(it.remedies.length === 0 ? [] : [`a plan can be shown: tool fix, code ${it.code}`]),
  ]
}
