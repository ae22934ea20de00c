import { describe, expect, test } from 'vitest'
import type { Finding } from '../../findings/finding.ts'
import { subject } from '../../model/subject.ts'
import { factsOf, type Judged, mostFindings, type Standing } from './round.ts'

const finding = (code: string, name: string, severity: Finding['severity'] = 'error'): Finding => ({
  code,
  slug: 'service/x',
  severity,
  confidence: 'inferred',
  subject: subject('Service', 'shop', name),
  args: {},
  evidence: [],
  symptoms: [],
  causes: [],
  remedies: [],
})

function judged(findings: readonly Finding[], verdicts: Readonly<Record<string, string>> = {}): Judged {
  return {
    roots: findings.map((it) => ({ finding: it })),
    results: Object.entries(verdicts).map(([code, verdict]) => ({ check: { code }, verdict })),
  }
}

const namesOf = (its: readonly Standing[]): readonly string[] => its.map((it) => `${it.code} ${it.name}`)

test('root causes by their severity, and checks by what became of them', () => {
  const facts = factsOf(
    judged([finding('SVC209', 'b', 'info'), finding('SVC201', 'a')], { SVC201: 'finding', SVC202: 'ok' }),
    [],
  )
  expect(namesOf(facts.standing)).toEqual(['SVC201 a', 'SVC209 b'])
  expect(facts.bySeverity).toEqual({ error: 1, warning: 0, info: 1 })
  expect(facts.verdicts).toMatchObject({ ok: 1, finding: 1, 'cannot-tell': 0, crashed: 0 })
})

test('the same fault twice of one object is one series', () => {
  expect(factsOf(judged([finding('SVC201', 'a'), finding('SVC201', 'a')]), []).standing).toHaveLength(1)
})

test('of very many the worst are told by name, always the same ones, and the rest by number', () => {
  const many = Array.from({ length: 2 * mostFindings }, (_, i) => finding('SVC209', `s${i}`, 'warning'))
  const facts = factsOf(judged([...many, finding('SVC201', 'z')]), [])
  expect(facts.standing).toHaveLength(mostFindings)
  expect(namesOf(facts.standing)[0]).toBe('SVC201 z')
  expect(facts.leftOut).toBe(mostFindings + 1)
  expect(facts.bySeverity).toEqual({ error: 1, warning: 2 * mostFindings, info: 0 })
  expect(factsOf(judged([finding('SVC201', 'z'), ...many.toReversed()]), []).standing).toEqual(facts.standing)
})

test('a name that no API server gives is cut', () => {
  expect(factsOf(judged([finding('SVC201', 'x'.repeat(100_000))]), []).standing[0]?.name.length).toBe(253)
})

describe('a check that could not tell this time', () => {
  const before = factsOf(judged([finding('SVC201', 'a')]), []).standing
  test('leaves standing what it found before', () => {
    expect(namesOf(factsOf(judged([], { SVC201: 'cannot-tell' }), before).standing)).toEqual(['SVC201 a'])
    expect(namesOf(factsOf(judged([], { SVC201: 'crashed' }), before).standing)).toEqual(['SVC201 a'])
  })
  test('and not what another one found, nor what it looked at again', () => {
    expect(factsOf(judged([], { SVC202: 'cannot-tell', SVC201: 'ok' }), before).standing).toEqual([])
    expect(factsOf(judged([], {}), before).standing).toEqual([])
  })
  test('after ten rounds it is no news any more', () => {
    let standing = before
    for (let round = 0; round < 10; round++)
      standing = factsOf(judged([], { SVC201: 'cannot-tell' }), standing).standing
    expect(standing).toHaveLength(1)
    expect(factsOf(judged([], { SVC201: 'cannot-tell' }), standing).standing).toEqual([])
  })
  test('seen again it is as new', () => {
    const gap = factsOf(judged([], { SVC201: 'cannot-tell' }), before).standing
    expect(gap[0]?.unseen).toBe(1)
    expect(factsOf(judged([finding('SVC201', 'a')]), gap).standing[0]?.unseen).toBe(0)
  })
})
