import { expect, test } from 'vitest'
import { synsLost } from './lost-syns.ts'

test.each([
  [0.4, 0],
  [220, 0],
  [999, 0],
  [1006, 1],
  [1218, 1],
  [1400, 0],
  [2030, 2],
  [3080, 3],
  [3600, 0],
  [7010, 6],
  [9000, 0],
])('a handshake of %d ms lost %d SYNs', (ms, lost) => {
  expect(synsLost(ms)).toBe(lost)
})
