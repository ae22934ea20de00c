import { expect, test } from 'vitest'
import type { Way } from '../../answers/monitor/tally.ts'
import { newPace } from './pace.ts'

const service: Way = { role: 'service', server: '10.96.0.10' }
const pod: Way = { role: 'endpoint', server: 'coredns-1' }

/** `ms` of each lookup of a way, in their order. */
function paceOf(lookups: readonly (readonly [way: Way, ms: readonly number[]])[]) {
  const pace = newPace()
  pace.keep([service, pod])
  for (const [way, all] of lookups) for (const ms of all) pace.note(way, { ms })
  return pace
}
const many = (count: number, ms: number): readonly number[] => Array.from({ length: count }, () => ms)

test.each([
  { it: 'nothing was looked up yet', lookups: [], expected: false },
  { it: 'all are answered', lookups: [[service, many(60, 1)]], expected: false },
  { it: 'two of sixty were lost', lookups: [[service, [...many(58, 1), ...many(2, 5001)]]], expected: false },
  { it: 'three of sixty were lost', lookups: [[service, [...many(57, 1), ...many(3, 5001)]]], expected: true },
  { it: 'as musl would ask again', lookups: [[service, [...many(57, 1), ...many(3, 2499.6)]]], expected: true },
  { it: 'a slow upstream is no loss', lookups: [[service, many(60, 2300)]], expected: false },
  { it: 'of few nothing can be said', lookups: [[service, many(19, 5001)]], expected: false },
  {
    it: 'one way of two',
    lookups: [
      [pod, many(60, 1)],
      [service, many(20, 5001)],
    ],
    expected: true,
  },
  { it: 'it was so, an hour ago', lookups: [[service, [...many(60, 5001), ...many(60, 1)]]], expected: false },
] as const)('$it', ({ lookups, expected }) => expect(paceOf(lookups).isSlow()).toBe(expected))

test('a server that is gone is forgotten, and one that nobody knows is not noted', () => {
  const pace = paceOf([[pod, many(60, 5001)]])
  pace.keep([service])
  expect(pace.isSlow()).toBe(false)
  for (const ms of many(60, 5001)) pace.note(pod, { ms })
  expect(pace.isSlow()).toBe(false)
})
