import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backend, httpProxy, route } from '../../../test/build/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { subjectKey } from '../../model/subject.ts'
import { urlOwner } from './url-owner.ts'

const ask = (
  host: string,
  path: string,
  ...its: Parameters<typeof urlOwner> extends [unknown, ...infer R] ? R : never
) => {
  const owner = urlOwner({ host, path }, ...its)
  return owner === null ? null : subjectKey(owner.object)
}
const web = route([backend('cart')])
const all = (name: string, hostnames: readonly string[]) =>
  route([], { name, hostnames, rules: [{ matches: [], filters: [], backends: [] }] })
const child = (name: string, prefix: string): HttpProxy =>
  httpProxy([], { name, host: null, routes: [{ prefix, exact: null, answers: 'services', services: [] }] })

test.each([
  ['web.example.com', '/cart', 'HTTPRoute/shop/web'],
  ['web.example.com', '/cart/pay', 'HTTPRoute/shop/web'],
  ['WEB.example.com', '/cart', 'HTTPRoute/shop/web'],
  ['web.example.com', '/carts', 'HTTPRoute/shop/wide'],
  ['a.b.example.com', '/', 'HTTPRoute/shop/wide'],
  ['example.com', '/', 'HTTPRoute/shop/any'],
])('%s%s goes to %s', (host, path, owner) => {
  expect(ask(host, path, [all('any', []), all('wide', ['*.example.com']), web], [])).toBe(owner)
})

test('nobody has it', () => expect(ask('web.example.org', '/', [web], [])).toBeNull())

const includes = [{ namespace: null, name: 'cart', prefix: '/cart', path: 'spec.includes[0]' }]

test.each([
  ['/', 'HTTPProxy/shop/web'],
  ['/cart', 'HTTPProxy/shop/cart'],
  ['/cart/pay', 'HTTPProxy/shop/cart'],
  ['/carts', 'HTTPProxy/shop/web'],
])('%s goes down the includes to %s', (path, owner) => {
  const root = httpProxy([], { includes })
  expect(ask('web.example.com', path, [], [root, child('cart', '/')])).toBe(owner)
})

test('includes that lead back, or to nothing, end', () => {
  const circle = { ...child('cart', '/'), includes }
  expect(ask('web.example.com', '/cart', [], [httpProxy([], { includes }), circle])).toBe('HTTPProxy/shop/cart')
  expect(ask('web.example.com', '/cart', [], [httpProxy([], { includes })])).toBe('HTTPProxy/shop/web')
})

test('the order of the objects does not matter, where one fits more closely', () => {
  const hosts = fc.uniqueArray(fc.constantFrom('web.example.com', '*.example.com', '*.com', ''), { minLength: 1 })
  fc.assert(
    fc.property(hosts, (given) => {
      const routes = given.map((it, index) => all(`r${index}`, it === '' ? [] : [it]))
      const forth = ask('web.example.com', '/', routes, [])
      const exact = given.indexOf('web.example.com')
      if (exact >= 0) expect(forth).toBe(`HTTPRoute/shop/r${exact}`)
      else if (given.some((it) => it !== '')) expect(forth).not.toBe(`HTTPRoute/shop/r${given.indexOf('')}`)
      if (exact >= 0) expect(ask('web.example.com', '/', routes.toReversed(), [])).toBe(forth)
    }),
  )
})
