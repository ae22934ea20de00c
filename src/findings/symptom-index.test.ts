import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { subject, subjectKey } from '../model/subject.ts'
import { claims } from './claims.ts'
import type { Finding, RootCause } from './finding.ts'
import { fold } from './fold.ts'
import type { Trouble } from './trouble.ts'

/** What folding and claiming mean, each finding compared with each other one: the indices must say the same. */

const words = ['a', 'a/b', 'a/b/c', 'a/*', 'a*', '*', 'b', 'b/c', 'b/*', 'ab']
const pattern = fc.constantFrom(...words)
const exact = fc.constantFrom(...words.filter((it) => !it.endsWith('*')))
const on = fc.constantFrom('x', 'y', 'z').map((it) => subject('Node', null, it))
const code = fc.constantFrom('DNS101', 'SVC201', 'ING301', 'POL401', 'NOD501', 'TRB901')
const few = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 3 })
const finding: fc.Arbitrary<Finding> = fc.record({
  code,
  slug: fc.constant('some/thing'),
  severity: fc.constantFrom('error', 'warning', 'info'),
  confidence: fc.constant('observed'),
  subject: on,
  args: fc.constant({}),
  evidence: fc.constant([]),
  symptoms: few(exact),
  causes: few(pattern),
  remedies: fc.constant([]),
})
const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom('lookup-failed', 'contact-failed', 'bad-answer', 'not-as-declared', 'server-error'),
  source: fc.constant('contacts'),
  sufferer: on,
  involved: few(on),
  keys: few(pattern),
  asked: fc.constant(''),
  from: fc.constant(''),
  how: fc.constant(''),
  bad: fc.constant(1),
  of: fc.constant(1),
  ms: fc.constant(null),
  weight: fc.constantFrom('outage', 'nuisance', 'sign'),
})

/**
 * The cause chosen for each finding by looking at all others, in the order that `fold` gave the roots and their parts.
 */
function slowFold(ordered: readonly Finding[]): readonly RootCause[] {
  const causeOf = new Map<Finding, Finding>()
  const leadsTo = (from: Finding, to: Finding): boolean => {
    for (let at = causeOf.get(from); at !== undefined; at = causeOf.get(at)) if (at === to) return true
    return false
  }
  const explains = (cause: Finding, effect: Finding): boolean =>
    effect.symptoms.some((symptom) => cause.causes.some((it) => covers(it, symptom)))
  for (const effect of ordered.toReversed()) {
    const cause = ordered.find((other) => other !== effect && explains(other, effect) && !leadsTo(other, effect))
    if (cause !== undefined) causeOf.set(effect, cause)
  }
  return ordered
    .filter((it) => !causeOf.has(it))
    .map((root) => ({ finding: root, consequences: ordered.filter((it) => leadsTo(it, root)) }))
}

function covers(wide: string, key: string): boolean {
  return wide.endsWith('*') ? key.startsWith(wide.slice(0, -1)) : wide === key
}

const families: Readonly<Record<string, RegExp>> = {
  'lookup-failed': /^(?:DNS|POL|NOD)/,
  'server-error': /^(?:DNS|POL|NOD)/,
  'contact-failed': /^(?:DNS|SVC|ING|POL|NOD)/,
  'bad-answer': /^(?:SVC|ING|POL|NOD)/,
  'not-as-declared': /^(?:DNS|SVC|ING|NOD)/,
}

function slowClaims(it: Finding, of: Trouble): boolean {
  if (families[of.kind]?.test(it.code) !== true || (it.severity === 'info' && of.weight !== 'sign')) return false
  const either = (said: string, key: string): boolean => covers(said, key) || (!said.endsWith('*') && covers(key, said))
  if ([...it.symptoms, ...it.causes].some((said) => of.keys.some((key) => either(said, key)))) return true
  if (it.severity === 'warning' && of.weight === 'outage') return false
  return of.involved.some((one) => subjectKey(one) === subjectKey(it.subject))
}

const ranks = { error: 0, warning: 1, info: 2 } as const

test('the fold is that of comparing each with each', () => {
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 14 }), (its) => {
      const named = its.map((it, index) => ({ ...it, subject: subject('Node', null, String(index).padStart(2, '0')) }))
      const ordered = named.toSorted(
        (a, b) =>
          ranks[a.severity] - ranks[b.severity] ||
          (a.code < b.code ? -1 : Number(a.code > b.code)) ||
          (a.subject.name < b.subject.name ? -1 : 1),
      )
      const names = (roots: readonly RootCause[]): readonly string[] =>
        roots.map((it) => [it.finding, ...it.consequences].map((one) => one.subject.name).join(' ')).toSorted()
      expect(names(fold(named))).toEqual(names(slowFold(ordered)))
    }),
    { numRuns: 1000 },
  )
})

test('the claims are those of comparing each with each', () => {
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 10 }), fc.array(trouble, { maxLength: 10 }), (findings, troubles) => {
      const { left, claimed } = claims(findings, troubles)
      expect(left).toEqual(troubles.filter((of) => !findings.some((it) => slowClaims(it, of))))
      expect(findings.filter((it) => claimed.has(it))).toEqual(
        findings.filter((it) => troubles.some((of) => slowClaims(it, of))),
      )
    }),
    { numRuns: 1000 },
  )
})
