import { type AnyCheck, familyOf } from './findings/check.ts'
import type { Finding, RootCause } from './findings/finding.ts'
import { claims } from './findings/claims.ts'
import { fold } from './findings/fold.ts'
import { hiddenWith } from './findings/hidden.ts'
import type { Trouble } from './findings/trouble.ts'
import type { Found, Severity, Verdict } from './findings/verdict.ts'
import { isNotCollected, type Known, leftOutBy, type Why } from './model/known.ts'
import { type Model, type SourceName, sourceLevel } from './model/sources.ts'
import { subject } from './model/subject.ts'
import { withoutGuessedNames } from './relations/dns/guessed-domain.ts'
import { withoutForeignWords } from './relations/dns/own-words.ts'
import { withoutTextNotInForce } from './relations/dns/text-in-force.ts'
import { withoutForbiddenLookups } from './relations/policy/probe-behind-policy.ts'
import type { Touching } from './relations/named-in.ts'
import { relatedTo } from './relations/related.ts'
import { touchesNamespace } from './relations/touches-namespace.ts'
import { troublesOf } from './relations/troubles/troubles.ts'
import { unheard, unjudgedTarget, unmeasured, unseenWhole } from './relations/unmeasured.ts'
import { type Untold, untoldIn } from './relations/untold.ts'

type CannotTell = Extract<Verdict, { kind: 'cannot-tell' }>

/** What became of one check: its worst verdict, and every part that it could not decide. */
export interface CheckResult {
  readonly check: AnyCheck
  /** `not-asked`: it needs access that this run was not given. `ignored`: the user left all of its findings out. */
  readonly verdict: 'ok' | 'finding' | 'not-applicable' | 'cannot-tell' | 'not-asked' | 'ignored' | 'crashed'
  readonly findings: readonly Finding[]
  /** What the user left out, and what stands only because of that. */
  readonly ignored: readonly Finding[]
  readonly cannotTell: readonly CannotTell[]
  /** For `ok` and `not-applicable`: what was looked at, or why there was nothing to look at. */
  readonly note: string | null
  /** For `ok`: nodes and DNS servers that gave no answer, so that nothing was found well of them. */
  readonly without: readonly Untold[]
  readonly crash: string | null
}

export interface Diagnosis {
  readonly model: Model
  readonly results: readonly CheckResult[]
  readonly roots: readonly RootCause[]
  /** How many causes, errors and warnings, were found that are not of what was asked about, and so are not told. */
  readonly elsewhere?: number
}

/** What is asked of the engine beside the model: which checks, and which findings to leave out. */
export interface Ask {
  readonly checks: readonly AnyCheck[]
  readonly leaveOut?: (finding: Finding) => boolean
  /** All namespaces were read, and what touches this one is asked about. */
  readonly within?: string
}

/** What DNS does not hang on. */
const besideDns: ReadonlySet<string> = new Set(['service', 'ingress', 'gateway'])

type Concerns = (finding: Touching) => boolean

/**
 * Runs the checks that the scope asks for and folds what they found. Pure: same model in, same diagnosis out. A target
 * narrows the findings to what touches it; asked about DNS, what DNS hangs on is judged, and not every Service beside
 * it.
 *
 * Troubles are taken from the model before any cause: what no finding claims is judged by the checks for leftovers, so
 * that nothing that was seen to fail is lost because no check pulled it. A finding that is left out by the user claims
 * what it claims all the same; one that touches the target only through what it causes there is kept.
 */
export function diagnose(asRead: Model, ask: Ask): Diagnosis {
  const stored = withoutForeignWords(withoutForbiddenLookups(withoutGuessedNames(asRead)))
  const model = withoutTextNotInForce(stored)
  const modelFor = (it: AnyCheck): Model => (it.reads === 'stored-corefile' ? stored : model)
  const within = ask.within === undefined ? null : touchesNamespace(model, ask.within)
  const concerns = within ?? concernsOf(model)
  const asked = ask.checks.filter((it) => isPartOf(model, familyOf(it)))
  const last = asked.filter((it) => it.judges === 'leftovers')
  const raw = asked.filter((it) => it.judges !== 'leftovers').map((check) => runCheck(check, modelFor(check), []))

  const troubles = last.length === 0 ? [] : troublesOf(model).filter((it) => isAsked(it, model, concerns))
  const { left, claimed } = claims(
    raw.flatMap((it) => it.found),
    troubles,
  )
  const leftOut = (it: Finding): boolean => ask.leaveOut?.(it) === true
  const asks = (it: Finding): boolean => concerns(it) || (claimed.has(it) && within === null)
  const first = raw.map((it) => summarise(it, { leftOut, concerns: asks }))
  // The troubles were narrowed to the target, so what is left of them concerns it.
  const rest = last.map((check) => summarise(runCheck(check, model, left), { leftOut, concerns: () => true }))
  const results = asked
    .map((check) => [...first, ...rest].find((it) => it.check === check))
    .filter((it) => it !== undefined)
  const told = together(withoutHidden(results), model)
  const beside = raw.flatMap((it) => it.found).filter((it) => !asks(it) && !leftOut(it))
  const elsewhere = fold(beside).filter((it) => it.finding.severity !== 'info').length
  const roots = fold(told.flatMap((it) => it.findings))
  return { model: asRead, results: told, roots, ...(elsewhere === 0 ? {} : { elsewhere }) }
}

/**
 * Packets are judged where a capture was named, traces where a tracing server or a file was, or where a probe found
 * one: a cluster without tracing lacks nothing.
 */
function isPartOf({ scope: { target }, sources: { capture, spans } }: Model, family: string): boolean {
  if (family === 'spans') return spans.known || !['not-asked', 'not-there'].includes(spans.why.reason)
  if (family === 'capture') return capture.known || capture.why.reason !== 'not-asked'
  return target.kind !== 'dns' || !besideDns.has(family)
}

/** Whoever ignores a cause is not told of its consequences as of something that nobody can explain. */
function withoutHidden(results: readonly CheckResult[]): readonly CheckResult[] {
  const ignored = results.flatMap((it) => it.ignored)
  if (ignored.length === 0) return results
  const hidden = hiddenWith(
    results.flatMap((it) => it.findings),
    ignored,
  )
  return results.map((it) => {
    if (!it.findings.some((one) => hidden.has(one))) return it
    const findings = it.findings.filter((one) => !hidden.has(one))
    const rest = it.cannotTell.length > 0 ? unsure(it.cannotTell) : 'ignored'
    const also = it.findings.filter((one) => hidden.has(one))
    return { ...it, findings, ignored: [...it.ignored, ...also], verdict: findings.length > 0 ? it.verdict : rest }
  })
}

/** Root causes of one code that are one fault, such as the same on every node, become one finding. */
function together(results: readonly CheckResult[], model: Model): readonly CheckResult[] {
  if (!results.some((it) => it.findings.length > 1 && it.check.together !== undefined)) return results
  const roots = new Set(fold(results.flatMap((it) => it.findings)).map((it) => it.finding))
  return results.map((result) => {
    const its = result.findings.filter((it) => roots.has(it))
    const one = its.length > 1 ? (result.check.together?.(its, model) ?? null) : null
    return one === null ? result : { ...result, findings: [one, ...result.findings.filter((it) => !its.includes(it))] }
  })
}

/** Everything looks names up: what the DNS servers do touches every target. */
function isAsked(trouble: Trouble, { scope: { target } }: Model, concerns: Concerns): boolean {
  if (target.kind === 'dns') return trouble.source !== 'contacts'
  const code = trouble.source === 'dnsProbe' || trouble.kind === 'server-error' ? 'DNS' : ''
  return [trouble.sufferer, ...trouble.involved.slice(0, 2)].some((it) => concerns({ code, subject: it }))
}

/** A trace has two ends: what touches either one is asked about. */
function concernsOf(model: Model): Concerns {
  const { target, trace } = model.scope
  if (target.kind !== 'object') return () => true
  const related = relatedTo(model, target.object)
  // Whoever names packets asks about them.
  const far: Concerns = (it) => it.subject.kind === 'Capture' || related(it)
  if (trace === undefined) return far
  const near = relatedTo(model, subject('Pod', trace.from.namespace, trace.from.pod))
  return (it) => far(it) || near(it)
}

interface Keep {
  readonly leftOut: (finding: Finding) => boolean
  readonly concerns: (finding: Finding) => boolean
}

/** What a check said, before anything is left out. */
interface Raw {
  readonly base: CheckResult
  readonly verdicts: readonly Verdict[]
  readonly found: readonly Finding[]
}

function runCheck(check: AnyCheck, model: Model, troubles: readonly Trouble[]): Raw {
  const missing = check.needs.flatMap((name) => {
    const source: Known<unknown> = model.sources[name]
    return source.known ? [] : [{ name, why: source.why }]
  })
  const base: CheckResult = {
    check,
    verdict: 'cannot-tell',
    findings: [],
    ignored: [],
    cannotTell: [],
    note: null,
    without: [],
    crash: null,
  }
  const without = { base, verdicts: [], found: [] }
  const idle = missing.length > 0 ? isIdle(check, model) : null
  if (idle !== null) return { ...without, base: { ...base, verdict: 'not-applicable', note: idle } }
  if (missing.length > 0) {
    const cannotTell = missing.map(({ name, why }) => notSeen(name, why, model))
    return { ...without, base: { ...base, verdict: unsure(cannotTell), cannotTell } }
  }

  try {
    const told = check.run(given(check, model, troubles))
    const verdicts = (Array.isArray(told) ? (told as readonly Verdict[]) : [told as Verdict]).map((it) =>
      resettled(check, model, it),
    )
    return {
      base: { ...base, without: withoutWhom(check, model) },
      verdicts,
      found: verdicts.flatMap((it) => (it.kind === 'finding' ? [complete(check, it.found)] : [])),
    }
  } catch (error) {
    const crash = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { ...without, base: { ...base, verdict: 'crashed', crash } }
  }
}

/** Whom the sources that it looks at, known as they are, say nothing of. */
function withoutWhom(check: AnyCheck, model: Model): readonly Untold[] {
  const parts = untoldIn(model)
  const all = [...check.needs, ...check.wants].flatMap((name) => parts[name] ?? [])
  return [...new Map(all.map((it) => [it.who, it])).values()]
}

/**
 * What runs in a controller is looked into for the Ingresses that there are, and connects are made inside the pod that
 * a trace starts from: without one, nothing was missed.
 */
function isIdle({ needs }: AnyCheck, { scope, sources: { beside, ingresses } }: Model): string | null {
  if (needs.includes('beside') && !beside.known && beside.why.reason === 'not-asked')
    return 'it rests on kinds that are read of files alone'
  if (needs.includes('ingresses') && ingresses.known && ingresses.value.length === 0) return 'no Ingress here'
  return needs.includes('crossings') && scope.trace === undefined ? 'no trace was asked for' : null
}

/** A flag would have asked for it: no doubt about what was asked. */
export function isNotAsked({ reason, settle }: CannotTell): boolean {
  return reason === 'not-asked' && settle !== null
}

function unsure(its: readonly CannotTell[]): 'cannot-tell' | 'not-asked' {
  return its.every(isNotAsked) ? 'not-asked' : 'cannot-tell'
}

function summarise({ base: { without, ...rest }, verdicts, found }: Raw, keep: Keep): CheckResult {
  const base = { ...rest, without: [] }
  if (verdicts.length === 0 && (base.cannotTell.length > 0 || base.crash !== null)) return base
  const findings = found.filter((it) => keep.concerns(it) && !keep.leftOut(it))
  const ignored = found.filter((it) => keep.concerns(it) && keep.leftOut(it))
  const cannotTell = verdicts.filter((it) => it.kind === 'cannot-tell')
  const oks = verdicts.filter((it) => it.kind === 'ok')
  const silent = verdicts.find((it) => it.kind === 'not-applicable')
  if (findings.length > 0) return { ...base, findings, ignored, cannotTell, verdict: 'finding' }
  if (cannotTell.length > 0) return { ...base, ignored, cannotTell, verdict: unsure(cannotTell) }
  if (ignored.length > 0) return { ...base, ignored, verdict: 'ignored' }
  const elsewhere = found.filter((it) => !keep.concerns(it)).length
  const beside = elsewhere === 0 ? null : `not so at ${elsewhere} elsewhere, beside what was asked about`
  const note = oks.find((it) => it.note !== null)?.note ?? null
  if (oks.length > 0)
    return { ...base, verdict: 'ok', without, note: [note, beside].filter((it) => it !== null).join('; ') || null }
  return { ...base, verdict: 'not-applicable', note: unasked(elsewhere) ?? silent?.why ?? 'there is none here' }
}

/** What was found beside what was asked about is there, though nobody is told of it. */
function unasked(elsewhere: number): string | null {
  return elsewhere === 0 ? null : `none of what was asked about; ${elsewhere} elsewhere`
}

function complete(check: AnyCheck, found: Found): Finding {
  return {
    code: check.code,
    slug: check.slug,
    severity: found.severity ?? check.severity,
    confidence: found.confidence,
    subject: found.subject,
    ...(found.also === undefined ? {} : { also: found.also }),
    ...(found.dueTo === undefined ? {} : { dueTo: found.dueTo }),
    args: found.args,
    evidence: found.evidence,
    symptoms: found.symptoms ?? [],
    causes: found.causes ?? [],
    remedies: check.remedies,
  }
}

/** Only what the check declared: a check that reaches further gets undefined, and its test fails. */
function given(check: AnyCheck, model: Model, troubles: readonly Trouble[]): never {
  const values: Record<string, unknown> = { scope: model.scope, troubles }
  for (const name of check.needs) {
    const source = model.sources[name]
    values[name] = source.known ? source.value : undefined
  }
  for (const name of check.wants) values[name] = model.sources[name]
  return values as never
}

/** Who probed and left something out by a flag is not told to probe. */
function resettled(check: AnyCheck, { scope, sources }: Model, verdict: Verdict): Verdict {
  if (verdict.kind !== 'cannot-tell' || verdict.settle !== '--probe' || scope.level === 'read') return verdict
  const flag = [...check.needs, ...check.wants].flatMap((name) => {
    const source: Known<unknown> = sources[name]
    return source.known ? [] : (leftOutBy(source.why) ?? [])
  })[0]
  return flag === undefined ? verdict : { ...verdict, settle: `a run without ${flag}` }
}

const levels = ['read', 'probe', 'node'] as const

const flagOf = { read: null, probe: '--probe', node: '--node-access' } as const

/** A recording of this level and of an older hopscope: no flag adds to it. */
function notSeen(name: SourceName, why: Why, { scope }: Model): CannotTell {
  const flag = leftOutBy(why)
  if (flag !== null)
    return {
      kind: 'cannot-tell',
      reason: 'not-asked',
      why: `not asked: ${why.detail}`,
      settle: `a run without ${flag}`,
    }
  const again = isNotCollected(why) ? 'a new recording' : null
  const further = levels.indexOf(sourceLevel[name]) > levels.indexOf(scope.level) ? flagOf[sourceLevel[name]] : null
  const settle = why.reason === 'not-asked' ? (further ?? again ?? flagOf[sourceLevel[name]]) : null
  const seen = settle === null || settle === again ? why.detail : 'not measured'
  const words = why.reason === 'forbidden' ? `no permission: ${why.detail}` : seen
  return { kind: 'cannot-tell', reason: why.reason, why: words, settle }
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/**
 * Whether no check decided anything: all that they need was forbidden, cut off or not asked for. An object that states
 * nothing (pods alone, for the net under the checks) is no sight.
 */
export function isBlind({ results, roots }: Diagnosis): boolean {
  if (roots.length > 0) return false
  const judged = results.filter((it) => it.check.judges !== 'leftovers')
  return (
    judged.some((it) => it.cannotTell.length > 0) &&
    !judged.some((it) => it.verdict === 'ok' || it.verdict === 'ignored')
  )
}

/**
 * 0 clean, 1 findings at or above `failOn` (or, with `strict`, anything that could not be told), 2 when a check
 * crashed: then the answer is not to be trusted; 2 when a probe was asked for and measured nothing, when whatever it
 * asked of an Ingress failed and says nothing of it, when what was asked about was not decided, and when nothing could
 * be decided at all: silence is not health. A pure function of the result, the same for every output format.
 */
export function exitCode(
  diagnosis: Diagnosis,
  options: {
    readonly failOn: Severity
    readonly strict: boolean
    /** Which findings count: beside a baseline, those that are new. */
    readonly counts?: (finding: Finding) => boolean
    /** What was asked about, by itself, was not decided: `answers/undecided.ts`. */
    readonly undecided?: boolean
  },
): 0 | 1 | 2 {
  if (diagnosis.results.some((it) => it.verdict === 'crashed')) return 2
  const fails = (it: Finding): boolean => rank[it.severity] <= rank[options.failOn] && (options.counts?.(it) ?? true)
  if (diagnosis.results.some((it) => it.findings.some(fails))) return 1
  const { model } = diagnosis
  if ([unmeasured, unheard, unjudgedTarget, unseenWhole].some((why) => why(model) !== null) || isBlind(diagnosis))
    return 2
  if (options.undecided === true) return 2
  const isUnsure = (it: CheckResult): boolean => !it.cannotTell.every(isNotAsked)
  if (options.strict && diagnosis.results.some(isUnsure)) return 1
  return 0
}
