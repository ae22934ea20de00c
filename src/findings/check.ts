import type { Known } from '../model/known.ts'
import type { Model, Scope, SourceName, Sources } from '../model/sources.ts'
import type { Finding } from './finding.ts'
import type { Trouble } from './trouble.ts'
import type { Args, Found, Severity, Verdict } from './verdict.ts'

/** How a finding is told: the one place with prose for its code. */
export interface Words<A extends Args = Args> {
  /** The answer in one sentence, with the subject in it; ends with a full stop. Opens the report. */
  readonly headline: (finding: Finding<A>) => string
  /** What was seen, in one line without a full stop: counts with denominators, units. */
  readonly detail: (finding: Finding<A>) => string
  /** Why the world is like this. null when the detail says it all. */
  readonly note: (finding: Finding<A>) => string | null
  /** What to do: a sentence, then runnable commands, one a line. */
  readonly help: (finding: Finding<A>) => readonly string[]
}

export interface CheckMeta<A extends Args = Args> {
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
  /** What is ambiguous to it is a doubt about something that was seen: without it nobody says that all is well. */
  readonly doubts?: true
  /** It judges the Corefile as it is stored, also where the DNS servers run another. */
  readonly reads?: 'stored-corefile'
  readonly words: Words<A>
  /**
   * Several root causes of this code, told as one where they are one; null where they are not. Asked after folding, so
   * that what another cause explains on one node is not taken along.
   */
  readonly together?: (findings: readonly Finding<A>[], model: Model) => Finding<A> | null
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

/** The folder that its file is in, as `test/meta/checks.test.ts` sees to. */
export function familyOf({ slug }: Pick<CheckMeta, 'slug'>): string {
  return slug.split('/', 1).join('')
}

/** A check with its sources' names erased, as the registry and the engine hold it. */
export type AnyCheck = CheckMeta & {
  readonly needs: readonly SourceName[]
  readonly wants: readonly SourceName[]
  readonly run: (given: never) => Verdict | readonly Verdict[]
}

/**
 * The args that the findings of these verdicts have; of several kinds of finding, any of theirs. For a function beside
 * `words`: `ArgsOf<ReturnType<typeof judge>>`.
 */
export type ArgsOf<R> = true extends IsLoose<EachArgs<R>> ? Untyped : EachArgs<R>

/** What the compiler says where an arg of such a check is read. */
type Untyped = { readonly 'Leave out the return type Verdict where findings are made, or write Verdict<…>': never }

type EachArgs<R> = R extends readonly (infer V)[] ? FoundArgs<V> : FoundArgs<R>

type FoundArgs<V> = V extends { readonly kind: 'finding'; readonly found: Found<infer A> } ? A : never

/** Whether one of them has no names, since a function is annotated `Verdict` and not `Verdict<…>`: no arg is known. */
type IsLoose<A> = A extends unknown ? (string extends keyof A ? true : false) : never

interface Written<N extends SourceName, W extends SourceName, R extends Verdict | readonly Verdict[]> extends CheckMeta<
  ArgsOf<R>
> {
  readonly needs: readonly N[]
  readonly wants?: readonly W[]
  readonly run: (given: Given<N, W>) => R
}

/**
 * For inference: what `run` finds is what `words` and `together` are given, so that a misspelt arg does not compile.
 * A check is one call of this, the default export of its file. From there on its args are any check's: a finding
 * carries the code of its check, and the engine and the reports hand it to no other's words.
 */
export function check<
  const N extends SourceName,
  const R extends Verdict | readonly Verdict[],
  const W extends SourceName = never,
>(it: Written<N, W, R>): Check<N, W> {
  const { words, together, ...rest } = it
  return {
    ...rest,
    words: words as Words,
    ...(together === undefined ? {} : { together: together as NonNullable<CheckMeta['together']> }),
    wants: it.wants ?? [],
  }
}
