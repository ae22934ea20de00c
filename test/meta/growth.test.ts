import { describe, expect, test } from 'vitest'
import { some, today } from '../build/effort.ts'
import { checks } from '../../src/checks/registry.ts'
import { diagnose } from '../../src/engine.ts'
import type { Model } from '../../src/model/sources.ts'
import { isFull } from '../build/effort.ts'
import { shapes } from '../build/growing.ts'

/**
 * Twice as much may cost 2.6 times: linear, with sorting and a garbage collector. What compares each with each costs
 * four times. Each doubling by itself says where it bends, and both at once whether it does.
 */
const most = 2.6
const factors = isFull ? [1, 2, 4] : [1, 4]

/** A busy machine makes one measurement longer, never shorter: the best of several counts. */
const tries = 12

/**
 * The model is new each time: what is made once of a list would be there already. Of this thread: files that run beside
 * this one are in the same process.
 */
function cpuMs(make: () => Model): number {
  const model = make()
  const before = process.threadCpuUsage()
  const { results } = diagnose(model, { checks })
  const { user, system } = process.threadCpuUsage(before)
  expect(results.flatMap((it) => it.crash ?? [])).toEqual([])
  return (user + system) / 1000
}

describe('twice the cluster costs twice the time', () => {
  test.each(some(Object.entries(shapes), today))(
    '%s',
    (_, { n, of }) => {
      const sizes = factors.map((it) => it * n)
      // Compiles what will be measured.
      cpuMs(() => of(n))
      const best = sizes.map(() => Infinity)
      const grows = (): readonly number[] =>
        best.slice(1).map((it, index) => {
          const doublings = Math.log2((factors[index + 1] ?? 1) / (factors[index] ?? 1))
          return (it / (best[index] ?? 1)) ** (1 / doublings)
        })
      for (let tried = 0; tried < tries && !grows().every((it) => it <= most); tried++) {
        for (const [index, size] of sizes.entries())
          best[index] = Math.min(
            best[index] ?? Infinity,
            cpuMs(() => of(size)),
          )
      }
      for (const growth of grows())
        expect(
          growth,
          `milliseconds of CPU for ${sizes.join(', ')}: ${best.map((it) => it.toFixed(0)).join(', ')}`,
        ).toBeLessThanOrEqual(most)
    },
    120_000,
  )
})
