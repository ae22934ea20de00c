import { describe, expect, test } from 'vitest'
import { certificate, contacts, get, repeat, toService } from '../../test/build/contacts.ts'
import { ingress } from '../../test/build/ingress.ts'
import { modelOf } from '../../test/describe-check.ts'
import type { HttpContact } from '../model/contacts.ts'
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

describe('what a client does not want is no good answer', () => {
  const asked = (about: Partial<HttpContact>) => {
    const its = { ...sources, contacts: contacts([], [get('/', 200, { basis: 'url', ...about })]) }
    return legsOf(modelOf(its, {}, scope(url))).find((it) => it.name === 'controller')
  }
  test.each<[string, Partial<HttpContact>, number, string]>([
    ['well', {}, 0, '200'],
    ['a redirect', { status: 302, location: 'https://login.example/' }, 0, '302'],
    ['refused', { status: 403 }, 1, '403'],
    ['not found', { status: 404 }, 1, '404'],
    ['not found, of a path that was guessed', { status: 404, basis: 'guessed' }, 0, '404'],
    ['an error is bad, and not in doubt', { status: 502 }, 0, '502'],
    ['a good certificate', { certificate: certificate() }, 0, '200'],
    ['of a private authority', { certificate: certificate({ trust: 'unknown-issuer' }) }, 0, '200'],
    ['too old', { certificate: certificate({ validity: 'expired' }) }, 1, '200, certificate expired'],
    ['too new', { certificate: certificate({ validity: 'not-yet' }) }, 1, '200, certificate not valid yet'],
    ['of another', { certificate: certificate({ covers: false }) }, 1, '200, certificate of another name'],
    ['for an address', { host: '10.0.0.1', certificate: certificate({ covers: false }) }, 0, '200'],
  ])('%s', (_, about, doubtful, said) => {
    const leg = asked(about)
    if (about.basis === 'guessed') return expect(leg).toBeUndefined()
    expect(leg).toMatchObject({ doubtful, said: [said] })
  })
})
