import { expect, test } from 'vitest'
import { busyIn, measured } from './calm.ts'
import type { Result } from './result.ts'

const result = (passed: boolean): Result => ({
  group: 'capacity',
  name: 'the rate',
  expected: 'fast',
  got: passed ? 'fast' : 'slow',
  seconds: 1,
  passed,
  detail: '',
})
const busy = '2 busy loops got 30 % of the cores'

test.each([
  { it: 'a pass counts, however busy', passes: [true], looks: [busy], got: { passed: true } },
  {
    it: 'a failure on a calm machine counts at once',
    passes: [false],
    looks: [null, null],
    got: { passed: false, got: 'slow' },
  },
  { it: 'busy first, then it passes', passes: [false, true], looks: [busy, busy], got: { passed: true } },
  {
    it: 'busy first, then calm and still wrong',
    passes: [false, false],
    looks: [busy, null, null],
    got: { passed: false, got: 'slow' },
  },
  { it: 'busy only afterwards', passes: [false, true], looks: [null, busy, null], got: { passed: true } },
  {
    it: 'busy both times: not measured',
    passes: [false, false],
    looks: [busy, busy],
    got: { skipped: true, passed: false, got: `the machine was too busy to measure: ${busy}; got slow` },
  },
])('$it', async ({ passes, looks, got }) => {
  const [left, seen] = [[...passes], [...looks]]
  expect(
    await measured(
      () => Promise.resolve(result(left.shift() ?? false)),
      () => Promise.resolve(seen.shift() ?? null),
    ),
  ).toMatchObject(got)
  expect(left).toEqual([])
})

test.each([
  { shares: [0.95, 0.9], why: null },
  { shares: [0.5, 0.4], why: '2 busy loops got 45 % of the cores' },
  { shares: [0, 0], why: '2 busy loops got 0 % of the cores' },
  { shares: [], why: '0 busy loops got 0 % of the cores' },
])('$shares of the cores', ({ shares, why }) => expect(busyIn(shares)).toBe(why))
