import { Command, CommanderError, InvalidArgumentError } from 'commander'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityFlags } from './capacity.ts'
import { duration, longest, rate } from './values.ts'

describe('a duration', () => {
  test.each([
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['500ms', 500],
    ['5', 5000],
    ['1.5s', 1500],
    ['0.5h', 1_800_000],
    ['1.4ms', 1],
    ['596h', 596 * 3_600_000],
  ])('%s', (text, ms) => expect(duration(text)).toBe(ms))

  test.each([
    '',
    ' ',
    '0',
    '0s',
    '0.1ms',
    '-1s',
    '+1s',
    '1e3s',
    '1 s',
    's',
    '.5s',
    '1.s',
    '30S',
    '1d',
    '1h30m',
    'Infinity',
    'NaN',
    '0x10',
    '٣s',
    '1s\n',
    '600h',
    '99999999999999999999h',
  ])('%j is none', (text) => expect(() => duration(text)).toThrow(InvalidArgumentError))

  test('whatever is taken, a timer can wait for', () => {
    const number = fc.oneof(
      fc.nat().map(String),
      fc.double({ min: 0, max: 1e6, noNaN: true }).map((it) => it.toFixed(4)),
    )
    fc.assert(
      fc.property(number, fc.constantFrom('', 'ms', 's', 'm', 'h'), (value, unit) => {
        let ms: number
        try {
          ms = duration(`${value}${unit}`)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidArgumentError)
          return
        }
        // A fraction or more than 32 bits is an exception, or a timer that is over at once.
        expect(Number.isInteger(ms) && ms >= 1 && ms <= longest).toBe(true)
        expect(AbortSignal.timeout(ms).aborted).toBe(false)
      }),
    )
  })
})

describe('a rate', () => {
  test.each([
    ['1', 1],
    ['2000', 2000],
  ])('%s', (text, value) => expect(rate(text)).toBe(value))
  test.each(['0', '-1', '1.5', '1e3', '2k', '', '9999999999'])('%j is none', (text) =>
    expect(() => rate(text)).toThrow(InvalidArgumentError),
  )
})

test('a flag with a bad value is a usage error, and nothing runs', () => {
  const command = capacityFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
  for (const args of [
    ['--window', '0'],
    ['--load', 'much'],
    ['--timeout', '1y'],
    ['-o', 'xml'],
  ])
    expect(() => command.parse(args, { from: 'user' })).toThrow(CommanderError)
})
