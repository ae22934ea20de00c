import { checks } from '../checks/registry.ts'
import { closest } from '../closest.ts'
import type { Ask, Diagnosis } from '../engine.ts'
import type { AnyCheck } from '../findings/check.ts'
import type { Model } from '../model/sources.ts'
import type { Compared, IgnoreRule, RuleUse } from '../findings/beside.ts'
import type { Finding } from '../findings/finding.ts'
import { subjectKey } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { inForce, readIgnoreFile, type RuleInForce } from './ignore-file.ts'
import { fitsGlob } from '../wire/glob.ts'

export interface ChecksAsk {
  /** Codes or slugs; undefined: every check. */
  readonly only?: readonly string[]
  /** CODE, or CODE=Kind/namespace/name with `*` for any run of characters. */
  readonly ignore?: readonly string[]
  /** A file of rules, each with its reason; see ignore-file.ts. */
  readonly ignoreFile?: string
  /** The file of an earlier run, to be compared with. */
  readonly baseline?: string
}

/** A diagnosis, what it is of, and what stands beside it. */
export interface Diagnosed {
  readonly model: Model
  readonly diagnosis: Diagnosis
  readonly beside?: Beside
}

export interface Beside {
  readonly rules: readonly RuleUse[]
  /** null: no earlier run was named. */
  readonly baseline: Compared | null
}

/** What is asked of the engine, and the rules of a file that had a part in it. */
export interface ChecksAsked extends Ask {
  readonly rules: readonly RuleInForce[]
}

/** Throws a usage error for a name that is no check's: a slip is said before anything is read. */
export function checksOf(ask: ChecksAsk, now = new Date()): ChecksAsked {
  const rules = ask.ignoreFile === undefined ? [] : readIgnoreFile(ask.ignoreFile).map((it) => inForce(it, now))
  const byFlag = ignored(ask.ignore)
  const byFile = rules.filter((it) => !it.isExpired).map(matcherOf)
  return { checks: selected(ask.only), leaveOut: (it) => byFlag(it) || byFile.some((one) => one(it)), rules }
}

function matcherOf({ code, subject }: IgnoreRule): (finding: Finding) => boolean {
  const check = findCheck(code)
  if (check === null) throw unknownCode(code)
  return (finding) =>
    finding.code === check.code && (subject === null || fitsGlob(subject, subjectKey(finding.subject)))
}

/** What became of each rule of the file. */
export function rulesUsed({ rules }: ChecksAsked, { results }: Diagnosis): readonly RuleUse[] {
  return rules.map(({ isExpired, ...rule }) => {
    const check = findCheck(rule.code)
    const result = results.find((it) => it.check === check)
    const findings = result?.ignored.filter(matcherOf(rule)).length ?? 0
    // Whoever could not look can't say that there is nothing left to ignore.
    const looked = result !== undefined && result.cannotTell.length === 0 && result.crash === null
    return { ...rule, findings, state: stateOf({ isExpired, findings, looked }) }
  })
}

function stateOf(it: { readonly isExpired: boolean; readonly findings: number; readonly looked: boolean }) {
  if (it.isExpired) return 'expired'
  if (it.findings > 0) return 'used'
  return it.looked ? 'stale' : 'not-judged'
}

/** By code in any case, or by slug. */
export function findCheck(name: string): AnyCheck | null {
  return checks.find((it) => it.code === name.toUpperCase() || it.slug === name) ?? null
}

/** The checks that `--only` names, or all. Throws a usage error for a name that is none. */
export function selected(only: readonly string[] | undefined): readonly AnyCheck[] {
  if (only === undefined) return checks
  const named = only
    .flatMap((it) => it.split(','))
    .map((name) => {
      const check = findCheck(name)
      if (check === null) throw unknownCode(name)
      return check
    })
  return checks.filter((it) => named.includes(it))
}

/** `--ignore CODE` and `--ignore CODE=Kind/namespace/name`, with `*` for any run of characters. */
export function ignored(ignore: readonly string[] | undefined): (finding: Finding) => boolean {
  const rules = (ignore ?? [])
    .flatMap((it) => it.split(','))
    .map((rule) => {
      const [name = '', where] = rule.split('=')
      const check = findCheck(name)
      if (check === null) throw unknownCode(name)
      return {
        code: check.code,
        where: where ?? null,
      }
    })
  return (finding) =>
    rules.some(
      (rule) =>
        rule.code === finding.code && (rule.where === null || fitsGlob(rule.where, subjectKey(finding.subject))),
    )
}

/** `others`: what else the name could have been, beside a code or a slug. */
export function unknownCode(name: string, others: readonly string[] = []): ToolError {
  const near = closest(name, [...checks.flatMap((it) => [it.code, it.slug]), ...others])
  return new ToolError(
    'usage',
    `no check \`${name}\``,
    near.length === 0
      ? 'hopscope checks'
      : `the closest are ${near.map((it) => `\`${it}\``).join(', ')}; all of them: hopscope checks`,
  )
}
