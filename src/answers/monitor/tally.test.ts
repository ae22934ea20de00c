import { describe, expect, test } from 'vitest'
import { above, countOf } from './histogram.ts'
import { emptyTally, outcomeOf, skipped, tallied, type Timed, wayKey } from './tally.ts'

const way = { role: 'service', server: '10.96.0.10' } as const
const well: Timed = { ms: 0.4, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }

describe('what its user notices', () => {
  test.each([
    { a: 'ok', aaaa: 'ok', expected: 'ok' },
    { a: 'ok', aaaa: 'nodata', expected: 'ok' },
    { a: 'nodata', aaaa: 'ok', expected: 'ok' },
    { a: 'nodata', aaaa: 'nodata', expected: 'nodata' },
    { a: 'ok', aaaa: 'timeout', expected: 'timeout' },
    { a: 'servfail', aaaa: 'ok', expected: 'servfail' },
    { a: 'nxdomain', aaaa: 'refused', expected: 'refused' },
    { a: 'nxdomain', aaaa: 'nxdomain', expected: 'nxdomain' },
    { a: 'unreachable', aaaa: 'unreachable', expected: 'unreachable' },
  ] as const)('$a, $aaaa: $expected', ({ a, aaaa, expected }) => expect(outcomeOf({ a, aaaa })).toBe(expected))
})

test('a lookup that was answered by its repeat is one of 5 s, by the question that was lost', () => {
  const all = [well, { ...well, ms: 5000.6, retries: 1, firstLost: 'aaaa' as const }].reduce(tallied, emptyTally(way))
  expect(all.outcomes).toEqual({ ok: 2 })
  expect(all.repeated).toEqual({ a: 0, aaaa: 1, both: 0 })
  expect([countOf(all.times), above(all.times, 5), above(all.times, 10)]).toEqual([2, 1, 0])
})

test('one that was never answered was repeated in vain', () => {
  const silent: Timed = { ms: 10_000.2, a: 'timeout', aaaa: 'timeout', retries: 2, firstLost: 'both' }
  const all = tallied(emptyTally(way), silent)
  expect(all.outcomes).toEqual({ timeout: 1 })
  expect(all.repeated).toEqual({ a: 0, aaaa: 0, both: 0 })
  expect(above(all.times, 10)).toBe(1)
})

test('what was not asked counts for nothing but itself', () => {
  expect(skipped(emptyTally(way))).toEqual({ ...emptyTally(way), skipped: 1 })
  expect(wayKey(way)).toBe('service 10.96.0.10')
})
