import { checks } from '../checks/registry.ts'
import { closest } from '../closest.ts'
import type { diagnose, Diagnosis } from '../engine.ts'
import type { AnyCheck } from '../findings/check.ts'
import type { Model } from '../model/sources.ts'
import type { Finding } from '../findings/finding.ts'
import { subjectKey } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { fitsGlob } from '../wire/glob.ts'

export interface ChecksAsk {
  /** Codes or slugs; undefined: every check. */
  readonly only?: readonly string[]
  /** CODE, or CODE=Kind/namespace/name with `*` for any run of characters. */
  readonly ignore?: readonly string[]
}

/** A diagnosis, and what it is of. */
export interface Diagnosed {
  readonly model: Model
  readonly diagnosis: Diagnosis
}

/** Throws a usage error for a name that is no check's: a slip is said before anything is read. */
export function checksOf({ only, ignore }: ChecksAsk): Parameters<typeof diagnose>[1] {
  return { checks: selected(only), leaveOut: ignored(ignore) }
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
