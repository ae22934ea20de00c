import { expect, test } from 'vitest'
import { comb } from './resolver-comb.ts'

test.each([
  [[], []],
  [[0.4, 0.6, 12, 900], []],
  [[2503, 2501], ['2500 ×2']],
  [[0.5, 5005, 5001, 5003.9], ['5000 ×3']],
  [
    [5005, 10_010],
    ['5000 ×1', '10000 ×1'],
  ],
  [[20_012], ['20000 ×1']],
  // A timeout ends late by the lookup itself, never early.
  [[4900, 5500], []],
  [[4975, 5400], ['5000 ×2']],
])('%j leaves the teeth %j', (samples, teeth) => {
  expect(comb(samples).map((it) => `${it.ms} ×${it.count}`)).toEqual(teeth)
})

test('each tooth says what it means', () => {
  expect(comb([2500, 5000, 10_000, 15_000, 20_000, 30_000]).map((it) => it.meaning)).toEqual([
    "musl's first repeat",
    'one resolver timeout',
    'two resolver timeouts',
    'three resolver timeouts',
    'four resolver timeouts',
    'six resolver timeouts',
  ])
})
