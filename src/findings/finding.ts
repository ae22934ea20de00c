import type { Subject } from '../model/subject.ts'
import type { Evidence } from './evidence.ts'
import type { Args, Confidence, Severity } from './verdict.ts'

/** One fault, as data. Prose is rendered from it by the check's own words and the reports. */
export interface Finding<A extends Args = Args> {
  readonly code: string
  readonly slug: string
  readonly severity: Severity
  readonly confidence: Confidence
  readonly subject: Subject
  readonly also?: readonly Subject[]
  readonly args: A
  readonly evidence: readonly Evidence[]
  readonly symptoms: readonly string[]
  readonly dueTo?: readonly string[]
  readonly causes: readonly string[]
  readonly remedies: readonly string[]
}

/** A finding with the findings that it causes folded under it. */
export interface RootCause {
  readonly finding: Finding
  readonly consequences: readonly Finding[]
}
