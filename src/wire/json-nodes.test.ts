import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonNodes } from './json-nodes.ts'

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce((sum: number, it) => sum + valuesIn(it), 0)
}

function emptyIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Object.values(value)
  return own.length === 0 ? 1 : own.reduce((sum: number, it) => sum + emptyIn(it), 0)
}

test('of any JSON it is the values that are in others, and each empty list or object once more', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1), (value, indent) => {
      const nodes = jsonNodes(JSON.stringify(value, null, indent))
      const values = valuesIn(value)
      // A list of n values has n - 1 commas and one bracket; an empty one has the bracket alone.
      expect(nodes + 1).toBe(values + emptyIn(value))
    }),
  )
})

test.each([
  ['', 0],
  ['{},{}', 3],
  ['"{[,"', 0],
  [String.raw`"\",",[`, 2],
  [String.raw`"\\",`, 1],
  ['"no end {{{', 0],
])('%s has %d', (text, nodes) => expect(jsonNodes(text)).toBe(nodes))
