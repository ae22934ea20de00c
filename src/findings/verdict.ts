import { some } from '../phrases.ts'
import type { Reason } from '../model/known.ts'
import type { Subject } from '../model/subject.ts'
import type { Evidence } from './evidence.ts'

export type Severity = 'error' | 'warning' | 'info'

/**
 * `observed`: packets, connections or counters showed it. `inferred`: the cluster's objects imply it.
 * `possible`: they allow it, and nothing speaks against it.
 */
export type Confidence = 'observed' | 'inferred' | 'possible'

/** A number stays a number, a yes or no a boolean, several things a list, and what is not known null: no prose. */
export type Arg = string | number | boolean | null | readonly (string | number)[]

/**
 * Any check's args, for those who hold findings of all checks. A check's own are typed: `check` infers them. Written
 * out they are a `type`: an `interface` could get further members, and is no Args.
 */
export type Args = Readonly<Record<string, Arg | undefined>>

/** What a check hands over; the engine adds code, slug and severity. */
export interface Found<A extends Args = Args> {
  readonly subject: Subject
  /** Who else is concerned: asked about one of these, this is told as well. */
  readonly also?: readonly Subject[]
  readonly confidence: Confidence
  /** Where one check can be worse or milder than its usual self. */
  readonly severity?: Severity
  readonly args: A
  readonly evidence: readonly Evidence[]
  /** The trouble that this is, as symptom keys: another finding that `causes` one of them is its cause. */
  readonly symptoms?: readonly string[]
  /** Symptom keys of what this may come of: whoever causes one of them has this as a consequence. */
  readonly dueTo?: readonly string[]
  /** Symptom keys that this finding would cause. `dns-loss:node/*` matches every key with that start. */
  readonly causes?: readonly string[]
}

/** Without an argument: a verdict of any check. */
export type Verdict<A extends Args = Args> =
  | { readonly kind: 'ok'; readonly examined: number; readonly note: string | null }
  | { readonly kind: 'finding'; readonly found: Found<A> }
  | { readonly kind: 'not-applicable'; readonly why: string }
  | {
      readonly kind: 'cannot-tell'
      readonly reason: Reason | 'too-few' | 'ambiguous'
      readonly why: string
      readonly settle: string | null
    }

/** Looked, and it is well. `examined` = how many things were looked at; 0 is not allowed to be ok. */
export function ok(examined: number, note: string | null = null): Verdict<never> {
  return examined > 0 ? { kind: 'ok', examined, note } : { kind: 'not-applicable', why: 'there is none here' }
}

/**
 * Well as far as it was told: who gave no answer is no part of "all". `why` follows their names: `its routes were not
 * read`.
 */
export function okOrUntold(examined: number, silent: readonly string[], why: string): Verdict<never> {
  return silent.length === 0 ? ok(examined) : cannotTell('failed', `${some(silent, 6)}: ${why}`)
}

export function finding<const A extends Args>(found: Found<A>): Verdict<A> {
  return { kind: 'finding', found }
}

export function notApplicable(why: string): Verdict<never> {
  return { kind: 'not-applicable', why }
}

/** `settle` = the flag or the right that would let the check decide. */
export function cannotTell(
  reason: Reason | 'too-few' | 'ambiguous',
  why: string,
  settle: string | null = null,
): Verdict<never> {
  return { kind: 'cannot-tell', reason, why, settle }
}
