import { subjectKey } from '../model/subject.ts'
import type { Finding, RootCause } from './finding.ts'
import type { Confidence, Severity } from './verdict.ts'
import { textOrder } from '../model/text-order.ts'

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }
const confidenceRank: Readonly<Record<Confidence, number>> = { observed: 0, inferred: 1, possible: 2 }

/**
 * Root causes first, their consequences folded under them: B is a consequence of A when A `explains` one of B's
 * symptoms. Of two findings that explain each other, the earlier in order is the cause. A consequence of a
 * consequence hangs under the root. The result's order depends on nothing but the findings.
 */
export function fold(findings: readonly Finding[]): readonly RootCause[] {
  const ordered = findings.toSorted(inOrder)
  const causeOf = new Map<Finding, Finding>()
  for (const effect of ordered.toReversed()) {
    const cause = ordered.find((other) => other !== effect && explains(other, effect) && !leadsTo(causeOf, other, effect))
    if (cause !== undefined) causeOf.set(effect, cause)
  }
  const roots = ordered.filter((it) => !causeOf.has(it))
  return roots
    .map((finding) => ({ finding, consequences: ordered.filter((it) => it !== finding && leadsTo(causeOf, it, finding)) }))
    .toSorted((a, b) => severity(a) - severity(b) || leftover(a) - leftover(b) || b.consequences.length - a.consequences.length || inOrder(a.finding, b.finding))
}

/** What has no known cause comes after the causes that are as bad. */
function leftover({ finding }: RootCause): number {
  return finding.code.startsWith('TRB') ? 1 : 0
}

/** A root is as bad as the worst that it brings about: a warning that explains an outage is what to read first. */
function severity(root: RootCause): number {
  return Math.min(severityRank[root.finding.severity], ...root.consequences.map((it) => severityRank[it.severity]))
}

function inOrder(a: Finding, b: Finding): number {
  return (
    severityRank[a.severity] - severityRank[b.severity] ||
    confidenceRank[a.confidence] - confidenceRank[b.confidence] ||
    textOrder(a.code, b.code) ||
    textOrder(subjectKey(a.subject), subjectKey(b.subject))
  )
}

function explains(cause: Finding, effect: Finding): boolean {
  return effect.symptoms.some((symptom) => cause.explains.some((it) => matches(it, symptom)))
}

function matches(pattern: string, symptom: string): boolean {
  return pattern.endsWith('*') ? symptom.startsWith(pattern.slice(0, -1)) : pattern === symptom
}

function leadsTo(causeOf: ReadonlyMap<Finding, Finding>, from: Finding, to: Finding): boolean {
  for (let at: Finding | undefined = causeOf.get(from); at !== undefined; at = causeOf.get(at)) if (at === to) return true
  return false
}
