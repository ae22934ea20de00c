import fc from 'fast-check'
import { expect, it } from 'vitest'
import { latencies } from './latencies.ts'

it('a quantile is at most a step above the true one, and never below it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (times, share) => {
        const all = latencies()
        for (const it of times) all.add(it)
        const exact = times.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0
        const told = all.quantile(share)
        return told >= exact * 0.999 && told <= exact * 1.1
      },
    ),
  )
})

it('nothing counted is 0', () => {
  expect(latencies().quantile(0.99)).toBe(0)
})
