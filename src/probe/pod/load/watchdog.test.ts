import { describe, expect, it } from 'vitest'
import { decline, type Watched, watchdog } from './watchdog.ts'

/** Lookups 20 ms apart from `from` on: answered after `ms`, or never where null. */
function lookups(from: number, times: readonly (number | null)[]): Watched[] {
  return times.map((ms, i) => ({
    startedAt: from + i * 20,
    done: ms === null ? null : { at: from + i * 20 + ms, good: true },
  }))
}
const of = (n: number, ms: (i: number) => number | null): (number | null)[] =>
  Array.from({ length: n }, (_, i) => ms(i))
const fast = of(30, () => 2)

describe('decline', () => {
  it('sees losses that began during the probe, before their timeout has passed', () => {
    expect(decline(lookups(0, [...fast, ...of(30, (i) => (i % 2 ? null : 2))]), 2300, -Infinity)).toContain(
      '0 % at first, now 50 %',
    )
  })

  it('sees answers that became slow', () => {
    expect(decline(lookups(0, [...fast, ...of(30, () => 400)]), 5000, -Infinity)).toBe(
      '95th percentile: 2 ms at first, now 400 ms',
    )
  })

  it('takes a constant fault for no decline, whatever its rate', () => {
    for (const every of [1, 2, 3, 10])
      expect(
        decline(
          lookups(
            0,
            of(200, (i) => (i % every === 0 ? null : 2)),
          ),
          9000,
          -Infinity,
        ),
      ).toBeNull()
  })

  it('says nothing about too few lookups, nor about those that have not had their second', () => {
    expect(decline(lookups(0, [...fast, ...of(20, () => null)]), 9000, -Infinity)).toBeNull()
    expect(decline(lookups(0, [...fast, ...of(30, () => null)]), 700, -Infinity)).toBeNull()
  })

  it('lets slow answers pass that were slow from the start, and fast ones that became a little slower', () => {
    expect(
      decline(
        lookups(
          0,
          of(90, () => 400),
        ),
        9000,
        -Infinity,
      ),
    ).toBeNull()
    expect(decline(lookups(0, [...fast, ...of(30, () => 60)]), 9000, -Infinity)).toBeNull()
  })
})

describe('watchdog', () => {
  it('halves first, and stops only for lookups that were started since', () => {
    const dog = watchdog(150)
    const series = lookups(0, [...fast, ...of(40, () => null)])
    expect(dog.judge([series], 2600).act).toBe('halve')
    expect(dog.judge([series], 4000).act).toBe('go')
    series.push(
      ...lookups(
        4000,
        of(30, () => null),
      ),
    )
    expect(dog.judge([series], 6000).act).toBe('stop')
  })

  it('goes on when half the rate was the cure', () => {
    const dog = watchdog(150)
    const series = lookups(0, [...fast, ...of(40, () => null)])
    expect(dog.judge([series], 2600).act).toBe('halve')
    series.push(
      ...lookups(
        4000,
        of(60, () => 3),
      ),
    )
    expect(dog.judge([series], 9000).act).toBe('go')
  })

  it('halves when a server says that it runs into its limit, and stops when it says so still', () => {
    const dog = watchdog(150)
    expect(dog.judge([], 2000, 'at its limit')).toEqual({ act: 'halve', why: 'at its limit' })
    expect(dog.judge([], 4000, 'at its limit').act).toBe('go')
    expect(dog.judge([], 7500, null).act).toBe('go')
    expect(dog.judge([], 7600, 'at its limit').act).toBe('stop')
  })

  it('leaves a trickle alone: it is not what hurts', () => {
    expect(watchdog(10).judge([lookups(0, [...fast, ...of(40, () => null)])], 9000).act).toBe('go')
  })
})
