import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { above, comb, counted, countOf, emptyHistogram } from './histogram.ts'

const boundOf = (seconds: number): number => comb[counted(emptyHistogram, seconds).counts.indexOf(1)] ?? Infinity

test.each([
  { it: 'at once', seconds: 0, bound: 0.001 },
  { it: 'at a bound', seconds: 0.25, bound: 0.25 },
  { it: 'a second', seconds: 1, bound: 1 },
  { it: 'a slow upstream', seconds: 2.4, bound: 2.5 },
  { it: 'the repeat of musl', seconds: 2.5003, bound: 5 },
  { it: 'the repeat of musl, by a timer that was early', seconds: 2.4991, bound: 5 },
  { it: 'the repeat of glibc', seconds: 5.0004, bound: 10 },
  { it: 'the repeat of glibc, by a timer that was early', seconds: 4.9996, bound: 10 },
  { it: 'the second repeat, or nothing at all', seconds: 10.0012, bound: 15 },
  { it: 'nothing at all, by a timer that was early', seconds: 9.9996, bound: 15 },
  { it: 'longer than any', seconds: 16, bound: Infinity },
])('$it', ({ seconds, bound }) => expect(boundOf(seconds)).toBe(bound))

test('counts each once, whatever it took', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true })), (all) => {
      const sum = all.reduce((before, it) => counted(before, it), emptyHistogram)
      expect(countOf(sum)).toBe(all.length)
      expect(sum.counts).toHaveLength(comb.length + 1)
      expect(above(sum, 1)).toBe(all.filter((it) => it > 1).length)
    }),
  )
})
