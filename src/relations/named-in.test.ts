import { expect, test } from 'vitest'
import { subject } from '../model/subject.ts'
import { isAtCallee, namespacesIn, objectsIn, placesIn, type Touching } from './named-in.ts'

const on = subject('Policy', 'pay', 'guard')
const about = (rest: Partial<Touching> = {}): Touching => ({
  code: 'SVC299',
  subject: on,
  severity: 'error',
  args: {},
  evidence: [],
  ...rest,
})

test.each<[string, readonly string[]]>([
  ['shop/web', ['shop/web']],
  ['Deployment shop/web, and 2 more', ['shop/web']],
  ['at shop/web:80.', ['shop/web']],
  ['http://shop/web/cart', []],
  ['/etc/hosts', []],
  ['a/b/c', []],
  ['80', []],
])('places in %s', (text, places) => expect(placesIn(about({ args: { who: text } }))).toEqual(places))

test('what is there to be pasted says of whom it is nowhere', () => {
  expect(placesIn(about({ args: { manifest: 'shop/web', of: ['shop/cart'] } }))).toEqual(['shop/cart'])
})

test('namespaces by the names of args', () => {
  expect(namespacesIn(about({ args: { namespace: 'shop', out: ['a', 'b'], name: 'c' } }))).toEqual(['shop', 'a', 'b'])
})

test('its own object, those that it concerns, and those that it shows', () => {
  const lines = { path: 'spec', lines: ['a'], at: 0, mark: 'a', label: '' }
  const shown = subject('Pod', 'shop', 'a')
  const also = [subject('Service', 'shop', 'web')]
  expect(objectsIn(about({ also, evidence: [{ kind: 'config', object: shown, ...lines }] }))).toEqual([
    on,
    ...also,
    shown,
  ])
})

const called = new Set(['Service/pay/pay', 'Deployment/pay/pay'])

test.each<[string, Partial<Touching>, boolean]>([
  ['the Service that is called', { subject: subject('Service', 'pay', 'pay') }, true],
  ['the same, and only worth knowing', { subject: subject('Service', 'pay', 'pay'), severity: 'info' }, false],
  ['another Service', { subject: subject('Service', 'pay', 'other') }, false],
  ['who concerns it', { also: [subject('Service', 'pay', 'pay')] }, true],
  [
    'another caller of it',
    { subject: subject('Deployment', 'x', 'y'), also: [subject('Service', 'pay', 'pay')] },
    false,
  ],
  ['who names it', { args: { service: 'pay/pay' } }, true],
  [
    'what is between it and another caller',
    { also: [subject('Deployment', 'other', 'web'), subject('Service', 'pay', 'pay')] },
    false,
  ],
])('%s', (_, rest, is) => expect(isAtCallee(about(rest), called)).toBe(is))

test('what keeps an Ingress from a Service is nothing to those who call it', () => {
  const called = new Set(['Service/payments/payments'])
  const args = { services: ['payments/payments'] }
  expect(isAtCallee(about({ args }), called)).toBe(true)
  expect(isAtCallee(about({ code: 'POL424', args }), called)).toBe(false)
  expect(isAtCallee(about({ subject: subject('Ingress', 'payments', 'pay'), args }), called)).toBe(false)
  expect(isAtCallee(about({ subject: subject('HTTPRoute', 'payments', 'pay'), args }), called)).toBe(true)
})
