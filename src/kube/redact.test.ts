import { expect, it } from 'vitest'
import { firstLine } from './redact.ts'

it('takes the first line that says something', () => {
  expect(firstLine('\n\n  login first \nmore')).toBe('login first')
  expect(firstLine('x'.repeat(500))).toHaveLength(200)
})
