import type { Finding } from './finding.ts'

/*
 * What can stand beside the findings of a run: rules by which some were left out, and an earlier run.
 */

/** What somebody decided to live with, and why. */
export interface IgnoreRule {
  /** Code or slug. */
  readonly code: string
  /** `Kind/namespace/name` with `*` for any run of characters; null: every object. */
  readonly subject: string | null
  readonly reason: string
  /** The last day on which it holds, `2027-01-31`; null: for good. */
  readonly until: string | null
}

export interface RuleUse extends IgnoreRule {
  /** `stale`: its check looked, and there is nothing to ignore any more. */
  readonly state: 'used' | 'stale' | 'expired' | 'not-judged'
  /** How many findings it left out. */
  readonly findings: number
}

/** A run beside an earlier one. */
export interface Compared {
  /** The file of the earlier run. */
  readonly run: string
  readonly started: string
  /** Root causes that the earlier run had nowhere, not even as a consequence. */
  readonly fresh: readonly Finding[]
  readonly still: readonly Finding[]
  /** Root causes of the earlier run that this one looked for, and has nowhere. */
  readonly gone: readonly Finding[]
  /** Root causes of the earlier run that this one could not look for: not seen is not gone. */
  readonly unjudged: readonly Finding[]
  readonly isNew: (finding: Finding) => boolean
}
