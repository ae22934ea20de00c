import { expect, test } from 'vitest'
import { ingress } from '../../test/build/ingress.ts'
import { modelOf } from '../../test/describe-check.ts'
import { diagnose, exitCode } from '../engine.ts'
import { subject } from '../model/subject.ts'
import { doubtIn, isUndecided } from './undecided.ts'

const target = (url: string | null) => ({
  target: { kind: 'object' as const, object: subject('Ingress', 'shop', 'web'), url },
})
const of = (url: string | null) =>
  diagnose(modelOf({ ingresses: [ingress([['/', 'web', 80]])] }, {}, target(url)), { checks: [] })
const codeOf = (diagnosis: ReturnType<typeof of>, undecided: boolean): number =>
  exitCode(diagnosis, { failOn: 'warning', strict: false, undecided })

test('a URL of which nobody can say whether it opens is not decided, and no 0', () => {
  const asked = of('http://web.example.com/')
  expect(doubtIn(asked)).toBe('whether the connection opens was not measured')
  expect(isUndecided(asked)).toBe(true)
  expect(codeOf(asked, isUndecided(asked))).toBe(2)
})

test('an object without a URL is judged by what was read of it', () => {
  const asked = of(null)
  expect(isUndecided(asked)).toBe(false)
})
