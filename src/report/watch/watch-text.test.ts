import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { stripVTControlCharacters } from 'node:util'
import { known, unknown } from '../../model/known.ts'
import { totalsOf } from '../../answers/dns-watch.ts'
import { rates, sample, server } from '../../../test/build/watch.ts'
import { paint } from '../paint.ts'
import { clip, sampleLine, screen, sparkline } from './watch-text.ts'

const plain = paint({ colour: false, ascii: false, width: 110 })
const first = sample({ servers: [server('coredns-0', unknown('not-asked', 'first reading'))] })
const half = sample({
  servers: [server('coredns-0'), server('coredns-1', unknown('timed-out', 'no metrics within 5 s'))],
})

describe('one line an interval', () => {
  const line = (it: typeof first) => sampleLine(it, totalsOf(it)).slice('00:00:00  '.length)
  it('has the numbers', () =>
    expect(line(sample())).toBe(
      '200 queries/s  failing 0 %  p50 <= 0.25 ms  p99 <= 0.25 ms  cache 80 %  coredns-0 CPU 10m of 100m (10 %)  coredns-1 CPU 10m of 100m (10 %)',
    ))
  it('names what was not read, and of how many the rest is', () => {
    expect(line(half)).toBe(
      '100 queries/s (of 1 of 2 servers)  failing 0 %  p50 <= 0.25 ms  p99 <= 0.25 ms  cache 80 %  coredns-0 CPU 10m of 100m (10 %)  gap: metrics of coredns-1 (no metrics within 5 s)',
    )
  })
  it('says that a first reading has nothing to compare with', () =>
    expect(line(first)).toBe('first reading: nothing to compare with yet'))
})

describe('the live block', () => {
  it('has the whole, each server, the canary and the counters', () => {
    const now = sample({
      canary: known({ node: 'worker-1', lookups: 5, lost: 0, p50Ms: 0.8, maxMs: 1.2 }),
      conntrack: [known({ node: 'worker-1', insertFailed: 0, drop: 0 })],
    })
    expect(screen([first, sample(), now], plain).slice(0, -1)).toEqual([
      'queries/s  ██  200   failing ▁▁ 0 %   p99 ██ <= 0.25 ms',
      'p50 <= 0.25 ms   cache hits 80 %',
      'coredns-0  worker-1  100 queries/s  CPU 10m of 100m (10 %)',
      'coredns-1  worker-1  100 queries/s  CPU 10m of 100m (10 %)',
      'canary on worker-1 p50 0.80 ms max 1.20 ms lost 0 of 5',
      'conntrack of 1 node: insert_failed +0 drop +0',
    ])
  })
  it('shows a reading that failed as a gap', () => {
    const none = sample({ servers: [server('coredns-0', unknown('failed', 'connection refused'))] })
    expect(screen([sample(), none], plain).slice(0, 2)).toEqual([
      'queries/s  █?  not read',
      'coredns-0  worker-1  not read: connection refused',
    ])
  })
  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.boolean(), (width, colour) => {
        const busy = sample({ servers: [server('coredns-0', known(rates({ cpuSeconds: 0.5 }, 2.048)))] })
        for (const line of screen([first, sample(), busy, half], paint({ colour, ascii: false, width })))
          expect(stripVTControlCharacters(line).length).toBeLessThan(width)
      }),
    )
  })
})

describe('a sparkline', () => {
  it('goes from zero to the greatest, and has `?` for what was not read', () =>
    expect(sparkline([0, 1, null, 4], plain)).toBe('▁▃?█'))
  it('keeps to ASCII where it must', () =>
    expect(sparkline([0, null, 8], paint({ colour: false, ascii: true, width: 80 }))).toBe('_?@'))
  it('has a place for each value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: null })),
        (values) => [...sparkline(values, plain)].length === values.length,
      ),
    )
  })
})

it('a clipped line keeps the end of its colour', () =>
  expect(clip('\u001B[31mabcdef\u001B[39m', 3)).toBe('\u001B[31mabc\u001B[39m'))
