import { expect, test } from 'vitest'
import { refusalText, refusedBy } from './workload-refusal.ts'
import { refusedThrough } from './symptom.ts'

const called =
  'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post ' +
  '"https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": service "kyverno-svc" not found'

test('a webhook that does not answer: which, and what is wrong', () => {
  expect(refusedBy({ said: called, from: 'event' })).toEqual([refusedThrough('validate.kyverno.svc-fail')])
  expect(refusalText({ said: called, from: 'event' })).toContain('service "kyverno-svc" not found')
})

test('another refusal stays as it is', () => {
  const said = 'pods "cart-x" is forbidden: exceeded quota: small'
  expect(refusedBy({ said, from: 'status' })).toEqual([])
  expect(refusalText({ said, from: 'status' })).toBe(`“${said}”`)
})
