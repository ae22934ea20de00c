import type { Trouble } from '../../findings/trouble.ts'
import type { Severity } from '../../findings/verdict.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'

/** Names in a headline or a detail; the evidence has all of them. */
export const named = 8

export const severities: Readonly<Record<Trouble['weight'], Severity>> = {
  outage: 'error',
  nuisance: 'warning',
  sign: 'info',
}

/** Whose troubles these are, each once. */
export function sufferersOf(its: readonly Trouble[]): readonly Subject[] {
  return [...new Map(its.map((it) => [subjectKey(it.sufferer), it.sufferer])).values()]
}
