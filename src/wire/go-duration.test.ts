import { expect, test } from 'vitest'
import { secondsIn } from './go-duration.ts'

test.each([
  ['1s', 1],
  ['500ms', 0.5],
  ['1m30s', 90],
  ['1.5h', 5400],
  ['0s', null],
  ['0', null],
  ['infinity', null],
  ['infinite', null],
  ['', null],
  [null, null],
  ['5', null],
  ['-1s', null],
])('%s is %s', (text, seconds) => {
  expect(secondsIn(text)).toBe(seconds)
})
