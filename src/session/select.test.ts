import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checks } from '../checks/registry.ts'
import type { Finding } from '../findings/finding.ts'
import { subject } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { findCheck, ignored, selected } from './select.ts'

const found = (code: string, kind: string, namespace: string | null, name: string): Finding =>
  ({ code, subject: subject(kind, namespace, name) }) as Finding
const usage = (asked: () => unknown): ToolError => {
  try {
    asked()
  } catch (error) {
    if (error instanceof ToolError) return error
  }
  throw new Error('it was taken')
}

describe('--only', () => {
  test.each([
    [undefined, checks.map((it) => it.code)],
    [['DNS101'], ['DNS101']],
    [['dns101'], ['DNS101']],
    [['dns/parallel-lookup-drop'], ['DNS101']],
    [['SVC201,DNS101'], ['DNS101', 'SVC201']],
    [
      ['SVC201', 'DNS101', 'svc201'],
      ['DNS101', 'SVC201'],
    ],
  ])('%j', (only, codes) =>
    expect(
      selected(only)
        .map((it) => it.code)
        .toSorted(),
    ).toEqual([...codes].toSorted()),
  )

  test.each([['DNS999'], [''], ['DNS101,'], ['*'], ['DNS101=Pod/shop/x']])('%j is refused', (name) =>
    expect(usage(() => selected([name])).code).toBe('usage'),
  )

  test('a slip is answered with what is near', () => {
    expect(usage(() => selected(['dns/paralel-lookup-drop'])).hint).toContain('`dns/parallel-lookup-drop`')
  })
})

describe('--ignore', () => {
  const web = found('SVC201', 'Service', 'shop', 'web')
  test.each([
    [undefined, false],
    [['SVC201'], true],
    [['svc201'], true],
    [['SVC202'], false],
    [['SVC202,SVC201'], true],
    [['SVC202', 'SVC201'], true],
    [['SVC201=Service/shop/web'], true],
    [['SVC201=Service/shop/*'], true],
    [['SVC201=*/web'], true],
    [['SVC201=*'], true],
    [['SVC201=Service/*/w*b'], true],
    [['SVC201=Service/shop/we'], false],
    [['SVC201=ervice/shop/web'], false],
    [['SVC201=Service/shop/web2'], false],
    [['SVC201=Service/shop/w.b'], false],
    [['SVC201=.*'], false],
    [['SVC202=Service/shop/web'], false],
  ])('%j: %j', (rules, isLeftOut) => expect(ignored(rules)(web)).toBe(isLeftOut))

  test.each([['NOPE'], [''], ['NOPE=Service/shop/web']])('%j is refused', (rule) =>
    expect(usage(() => ignored([rule])).code).toBe('usage'),
  )

  const name = fc.stringMatching(/^[a-z][-a-z0-9.+()|$^[\]{}?]{0,9}$/)
  const code = fc.constantFrom(...checks.map((it) => it.code))

  test('a rule without a star leaves out one object and no other, whatever stands in its name', () =>
    fc.assert(
      fc.property(code, code, name, name, (its, other, one, another) => {
        const leaveOut = ignored([`${its}=Pod/shop/${one}`])
        expect(leaveOut(found(its, 'Pod', 'shop', one))).toBe(true)
        expect(leaveOut(found(its, 'Pod', 'shop', another))).toBe(one === another)
        expect(leaveOut(found(other, 'Pod', 'shop', one))).toBe(other === its)
      }),
    ))

  test('a star stands for any part of a name', () =>
    fc.assert(
      fc.property(code, name, fc.nat(9), fc.nat(9), (its, of, from, to) => {
        const [start, end] = [of.slice(0, Math.min(from, to)), of.slice(Math.max(from, to))]
        expect(ignored([`${its}=Pod/shop/${start}*${end}`])(found(its, 'Pod', 'shop', of))).toBe(true)
      }),
    ))
})

test('a check is found by its code in any case, or by its slug', () => {
  for (const { code, slug } of checks)
    expect([findCheck(code), findCheck(code.toLowerCase()), findCheck(slug)].map((it) => it?.code)).toEqual([
      code,
      code,
      code,
    ])
})
