import { expect, test } from 'vitest'
import { portRange, sourcePort } from './source-ports.ts'

test('each try leaves from a part of the range of its own', () => {
  const range = { from: 32_768, to: 60_999 }
  const ports = Array.from({ length: 5 }, (_, nth) => sourcePort(nth, 5, range))
  expect(ports.toSorted((a, b) => a - b)).toEqual(ports)
  expect(ports.every((it) => it >= range.from && it <= range.to)).toBe(true)
  expect(ports.map((it) => Math.floor((5 * (it - range.from)) / (range.to - range.from + 1)))).toEqual([0, 1, 2, 3, 4])
})

test.each([
  ['as it is', '1024\t65535\n', { from: 1024, to: 65_535 }],
  ['no range', '5 1\n', { from: 32_768, to: 60_999 }],
  ['no number', 'x', { from: 32_768, to: 60_999 }],
])('the range of the pod: %s', (_, text, expected) => {
  expect(portRange(() => text)).toEqual(expected)
})

test('the file is not there', () => {
  const none = (): string => {
    throw new Error('ENOENT')
  }
  expect(portRange(none)).toEqual({ from: 32_768, to: 60_999 })
})
