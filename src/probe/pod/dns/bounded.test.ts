import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bounded } from './ask-and-note.ts'

const record = fc.record({
  name: fc.constantFrom('many.evil.example', `${'a'.repeat(1000)}.example`),
  type: fc.constantFrom('A', 'CNAME', 'TXT'),
  ttl: fc.nat(),
  data: fc.oneof(
    fc.constant('10.0.0.1'),
    fc.integer({ min: 1, max: 70_000 }).map((n) => 'x'.repeat(n)),
  ),
})

test('whatever a server answers, little of it is told, the first of it, and how much was left out', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (its, times) => {
      const all = Array.from({ length: times }, () => its).flat()
      const { records, more = 0 } = bounded(all)
      expect(records.length + more).toBe(all.length)
      expect(JSON.stringify(records).length).toBeLessThan(8000)
      expect(records.map((it) => it.type)).toEqual(all.slice(0, records.length).map((it) => it.type))
      if (all.length > 0) expect(records.length).toBeGreaterThan(0)
    }),
    { numRuns: 100 },
  )
})

test('4000 addresses: 32 are told', () => {
  const its = Array.from({ length: 4000 }, (_, n) => ({
    name: 'many.evil.example',
    type: 'A',
    ttl: 5,
    data: `10.0.${n >> 8}.${n & 255}`,
  }))
  expect(bounded(its)).toMatchObject({ records: its.slice(0, 32), more: 3968 })
})
