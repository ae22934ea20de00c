import { expect, test } from 'vitest'
import { contacts, get, repeat, toService } from '../../test/build/contacts.ts'
import { ingress } from '../../test/build/ingress.ts'
import { modelOf } from '../../test/describe-check.ts'
import type { Outside } from '../model/outside.ts'
import type { Sources } from '../model/sources.ts'
import { subject } from '../model/subject.ts'
import { isSlow, legsOf } from './legs.ts'

const url = 'http://web.shop.example/'
const scope = (of: string | null) => ({
  namespace: 'shop',
  target: { kind: 'object' as const, object: subject('Ingress', 'shop', 'web'), url: of },
})
const outside: Outside = {
  lookupError: null,
  answers: [
    { by: 'dns', ip: '192.0.2.10', port: 80, host: 'web.shop.example', path: '/', status: 502, error: null, ms: 9 },
  ],
}
const sources: Partial<Sources> = {
  ingresses: [ingress([['/', 'web', 80]])],
  outside,
  contacts: contacts([toService('web', 'worker-1', repeat(5, 'open'))], [get('/', 200, { basis: 'url' })]),
}

test('each leg by itself, in the order of the way', () => {
  const legs = legsOf(modelOf(sources, {}, scope(url)))
  expect(legs.map(({ name, bad, of }) => [name, bad, of])).toEqual([
    ['outside', 1, 1],
    ['controller', 0, 1],
    ['service', 0, 5],
  ])
  expect(legs[0]).toMatchObject({ at: ['192.0.2.10:80'], said: ['502'] })
})

test.each([
  [2999, false],
  [3000, true],
])('an answer after %d ms: slow is %s', (ms, slow) => {
  const late = { ...sources, contacts: contacts([], [get('/', 200, { basis: 'url', ms })]) }
  const leg = legsOf(modelOf(late, {}, scope(url))).find((it) => it.name === 'controller')
  expect(leg === undefined ? null : isSlow(leg)).toBe(slow)
})

test('a name that is not found is a leg that is broken', () => {
  const lost = { ...sources, outside: { lookupError: 'ENOTFOUND', answers: [] } }
  expect(legsOf(modelOf(lost, {}, scope(url)))[0]).toMatchObject({ name: 'outside', bad: 1, said: ['ENOTFOUND'] })
})

test('without a URL, or when nothing was asked, there is none', () => {
  expect(legsOf(modelOf(sources, {}, scope(null)))).toEqual([])
  expect(legsOf(modelOf({ ingresses: sources.ingresses ?? [] }, {}, scope(url)))).toEqual([])
})
