import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, canonicalParts } from './canonical.ts'

test('in parts it is the same text, with lists of any length anywhere', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom('a', 'ü"', 7, null, true, undefined),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.tuple(fc.constantFrom(1, 99, 100, 101), tie('value')).map(([length, it]) => Array.from({ length }, () => it)),
      fc.dictionary(fc.constantFrom('b', 'a', 'c"'), tie('value'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(value, (it) => {
      expect([...canonicalParts(it)].join('')).toBe(canonical(it))
    }),
    { numRuns: 300 },
  )
})

test('no part holds a long list', () => {
  const item = { ip: '10.0.0.1', pod: 'web-1' }
  const parts = [
    ...canonicalParts({
      source: 'endpointSlices',
      item: { endpoints: Array.from({ length: 5000 }, () => item), name: 'a' },
    }),
  ]
  expect(Math.max(...parts.map((it) => it.length))).toBeLessThan(100)
})
