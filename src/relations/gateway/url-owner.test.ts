import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backend, httpProxy, route } from '../../../test/build/gateway.ts'
import { ingressRoute } from '../../../test/build/beside.ts'
import { virtualService } from '../../../test/build/istio.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { routeRule } from '../../wire/traefik-rule.ts'
import { subjectKey } from '../../model/subject.ts'
import { claimant, urlOwner, type UrlTakers } from './url-owner.ts'

const ask = (
  host: string,
  path: string,
  routes: UrlTakers['routes'],
  proxies: readonly HttpProxy[] = [],
  others: Partial<UrlTakers> = {},
) => {
  const owner = urlOwner({ host, path }, { routes, proxies, ...others })
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

const virtual = (gateways: readonly string[], ...hosts: readonly string[]) => ({
  virtualServices: [virtualService([], { hosts, gateways })],
})
const traefiks = (rule: string) => ({
  ingressRoutes: [ingressRoute([], { routes: [{ ...routeRule(rule), services: [], middlewares: [], path: '' }] })],
})
const tls = route([], { kind: 'TLSRoute', name: 'vpn', hostnames: ['vpn.example.com'], rules: [] })

test.each([
  ['a VirtualService of a gateway', virtual(['edge/main'], 'web.example.com'), 'VirtualService/shop/web'],
  ['one with a wildcard', virtual(['edge/main', 'mesh'], '*.example.com'), 'VirtualService/shop/web'],
  ['one for sidecars alone', virtual(['mesh'], 'web.example.com'), null],
  ['one of another host', virtual(['edge/main'], 'api.example.com'), null],
  ['an IngressRoute', traefiks('Host(`web.example.com`)'), 'IngressRoute/shop/web'],
  [
    'one of another path: the host is its own',
    traefiks('Host(`web.example.com`) && Path(`/x`)'),
    'IngressRoute/shop/web',
  ],
  ['one by its path alone', traefiks('PathPrefix(`/cart`)'), 'IngressRoute/shop/web'],
  ['one of another path alone', traefiks('PathPrefix(`/x`)'), null],
  ['one of another host', traefiks('Host(`api.example.com`)'), null],
] as const)('%s', (_, others, owner) => expect(ask('web.example.com', '/cart', [], [], others)).toBe(owner))

test('of two IngressRoutes of one host, that with TLS has what comes by TLS', () => {
  const routes = [{ ...routeRule('Host(`web.example.com`)'), services: [], middlewares: [], path: '' }]
  const ingressRoutes = [
    ingressRoute([], { name: 'redirect', routes, tls: null }),
    ingressRoute([], { name: 'web', routes, tls: { secret: null } }),
  ]
  const at = (scheme: 'http' | 'https') =>
    urlOwner({ host: 'web.example.com', path: '/', scheme }, { routes: [], ingressRoutes })?.object.name
  expect([at('http'), at('https')]).toEqual(['redirect', 'web'])
})

test('a TLSRoute has what it names', () => {
  expect(ask('vpn.example.com', '/', [tls])).toBe('TLSRoute/shop/vpn')
  expect(ask('web.example.com', '/', [tls])).toBeNull()
})

test('what nobody evaluates is told by the host that it mentions, the exact one before a wildcard', () => {
  const claim = (name: string, ...hosts: readonly string[]) => ({
    kind: 'Route',
    group: 'route.openshift.io',
    namespace: 'shop',
    name,
    hosts,
  })
  const claims = [claim('wide', '*.example.com'), claim('web', 'a.example.org', 'web.example.com')]
  const of = (host: string) => {
    const found = claimant(host, claims)
    return found === null ? null : subjectKey(found)
  }
  expect(of('web.example.com')).toBe('Route/shop/web')
  expect(of('api.example.com')).toBe('Route/shop/wide')
  expect(of('example.net')).toBeNull()
})

test('of several VirtualServices of a host, the one whose rules take the path', () => {
  const taking = (name: string, host: string, path: string) =>
    virtualService([], {
      name,
      hosts: [host],
      gateways: ['edge/web'],
      takes: [{ type: 'prefix', path, more: 'nothing' }],
    })
  const virtualServices = [taking('a', 'web.example.com', '/a'), taking('b', 'web.example.com', '/b')]
  const wide = taking('wide', '*.example.com', '/c')
  const asked = (path: string) => ask('web.example.com', path, [], [], { virtualServices: [...virtualServices, wide] })
  expect(asked('/b/1')).toBe('VirtualService/shop/b')
  expect(asked('/a')).toBe('VirtualService/shop/a')
  // The closer host has it, whatever it takes.
  expect(asked('/c')).toBe('VirtualService/shop/a')
})
