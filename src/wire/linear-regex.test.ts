import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linearPattern, matches } from './linear-regex.ts'

/** Patterns as people write them into paths, of parts whose meaning JavaScript shares. */
const atom = fc.constantFrom(
  'a',
  'b',
  '/',
  '.',
  '\\.',
  '[ab]',
  '[^a]',
  '[a-z0-9_-]',
  '\\d',
  '\\w',
  '\\s',
  '(a|b)',
  '(?:/|$)',
  '(.*)',
)
const quantified = fc
  .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '*?', '+?'))
  .map(([one, many]) => `${one}${one.startsWith('(?') ? '' : many}`)
const pattern = fc
  .tuple(fc.boolean(), fc.array(quantified, { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([start, parts, end]) => `${start ? '^' : ''}${parts.join('')}${end ? '$' : ''}`)
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '1', 'A', '_', ' ', '-'), maxLength: 12 })

describe('a pattern of somebody else', () => {
  test('matches what it matches in JavaScript', () => {
    fc.assert(
      fc.property(pattern, pattern, fc.boolean(), text, (one, other, isTwo, it) => {
        const both = isTwo ? `${one}|${other}` : one
        expect(matches(both, it, false)).toBe(new RegExp(both).test(it))
        expect(matches(both, it, true)).toBe(new RegExp(both, 'i').test(it))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['^/api(/|$)(.*)', '/api', true],
    ['^/api(/|$)(.*)', '/apis', false],
    ['^/cart', '/cart/1', true],
    ['^/[A-Z]+$', '/abc', true],
    ['^/v[0-9]{1,2}/(?<rest>.*)', '/v12/x', true],
  ])('%s %s', (it, path, is) => expect(matches(it, path, true)).toBe(is))

  test.each(['(', ')', '[', 'a**', '(?=a)', '(?!a)', '\\1', 'a++', `${'a'.repeat(600)}`, '((a{500}){500}){500}'])(
    '%s is not guessed at',
    (it) => expect(matches(it, 'a', false)).toBeNull(),
  )

  test('of the worst kind ends in time', () => {
    const began = performance.now()
    for (const it of ['(a+)+$', '(a|a)*$', '(a*)*b', 'a?'.repeat(100) + 'a'.repeat(100), '(.*)(.*)(.*)(.*)x'])
      matches(it, 'a'.repeat(1000), false)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('a pattern of the user, in a line of somebody else', () => {
  test('stands where JavaScript finds it, up to a hundred times', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', '/', '1', ' '), maxLength: 300 }),
        (it, line) => {
          const found = [...line.matchAll(new RegExp(it, 'g'))].filter(([whole]) => whole !== '')
          const spans = found.slice(0, 100).map(({ 0: whole, index }) => [index, index + whole.length])
          expect(linearPattern(it)?.spans(line)).toEqual(spans)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test.each(['e.*x|e', '(e+x|e)', '(e|e)*?x|e', 'e{1,900}x|e', '.*?x|.'])(
    'costs as much as the line is long: %s',
    (it) => {
      const line = 'e'.repeat(500_000)
      const before = process.threadCpuUsage().user
      const found = linearPattern(it)
      expect(found?.spans(line).length).toBeLessThanOrEqual(100)
      expect(found?.test(line)).toBe(true)
      // Without an end it takes an hour.
      expect((process.threadCpuUsage().user - before) / 1000).toBeLessThan(3000)
    },
  )

  test('that is longer than any is none', () => {
    expect(linearPattern('a'.repeat(1000))).not.toBeNull()
    expect(linearPattern('.'.repeat(100_000))).toBeNull()
  })
})
