import { expect, it } from 'vitest'
import { firstLine } from './redact.ts'

it('says no secret of what it repeats, wherever in the line it stands', () => {
  for (const said of [
    'error: token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJlLXBsYW50ZWQ refused',
    'proxy http://user:hunter2-planted@proxy.test:3128 said no',
    'Authorization: Bearer Zq9x8c7v6b5n4m3planted',
  ])
    for (const before of ['', '\n\n', `${'x'.repeat(60)} `])
      expect(firstLine(`${before}${said}\nmore`)).not.toMatch(/planted|hunter2|eyJ/)
})

it('takes the first line that says something', () => {
  expect(firstLine('\n\n  login first \nmore')).toBe('login first')
  expect(firstLine('x'.repeat(500))).toHaveLength(200)
})
