import { type CheckResult, type Diagnosis, isNotAsked } from '../../engine.ts'
import type { Compared, RuleUse } from '../../findings/beside.ts'
import type { Finding } from '../../findings/finding.ts'
import { headline, isUnsure } from './headline.ts'
import type { diagnosis as diagnosisSchema, dns as dnsSchema } from '../schemas/diagnosis.ts'
import type { Output } from '../schemas/parts.ts'
import { measuredPaths } from '../dns/measured-paths.ts'
import { withEscapes } from '../formats/unseen.ts'
import { examined } from './examined.ts'
import { lookedAt } from './looked-at.ts'
import type { Stopwatch } from '../../stopwatch.ts'
import { levelOfDns, notAgain, withoutAltered } from '../help.ts'

/** When it was asked and how long it took; null where it is not known, as of a recording. */
export interface Run {
  readonly started: string | null
  readonly durationMs: number | null
  /** The rules of an ignore file, and what became of them. */
  readonly rules?: readonly RuleUse[]
  readonly baseline?: Compared | null
}

export const noRun: Run = { started: null, durationMs: null }

/** Of a run that ends now. */
export function runOf(watch: Stopwatch): Run {
  return { started: watch.started.toISOString(), durationMs: watch.ms() }
}

export type DiagnosisJson = Output<typeof diagnosisSchema>
type Fields = Omit<DiagnosisJson, 'schema'>

/** One object, versioned; the same bytes for the same diagnosis. The field names are the contract for scripts. */
export function json(diagnosis: Diagnosis, run: Run = noRun): string {
  return withEscapes(`${JSON.stringify(diagnosisJson(diagnosis, run), null, 2)}\n`, 'json')
}

/** The same as a value, for an output that holds a diagnosis. */
export function diagnosisJson(diagnosis: Diagnosis, run: Run = noRun): DiagnosisJson {
  return { schema: 'hopscope/v1', ...diagnosisFields(diagnosis, run) }
}

/** The same with what `dns` measured on each path. */
export function dnsAnswer(diagnosis: Diagnosis, run: Run = noRun): Output<typeof dnsSchema> {
  return { schema: 'hopscope/dns/v1', ...diagnosisFields(diagnosis, run), ...measuredPaths(diagnosis.model) }
}

function diagnosisFields(diagnosis: Diagnosis, run: Run): Fields {
  const { model, results, roots } = diagnosis
  const ids = new Map(
    roots.flatMap((root) => [root.finding, ...root.consequences]).map((finding, index) => [finding, `f${index + 1}`]),
  )
  const checks = new Map(results.map((it) => [it.check.code, it.check]))
  const row = (finding: Finding, causes: readonly Finding[]): Fields['findings'][number] => {
    const check = checks.get(finding.code)
    const [sentence, ...commands] = notAgain(
      withoutAltered(check?.words.help(finding) ?? [], finding.subject),
      levelOfDns(model.scope),
    )
    return {
      id: ids.get(finding) ?? '',
      code: finding.code,
      slug: finding.slug,
      title: check?.title ?? finding.slug,
      severity: finding.severity,
      confidence: finding.confidence,
      subject: finding.subject,
      text: check?.words.headline(finding) ?? '',
      detail: check?.words.detail(finding) ?? '',
      note: check?.words.note(finding) ?? null,
      help: [...(sentence === undefined ? [] : [{ text: sentence }]), ...commands.map((command) => ({ command }))],
      docs: `docs/codes/${finding.code}.md`,
      args: Object.fromEntries(
        Object.entries(finding.args).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      numbers: numbersOf(finding.args),
      evidence: finding.evidence,
      causes: causes.flatMap((it) => ids.get(it) ?? []),
      remedies: finding.remedies,
    }
  }
  const short = (it: Finding): NonNullable<Fields['baseline']>['gone'][number] => {
    const { code, severity, title, subject, text } = row(it, [])
    return { code, severity, title, subject, text }
  }
  const { rules = [], baseline = null } = run
  return {
    verdict: verdictOf(diagnosis),
    headline: headline(diagnosis),
    started: run.started,
    durationMs: run.durationMs,
    scope: model.scope,
    cluster: model.cluster,
    findings: roots.map((root) => row(root.finding, root.consequences)),
    explained: roots.flatMap((root) =>
      root.consequences.map((it) => ({ ...row(it, []), cause: ids.get(root.finding) ?? '' })),
    ),
    cannotTell: unsure(results, (it) => !isNotAsked(it)),
    notAsked: unsure(results, isNotAsked),
    crashed: results.flatMap((it) => (it.crash === null ? [] : [{ code: it.check.code, stack: it.crash }])),
    ok: results.filter((it) => it.verdict === 'ok').map((it) => it.check.code),
    ...okWithout(results),
    ignored: results.filter((it) => it.verdict === 'ignored').map((it) => it.check.code),
    lookedAt: lookedAt(model),
    examined: examined(model),
    notApplicable: results.filter((it) => it.verdict === 'not-applicable').map((it) => it.check.code),
    ...(rules.length === 0 ? {} : { ignoreRules: rules }),
    ...(baseline === null
      ? {}
      : {
          baseline: {
            run: baseline.run,
            started: baseline.started,
            new: baseline.fresh.flatMap((it) => ids.get(it) ?? []),
            still: baseline.still.flatMap((it) => ids.get(it) ?? []),
            gone: baseline.gone.map(short),
            unjudged: baseline.unjudged.map(short),
          },
        }),
  }
}

/** By node or DNS server, as there are fewer of them than of checks. */
function okWithout(results: readonly CheckResult[]): Pick<Fields, 'okWithout'> {
  const all = results.flatMap((it) => it.without.map((one) => ({ ...one, code: it.check.code })))
  if (all.length === 0) return {}
  return {
    okWithout: [...Map.groupBy(all, (it) => `${it.who}\n${it.why}`).values()].flatMap((its) =>
      its.slice(0, 1).map(({ who, why }) => ({ who, why, codes: its.map((it) => it.code) })),
    ),
  }
}

const units: Readonly<Record<string, readonly [name: string, factor: number]>> = {
  ms: ['Ms', 1],
  s: ['Ms', 1000],
  '%': ['Percent', 1],
}

/** Args have times in milliseconds. */
const isTime = /^(?:p\d+|[a-z]+P\d+|mean|slowest)$/

/** `p95: '1.34 s'` is `p95Ms: 1340`; what is a number already is a count. */
function numbersOf(args: Finding['args']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) => {
      if (typeof value === 'number') return [[isTime.test(name) ? `${name}Ms` : name, value]]
      const [, digits = '', unit = ''] =
        typeof value === 'string' ? (/^(\d+(?:\.\d+)?) (ms|s|%)$/.exec(value) ?? []) : []
      const [ending, factor] = units[unit] ?? []
      if (ending === undefined || factor === undefined) return []
      // Not 1.34 * 1000, which is 1340.0000000000002.
      return [
        [name.endsWith(ending.toLowerCase()) ? name : `${name}${ending}`, Number((Number(digits) * factor).toFixed(3))],
      ]
    }),
  )
}

function unsure(
  results: readonly CheckResult[],
  which: (it: CheckResult['cannotTell'][number]) => boolean,
): Fields['cannotTell'] {
  return results.flatMap((it) =>
    it.cannotTell.filter(which).map(({ reason, why, settle }) => ({ code: it.check.code, reason, why, settle })),
  )
}

function verdictOf({ results, roots }: Diagnosis): Fields['verdict'] {
  if (results.some((it) => it.verdict === 'crashed')) return 'crashed'
  if (roots.length > 0) return 'findings'
  return results.some(isUnsure) ? 'cannot-tell' : 'ok'
}
