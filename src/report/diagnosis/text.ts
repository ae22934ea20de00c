import { stripVTControlCharacters } from 'node:util'
import { type CheckResult, type Diagnosis, isNotAsked } from '../../engine.ts'
import type { Finding, RootCause } from '../../findings/finding.ts'
import type { AnyCheck } from '../../findings/check.ts'
import { subjectKey } from '../../model/subject.ts'
import { untoldText } from '../../relations/untold.ts'
import { evidenceLines } from '../evidence-text.ts'
import { headline, isUnsure, tally } from './headline.ts'
import { byLateness } from './late-probes.ts'
import { lookedAt } from './looked-at.ts'
import type { Level } from '../../model/sources.ts'
import { helpLines, levelOfDns, notAgain, withoutAltered } from '../help.ts'
import { readable } from '../../phrases.ts'
import { nameOf } from '../name.ts'
import type { Paint } from '../paint.ts'
import { page } from '../visible.ts'
import { countedByPart, together, type Unlooked, unlookedParts } from './unlooked.ts'

export interface TextOptions {
  readonly paint: Paint
  /** `quiet`: verdict lines only. `verbose`: all evidence, every check that was ok, consequences in full. */
  readonly detail: 'quiet' | 'normal' | 'verbose'
  /** Printed under the findings: a table that a command adds. */
  readonly above?: readonly string[]
  /** Printed under the counts: what was probed, how long it took. Empty for a golden text. */
  readonly footer: readonly string[]
}

/** The whole answer as text: the verdict first, then each root cause with evidence and help, then what was not seen. */
export function text(diagnosis: Diagnosis, options: TextOptions): string {
  const { paint } = options
  const checks = new Map(diagnosis.results.map((it) => [it.check.code, it.check]))
  const places = placesOf(diagnosis.roots)
  const shown = { ...options, level: levelOfDns(diagnosis.model.scope) }
  const lines = [
    paint.strong(headline(diagnosis)),
    ...diagnosis.roots.flatMap((root, index) => rootOrRepeat(root, places[index] ?? alone, checks, shown)),
    ...(options.above === undefined || options.above.length === 0 ? [] : ['', ...options.above]),
    ...crashedLines(diagnosis.results, options),
    ...cannotTellLines(diagnosis, options),
    ...(options.detail === 'verbose' ? okLines(diagnosis.results, options) : []),
    '',
    tally(diagnosis, paint),
    ...seenLines(diagnosis),
    ...options.footer,
  ]
  return page(lines, paint)
}

/** What the answer rests on; without findings the headline says it already. */
function seenLines(diagnosis: Diagnosis): readonly string[] {
  const seen = lookedAt(diagnosis.model)
  return seen === '' || diagnosis.roots.every((it) => it.finding.severity === 'info') ? [] : [`looked at: ${seen}`]
}

/** With the level of access of the run that is told of. */
interface Shown extends TextOptions {
  readonly level: Level
}

/** Where a root stands among those of its code; `isNamed`: one before it is about the same object. */
interface Place {
  readonly nth: number
  readonly of: number
  readonly isNamed: boolean
}

const alone: Place = { nth: 0, of: 1, isNamed: false }

function placesOf(roots: readonly RootCause[]): readonly Place[] {
  const counts = new Map<string, number>()
  const named = new Set<string>()
  const places = roots.map(({ finding: { code, subject } }) => {
    const nth = counts.get(code) ?? 0
    counts.set(code, nth + 1)
    const key = `${code} ${subjectKey(subject)}`
    const isNamed = named.has(key)
    named.add(key)
    return { code, nth, isNamed }
  })
  return places.map(({ code, nth, isNamed }) => ({ nth, isNamed, of: counts.get(code) ?? 0 }))
}

/** As many more of one code are named by themselves: hundreds of one kind would drown whatever else is wrong. */
const mostRepeats = 5

/** The same fault in another place: its evidence looks like the first one's, so `-v` has it. */
function rootOrRepeat(
  root: RootCause,
  { nth, of, isNamed }: Place,
  checks: ReadonlyMap<string, AnyCheck>,
  options: Shown,
): readonly string[] {
  if (nth === 0 || options.detail !== 'normal') return rootLines(root, checks, options)
  const { code, severity } = root.finding
  if (nth > mostRepeats + 1) return []
  if (nth === mostRepeats + 1)
    return ['', `${options.paint.mark(severity)} ${of - nth} more of ${code}: -v has each of them`]
  const lines = rootLines(root, checks, { ...options, detail: 'quiet' })
  const headline = checks.get(code)?.words.headline(root.finding)
  // Of one Service with two such ports, the sentence says which.
  return isNamed && headline !== undefined
    ? [...lines.slice(0, 2), `  ${readable(headline)}`, ...lines.slice(3)]
    : lines
}

function rootLines(root: RootCause, checks: ReadonlyMap<string, AnyCheck>, options: Shown): readonly string[] {
  const { paint } = options
  const { finding } = root
  const check = checks.get(finding.code)
  if (check === undefined) return []
  // Two Services with the same fault must not look like one: the subject stands in the first line of each.
  const named = `${finding.severity}[${finding.code}] ${check.title}: ${nameOf(finding.subject)}`
  const first = `${paint.mark(finding.severity)} ${named}`
  const head = [
    `${pad(first, paint.width - finding.confidence.length, paint)}${paint.confidence(finding.confidence)}`,
    `  ${readable(check.words.detail(finding))}`,
  ]
  const under = [...new Set(root.consequences.map((it) => consequence(it, checks, paint)))]
  if (options.detail === 'quiet') return ['', ...head, ...under]

  const shown = options.detail === 'verbose' ? finding.evidence : finding.evidence.slice(0, 3)
  const note = check.words.note(finding)
  const [sentence, ...commands] = helpLines(
    notAgain(withoutAltered(check.words.help(finding), finding.subject), options.level),
  )
  return [
    '',
    ...head,
    ...shown.flatMap((it, index) => [
      ...(it.kind === 'fact' && shown[index - 1]?.kind === 'fact' ? [] : ['']),
      ...evidenceLines(it, paint).map((line) => `      ${line}`),
    ]),
    '',
    ...(note === null ? [] : [`  note: ${note}`]),
    ...(sentence === undefined ? [] : [`  help: ${sentence}`]),
    ...commands.map((command) => `        ${command}`),
    ...(under.length === 0 ? [] : ['', ...under]),
  ]
}

function consequence(finding: Finding, checks: ReadonlyMap<string, AnyCheck>, paint: Paint): string {
  const check = checks.get(finding.code)
  return (
    `  ${paint.branch} causes  ${paint.mark(finding.severity)} ${finding.code}  ${check?.title ?? finding.slug}: ` +
    `${nameOf(finding.subject)}`
  )
}

function crashedLines(results: readonly CheckResult[], { paint }: TextOptions): readonly string[] {
  return results
    .filter((it) => it.verdict === 'crashed')
    .flatMap((it) => [
      '',
      `${paint.mark('error')} ${it.check.code} crashed, and says nothing: ${it.crash?.split('\n')[0] ?? ''}`,
      '  help: this is a bug in hopscope; the other checks are not affected. `-o json` has the stack',
    ])
}

function cannotTellLines({ results, model }: Diagnosis, options: TextOptions): readonly string[] {
  const { paint } = options
  const unsure = results.filter(isUnsure)
  if (unsure.length === 0) return []
  const count = `${unsure.length} check${unsure.length === 1 ? '' : 's'} could not tell`
  const unlooked = options.detail === 'verbose' ? [] : unlookedParts(results)
  const apart = new Set(unlooked.flatMap((it) => it.results))
  const all = unsure
    .filter((it) => !apart.has(it))
    .flatMap(({ check, cannotTell }) =>
      cannotTell.filter((one) => !isNotAsked(one)).map((verdict) => ({ check, verdict })),
    )
  const { late, rest } = options.detail === 'verbose' ? { late: null, rest: all } : byLateness(all, model)
  const reasons = Map.groupBy(rest, (it) => `${it.verdict.why}\0${it.verdict.settle ?? ''}`)
  return [
    '',
    `${paint.mark('cannot-tell')} ${count}`,
    ...[...reasons.values()].flatMap((its) => {
      const first = its[0]
      if (first === undefined) return []
      return [
        `  ${whatOf(its, options.detail)}`,
        `      ${first.verdict.why}${first.verdict.settle === null ? '' : `   ${paint.strong(first.verdict.settle)}`}`,
      ]
    }),
    ...(late === null
      ? []
      : [`  ${whatOf(late.untold, options.detail)}`, `      ${late.why}   ${paint.strong(late.settle)}`]),
    ...unlookedLines(unlooked, paint),
  ]
}

/** Two dozen codes that say the same are one thing: what it is that was not looked at, and why. */
function unlookedLines(unlooked: readonly Unlooked[], paint: Paint): readonly string[] {
  const told = unlooked.map(({ words, results }) => ({
    words,
    checks: results.length,
    why: whysOf(results, paint),
  }))
  return [...Map.groupBy(told, (it) => it.why)].flatMap(([why, its]) => [
    `  ${together(its.map((it) => it.words))} not looked at: ` +
      `${its.reduce((sum, it) => sum + it.checks, 0)} checks, -v names them`,
    `      ${why}`,
  ])
}

/** What keeps most of them from it, first. */
function whysOf(results: readonly CheckResult[], paint: Paint): string {
  const all = results.flatMap((it) => it.cannotTell.filter((one) => !isNotAsked(one)))
  const [first, ...more] = [...Map.groupBy(all, (it) => it.why).values()].toSorted((a, b) => b.length - a.length)
  const [said] = first ?? []
  if (said === undefined) return ''
  const rest = more.length === 0 ? '' : `; and ${more.length} more reason${more.length === 1 ? '' : 's'}`
  return `${said.why}${rest}${said.settle === null ? '' : `   ${paint.strong(said.settle)}`}`
}

/** More codes than this in a row are read by nobody. */
const mostCodes = 20

/** One check by its title, several by their codes, many by what they are about. */
function whatOf(its: readonly { readonly check: AnyCheck }[], detail: TextOptions['detail']): string {
  const checks = [...new Set(its.map((it) => it.check))]
  const [first] = checks
  if (checks.length > mostCodes && detail !== 'verbose') return `${countedByPart(checks)}, -v names them`
  return checks.length === 1 && first !== undefined
    ? `${first.code} ${first.title}`
    : checks.map((it) => it.code).join(' ')
}

function okLines(results: readonly CheckResult[], { paint }: TextOptions): readonly string[] {
  return [
    '',
    ...results
      .filter((it) => it.verdict === 'ok')
      .map(
        (it) =>
          `${paint.mark('ok')} ${it.check.code}  ${it.check.fine}` +
          (it.note === null ? '' : paint.dim(`  (${it.note})`)) +
          (it.without.length === 0 ? '' : `  without ${untoldText(it.without)}`),
      ),
    ...results
      .filter((it) => it.verdict === 'not-applicable')
      .map(
        (it) => `${paint.mark('not-applicable')} ${it.check.code}  ${it.check.title}: ${it.note ?? 'not applicable'}`,
      ),
  ]
}

/** Pads by what is seen: colour codes have no width. */
function pad(line: string, width: number, paint: Paint): string {
  const seen = stripVTControlCharacters(line).length
  return `${line}${' '.repeat(Math.max(2, Math.min(paint.width, width) - seen))}`
}
