import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes, cpuMilli, isSameQuantity } from './quantity.ts'

describe('quantities', () => {
  test.each([
    ['100m', 100],
    ['1', 1000],
    ['1.1', 1100],
    ['0.5', 500],
    ['.5', 500],
    ['2.', 2000],
    ['1n', 1],
    ['1500u', 2],
    ['1e2', 100_000],
    ['1E3', 1_000_000],
    [2, 2000],
    [0.1, 100],
    ['-1', -1000],
    ['0', 0],
  ])('%s is %s millicores', (text, milli) => expect(cpuMilli(text)).toBe(milli))

  test.each([
    ['64Mi', 67_108_864],
    ['1Ki', 1024],
    ['1.5Gi', 1_610_612_736],
    ['1G', 1_000_000_000],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['128974848000m', 128_974_848],
    ['1E', 1e18],
  ])('%s is %s bytes', (text, size) => expect(bytes(text)).toBe(size))

  test.each(['', '.', 'm', 'Mi', '1 Mi', '1Kb', '1e', 'lots', null, undefined, {}, [], true, Number.NaN])(
    '%s is no quantity',
    (text) => {
      expect(cpuMilli(text)).toBeNull()
      expect(bytes(text)).toBeNull()
    },
  )

  test.each([
    ['0.5', '500m', true],
    [1, '1000m', true],
    ['1Ki', '1024', true],
    ['-1', '-1000m', true],
    ['0', '-0', true],
    ['0.1n', '1n', true],
    ['1E', '1000P', true],
    // Both are 1 byte, rounded up: as CPU they are not the same.
    ['100m', '900m', false],
    ['1n', '2n', false],
    ['1', '-1', false],
    ['9007199254740993', '9007199254740992', false],
    ['lots', 'lots', false],
    ['1', null, false],
    [['1'], ['1'], false],
  ])('%s and %s are the same amount: %s', (a, b, same) => expect(isSameQuantity(a, b)).toBe(same))

  test('millicores come back as they were written', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        (milli) => cpuMilli(`${milli}m`) === milli && cpuMilli((milli / 1000).toFixed(3)) === milli,
      ),
    )
  })

  test('a binary suffix is a shift', () => {
    fc.assert(
      fc.property(
        fc.nat(4000),
        fc.constantFrom('Ki', 'Mi', 'Gi', 'Ti'),
        (n, unit) => bytes(`${n}${unit}`) === n * 1024 ** (1 + ['Ki', 'Mi', 'Gi', 'Ti'].indexOf(unit)),
      ),
    )
  })

  test('anything at all is a number or null', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.stringMatching(/^[+-]?[0-9.]{0,30}(m|Ki|E|e-?\d{1,3})?$/)), (it) => {
        const value = cpuMilli(it)
        return value === null || Number.isFinite(value)
      }),
    )
  })
})
