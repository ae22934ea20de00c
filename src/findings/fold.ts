import { subjectKey } from '../model/subject.ts'
import type { Finding, RootCause } from './finding.ts'
import { bySymptom } from './symptom-index.ts'
import type { Confidence, Severity } from './verdict.ts'
import { textOrder } from '../model/text-order.ts'

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }
const confidenceRank: Readonly<Record<Confidence, number>> = { observed: 0, inferred: 1, possible: 2 }

/**
 * Root causes first, their consequences folded under them: B is a consequence of A when A `causes` one of B's
 * symptoms, or what it may be due to. Of two findings that explain each other, the earlier in order is the cause. A
 * consequence of a consequence hangs under the root. No finding explains another of its own code on the same object:
 * that is the same fault seen twice. The result's order depends on nothing but the findings.
 */
export function fold(findings: readonly Finding[]): readonly RootCause[] {
  const ordered = findings.toSorted(inOrder)
  const causeOf = chooseCauses(ordered)
  const consequences = new Map<Finding, Finding[]>(ordered.filter((it) => causeOf(it) === it).map((it) => [it, []]))
  for (const it of ordered) if (causeOf(it) !== it) consequences.get(causeOf(it))?.push(it)
  return [...consequences]
    .map(([finding, its]) => ({ finding, consequences: its }))
    .toSorted(
      (a, b) =>
        severity(a) - severity(b) ||
        leftover(a) - leftover(b) ||
        b.consequences.length - a.consequences.length ||
        inOrder(a.finding, b.finding),
    )
}

/**
 * The root under which each finding stands, itself for a root. The last in order looks for its cause first, so that of
 * two that explain each other the earlier one is left as the cause.
 */
function chooseCauses(ordered: readonly Finding[]): (finding: Finding) => Finding {
  const above = ordered.map((_, index) => index)
  const rootOf = (of: number): number => {
    let root = of
    while (above[root] !== root) root = above[root] ?? root
    // Paths are shortened on the way, or long chains would be walked again and again.
    for (let at = of; at !== root;) {
      const next = above[at] ?? root
      above[at] = root
      at = next
    }
    return root
  }
  const causes = bySymptom(
    ordered.map((finding, index) => ({ finding, index })),
    (it) => it.finding.causes,
  )
  for (let effect = ordered.length - 1; effect >= 0; effect--) {
    const lists = new Set(comesOf(ordered[effect]).flatMap((it) => causes.matching(it)))
    // What hangs under this finding already is no cause of it, nor is it itself: both have it as their root.
    const firsts = [...lists].flatMap(
      (list) =>
        list.find((it) => rootOf(it.index) !== effect && !isSameAgain(it.finding, ordered[effect]))?.index ?? [],
    )
    if (firsts.length > 0) above[effect] = firsts.reduce((least, it) => Math.min(least, it))
  }
  const indices = new Map(ordered.map((it, index) => [it, index]))
  return (finding) => ordered[rootOf(indices.get(finding) ?? -1)] ?? finding
}

function isSameAgain(cause: Finding, effect: Finding | undefined): boolean {
  return effect !== undefined && cause.code === effect.code && subjectKey(cause.subject) === subjectKey(effect.subject)
}

function comesOf(finding: Finding | undefined): readonly string[] {
  return finding === undefined ? [] : [...finding.symptoms, ...(finding.dueTo ?? [])]
}

/**
 * What has no known cause comes after the causes that are as bad; before it what an application answers, which may come
 * of whatever the application calls.
 */
function leftover({ finding }: RootCause): number {
  if (finding.code.startsWith('TRB')) return 2
  // Of DNS as this one machine asks it: what is wrong in the cluster comes first.
  if (finding.code === 'ING350' && finding.args['wrong'] === 'name') return 1
  return finding.code === 'SVC208' || finding.code === 'ING305' ? 1 : 0
}

/** A root is as bad as the worst that it brings about: a warning that explains an outage is what to read first. */
function severity(root: RootCause): number {
  return root.consequences.reduce(
    (least, it) => Math.min(least, severityRank[it.severity]),
    severityRank[root.finding.severity],
  )
}

function inOrder(a: Finding, b: Finding): number {
  return (
    severityRank[a.severity] - severityRank[b.severity] ||
    confidenceRank[a.confidence] - confidenceRank[b.confidence] ||
    textOrder(a.code, b.code) ||
    textOrder(subjectKey(a.subject), subjectKey(b.subject))
  )
}
