import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonNodes } from './json-nodes.ts'

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce((sum: number, it) => sum + valuesIn(it), 0)
}

test('of any JSON it is a bound: no fewer than half of its values, and no more than all', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1), (value, indent) => {
      const nodes = jsonNodes(JSON.stringify(value, null, indent))
      const values = valuesIn(value)
      expect(nodes).toBeLessThanOrEqual(values)
      expect(nodes * 2 + 1).toBeGreaterThanOrEqual(values)
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
