import type { Reason } from '../model/known.ts'
import type { Subject } from '../model/subject.ts'
import type { Evidence } from './evidence.ts'

export type Severity = 'error' | 'warning' | 'info'

/**
 * `observed`: packets, connections or counters showed it. `inferred`: the cluster's objects imply it.
 * `possible`: they allow it, and nothing speaks against it.
 */
export type Confidence = 'observed' | 'inferred' | 'possible'

export type Args = Readonly<Record<string, string | number>>

/** What a check hands over; the engine adds code, slug and severity. */
export interface Found {
  readonly subject: Subject
  readonly confidence: Confidence
  /** Where one check can be worse or milder than its usual self. */
  readonly severity?: Severity
  readonly args: Args
  readonly evidence: readonly Evidence[]
  /** The trouble that this is, as symptom keys: another finding that `explains` one of them is its cause. */
  readonly symptoms?: readonly string[]
  /** Symptom keys that this finding would cause. `dns-loss:node/*` matches every key with that start. */
  readonly explains?: readonly string[]
}

export type Verdict =
  | { readonly kind: 'ok'; readonly examined: number; readonly note: string | null }
  | { readonly kind: 'finding'; readonly found: Found }
  | { readonly kind: 'not-applicable'; readonly why: string }
  | {
      readonly kind: 'cannot-tell'
      readonly reason: Reason | 'too-few' | 'ambiguous'
      readonly why: string
      readonly settle: string | null
    }

/** Looked, and it is well. `examined` = how many things were looked at; 0 is not allowed to be ok. */
export function ok(examined: number, note: string | null = null): Verdict {
  return examined > 0 ? { kind: 'ok', examined, note } : { kind: 'not-applicable', why: 'there is none here' }
}

export function finding(found: Found): Verdict {
  return { kind: 'finding', found }
}

export function notApplicable(why: string): Verdict {
  return { kind: 'not-applicable', why }
}

/** `settle` = the flag or the right that would let the check decide. */
export function cannotTell(
  reason: Reason | 'too-few' | 'ambiguous',
  why: string,
  settle: string | null = null,
): Verdict {
  return { kind: 'cannot-tell', reason, why, settle }
}
