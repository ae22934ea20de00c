import { expect, it } from 'vitest'
import { age } from './age.ts'

it.each([
  [0, 'a moment'],
  [59_999, 'a moment'],
  [60_000, '1 minute'],
  [7_200_000, '2 hours'],
  [2.5 * 86_400_000, '2 days'],
  [800 * 86_400_000, '2 years'],
])('%d ms', (ms, words) => {
  expect(age(ms)).toBe(words)
})
