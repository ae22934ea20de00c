import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inACircle, lateError, lateOf, wantsCertificate } from './http-error.ts'

test('what was late is read as it was written', () => {
  const late = fc.constantFrom('connection', 'answer', 'body')
  fc.assert(
    fc.property(late, fc.nat(), fc.nat(), (it, ms, bytes) => {
      expect(lateOf(lateError(it, ms, bytes))).toBe(it)
    }),
  )
})

test.each([null, 'ECONNRESET', wantsCertificate, inACircle, 'no connection', 'x no connection within 5 ms'])(
  '%s is not late',
  (error) => expect(lateOf(error)).toBeNull(),
)
