import type { Finding } from '../../findings/finding.ts'
import type { Severity } from '../../findings/verdict.ts'
import { subjectKey } from '../../model/subject.ts'

/** A diagnosis, as far as it matters here. */
export interface Judged {
  readonly roots: readonly { readonly finding: Finding }[]
  readonly results: readonly { readonly check: { readonly code: string }; readonly verdict: string }[]
}

/** A root cause as a series: few words, each of a bounded length. */
export interface Standing {
  readonly code: string
  readonly severity: Severity
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Rounds in a row in which its check could not tell: a gap ends no trouble. 0: this round saw it. */
  readonly unseen: number
}

/** What one diagnosis said. */
export interface RoundFacts {
  /** The worst first, at most `mostFindings`. */
  readonly standing: readonly Standing[]
  /** How many stand in all, those that are not in `standing` too. */
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly leftOut: number
  readonly verdicts: Readonly<Record<string, number>>
}

/**
 * Each is a series that a Prometheus keeps for weeks: of a cluster in ruins the worst are told by name, the rest by
 * number.
 */
export const mostFindings = 500

/** A name of the API has 253 characters at most; what is longer comes of no API server. */
const longestLabel = 253

/** After so many rounds without a word of its check, what was found is no news. */
const mostUnseen = 10

const severities = ['error', 'warning', 'info'] as const

const verdictNames = ['ok', 'finding', 'cannot-tell', 'not-asked', 'not-applicable', 'ignored', 'crashed'] as const

export function factsOf(diagnosis: Judged, before: readonly Standing[]): RoundFacts {
  const found = diagnosis.roots.map((it) => standingOf(it.finding))
  const undecided = new Set(
    diagnosis.results
      .filter((it) => it.verdict === 'cannot-tell' || it.verdict === 'crashed')
      .map((it) => it.check.code),
  )
  const kept = before
    .filter((it) => undecided.has(it.code) && it.unseen < mostUnseen)
    .map((it) => ({ ...it, unseen: it.unseen + 1 }))
  const all = inOrder([...new Map([...kept, ...found].map((it) => [standingKey(it), it])).values()])
  return {
    standing: all.slice(0, mostFindings),
    bySeverity: { error: of(all, 'error'), warning: of(all, 'warning'), info: of(all, 'info') },
    leftOut: Math.max(0, all.length - mostFindings),
    verdicts: verdictsOf(diagnosis),
  }
}

export function standingKey(it: Standing): string {
  return `${it.code} ${it.severity} ${placeOf(it)}`
}

/** `Service/shop/cart`, `Node/worker-1`. */
export function placeOf({ kind, namespace, name }: Standing): string {
  return subjectKey({ kind, namespace: namespace === '' ? null : namespace, name })
}

function standingOf({ code, severity, subject }: Finding): Standing {
  const { kind, namespace, name } = subject
  return {
    code,
    severity,
    kind: short(kind),
    namespace: short(namespace ?? ''),
    name: short(name),
    unseen: 0,
  }
}

function short(text: string): string {
  return text.length <= longestLabel ? text : `${text.slice(0, longestLabel - 1)}…`
}

/** The same ones each time, so that no series comes and goes at the limit. */
function inOrder(all: readonly Standing[]): readonly Standing[] {
  return all
    .map((it) => [`${severities.indexOf(it.severity)} ${standingKey(it)}`, it] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, it]) => it)
}

function of(all: readonly Standing[], severity: Severity): number {
  return all.filter((it) => it.severity === severity).length
}

function verdictsOf({ results }: Judged): RoundFacts['verdicts'] {
  return Object.fromEntries(
    verdictNames.map((verdict) => [verdict, results.filter((it) => it.verdict === verdict).length]),
  )
}
