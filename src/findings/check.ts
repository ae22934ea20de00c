import type { Known } from '../model/known.ts'
import type { Model, Scope, SourceName, Sources } from '../model/sources.ts'
import type { Finding } from './finding.ts'
import type { Trouble } from './trouble.ts'
import type { Severity, Verdict } from './verdict.ts'

/** How a finding is told: the one place with prose for its code. */
export interface Words {
  /** The answer in one sentence, with the subject in it; ends with a full stop. Opens the report. */
  readonly headline: (finding: Finding) => string
  /** What was seen, in one line without a full stop: counts with denominators, units. */
  readonly detail: (finding: Finding) => string
  /** Why the world is like this. null when the detail says it all. */
  readonly note: (finding: Finding) => string | null
  /** What to do: a sentence, then runnable commands, one a line. */
  readonly help: (finding: Finding) => readonly string[]
}

export interface CheckMeta {
  readonly code: string
  readonly slug: string
  /** The bad thing, as a noun phrase or short sentence without a full stop. */
  readonly title: string
  /** The same as good news, for a check that looked and found nothing: shown by `-v`. */
  readonly fine: string
  readonly severity: Severity
  readonly remedies: readonly string[]
  /** Ids of the field manual that this check decides, for the coverage table: `DNS-01`, `SVC-03`. */
  readonly decides: readonly string[]
  /** `leftovers`: runs after all others, and is given the troubles that none of their findings claims. */
  readonly judges?: 'leftovers'
  readonly words: Words
  /**
   * Several root causes of this code, told as one where they are one; null where they are not. Asked after folding, so
   * that what another cause explains on one node is not taken along.
   */
  readonly together?: (findings: readonly Finding[], model: Model) => Finding | null
}

export interface Check<N extends SourceName = SourceName, W extends SourceName = SourceName> extends CheckMeta {
  /** Without one of these the check cannot tell: the engine says so, and `run` is not called. */
  readonly needs: readonly N[]
  /** Handed over as they are, known or not. */
  readonly wants: readonly W[]
  /** Pure: sees its needs, its wants and the scope; changes nothing; no clock. */
  readonly run: (given: Given<N, W>) => Verdict | readonly Verdict[]
}

export type Given<N extends SourceName, W extends SourceName> = { readonly [K in N]: Sources[K] } & {
  readonly [K in W]: Known<Sources[K]>
} & {
  readonly scope: Scope
  /** What no other finding claims; empty for a check that does not judge leftovers. */
  readonly troubles: readonly Trouble[]
}

/** A check with its sources' names erased, as the registry and the engine hold it. */
export type AnyCheck = CheckMeta & {
  readonly needs: readonly SourceName[]
  readonly wants: readonly SourceName[]
  readonly run: (given: never) => Verdict | readonly Verdict[]
}

/** Identity, for inference. A check is one call of this, the default export of its file. */
export function check<const N extends SourceName, const W extends SourceName = never>(
  it: Omit<Check<N, W>, 'wants'> & { readonly wants?: readonly W[] },
): Check<N, W> {
  return { ...it, wants: it.wants ?? [] }
}
