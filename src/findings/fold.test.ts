import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import type { Finding } from './finding.ts'
import { fold } from './fold.ts'

function found(code: string, about: Partial<Finding> = {}): Finding {
  return {
    code,
    slug: code,
    severity: 'error',
    confidence: 'observed',
    subject: subject('Node', null, 'a'),
    args: {},
    evidence: [],
    symptoms: [],
    causes: [],
    remedies: [],
    ...about,
  }
}

/** `A101(B202 C303)`: roots in order, with what folds under each. */
function shape(findings: readonly Finding[]): string {
  return fold(findings)
    .map(
      ({ finding, consequences }) =>
        finding.code + (consequences.length === 0 ? '' : `(${consequences.map((it) => it.code).join(' ')})`),
    )
    .join(' ')
}

describe('fold', () => {
  const replica = found('DNS106', { causes: ['dns-loss:*'] })
  const loss = found('DNS110', { symptoms: ['dns-loss:node/a'], causes: ['ingress-fails:shop/web'] })
  const ingress = found('ING301', { symptoms: ['ingress-fails:shop/web'] })

  test('what it may be due to', () =>
    expect(shape([found('A', { causes: ['x'] }), found('B', { dueTo: ['x'] })])).toBe('A(B)'))
  test('what explains nothing and is explained by nothing stands alone', () =>
    expect(shape([replica, ingress])).toBe('DNS106 ING301'))
  test('a name that this one machine does not find stands behind what is wrong in the cluster', () => {
    const outside = (wrong: string) => found('ING350', { severity: 'warning', args: { wrong } })
    const cluster = found('ING357', { severity: 'warning' })
    expect(shape([outside('name'), cluster])).toBe('ING357 ING350')
    expect(shape([outside('silent'), cluster])).toBe('ING350 ING357')
  })
  test('a symptom folds under its cause, by wildcard', () => expect(shape([loss, replica])).toBe('DNS106(DNS110)'))
  test('a consequence of a consequence hangs under the root', () =>
    expect(shape([ingress, loss, replica])).toBe('DNS106(DNS110 ING301)'))
  test('a key without a wildcard matches itself alone', () =>
    expect(shape([found('A', { causes: ['dns-loss:node/a'] }), found('B', { symptoms: ['dns-loss:node/ab'] })])).toBe(
      'A B',
    ))
  test('nothing explains itself', () => expect(shape([found('A', { symptoms: ['x'], causes: ['x'] })])).toBe('A'))
  test('nor another of its code on the same object, though it does on another object', () => {
    const twice = { symptoms: ['x', 'y'], causes: ['x', 'y'] }
    expect(shape([found('A', twice), found('A', twice)])).toBe('A A')
    expect(shape([found('A', twice), found('A', { ...twice, subject: subject('Node', null, 'b') })])).toBe('A(A)')
  })
  test('of two that explain each other, the earlier is the cause', () => {
    expect(
      shape([found('A', { symptoms: ['x'], causes: ['y'] }), found('B', { symptoms: ['y'], causes: ['x'] })]),
    ).toBe('A(B)')
  })
  test('of two causes, the earlier has it', () =>
    expect(shape([found('B', { causes: ['x'] }), found('A', { causes: ['x'] }), found('C', { symptoms: ['x'] })])).toBe(
      'A(C) B',
    ))

  test('errors first; then what explains more; then what is surer; then by code and subject', () => {
    expect(
      shape([
        found('W', { severity: 'warning' }),
        found('I', { severity: 'info' }),
        found('P', { confidence: 'possible' }),
        found('Z'),
        found('Y', { causes: ['x'] }),
        found('X', { symptoms: ['x'] }),
      ]),
    ).toBe('Y(X) Z P W I')
  })
  test('a warning that explains an error is as bad as that', () => {
    expect(
      shape([found('E'), found('W', { severity: 'warning', causes: ['x'] }), found('F', { symptoms: ['x'] })]),
    ).toBe('W(F) E')
  })

  test('the order that checks ran in does not matter, nothing is lost, nothing stands twice', () => {
    const key = fc.constantFrom('x', 'y', 'z:a', 'z:b')
    const any = fc.record({
      code: fc.constantFrom('A', 'B', 'C', 'D'),
      severity: fc.constantFrom('error' as const, 'warning' as const),
      symptoms: fc.uniqueArray(key, { maxLength: 2 }),
      causes: fc.uniqueArray(fc.oneof(key, fc.constant('z:*')), { maxLength: 2 }),
      name: fc.nat(20),
    })
    fc.assert(
      fc.property(
        fc
          .uniqueArray(any, { maxLength: 7, selector: (it) => `${it.code}/${it.name}` })
          .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          const make = (its: typeof rows) =>
            its.map(({ code, name, ...rest }) => found(code, { ...rest, subject: subject('Node', null, String(name)) }))
          expect(fold(make(shuffled))).toEqual(fold(make(rows)))
          const all = fold(make(rows)).flatMap((it) => [it.finding, ...it.consequences])
          expect(all).toHaveLength(rows.length)
          expect(new Set(all.map((it) => `${it.code}/${it.subject.name}`)).size).toBe(rows.length)
        },
      ),
    )
  })
})
