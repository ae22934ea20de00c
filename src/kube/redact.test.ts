import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstLine, redact } from './redact.ts'

it.each([
  ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
  ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln is bad', 'token [redacted] is bad'],
  ['{"client-secret":"hunter2","a":1}', '{"client-secret":"[redacted]","a":1}'],
  ['access_token=abc&x=1', 'access_token=[redacted]'],
  ['-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY----- rest', '[redacted] rest'],
  ['configmaps "web" already exists', 'configmaps "web" already exists'],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

it('never lets a bearer token through', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w.~+/-]{12,40}$/), fc.string(), (token, before) => {
      expect(redact(`${before} Bearer ${token}`)).not.toContain(token)
    }),
  )
})

it('takes the first line that says something', () => {
  expect(firstLine('\n\n  login first \nmore')).toBe('login first')
  expect(firstLine('x'.repeat(500))).toHaveLength(200)
})
