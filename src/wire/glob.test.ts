import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitsGlob } from './glob.ts'

const some = (unit: readonly string[], maxLength: number) => fc.string({ unit: fc.constantFrom(...unit), maxLength })

test('a glob fits what its expression fits', () => {
  fc.assert(
    fc.property(some(['a', 'b', '*', '.'], 8), some(['a', 'b', '.'], 12), (glob, text) => {
      const form = glob.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')
      expect(fitsGlob(glob, text)).toBe(new RegExp(`^${form}$`).test(text))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['*.server', 'shop.server', true],
  ['*.server', 'shop.override', false],
  ['Service/shop/*', 'Service/shop/cart', true],
  ['ab*ba', 'aba', false],
  ['(a+)+', '(a+)+', true],
] as const)('%s and %s', (glob, text, is) => expect(fitsGlob(glob, text)).toBe(is))

test('many stars in a text that nearly fits are no work', () => {
  expect(fitsGlob(`${'*a'.repeat(10_000)}*b`, 'a'.repeat(100_000))).toBe(false)
})
