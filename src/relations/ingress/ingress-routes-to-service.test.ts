import { describe, expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { routeFor, routesOf } from './ingress-routes-to-service.ts'

const web = ingress([
  ['/', 'front', 80],
  ['/cart', 'cart', 80],
  ['/cart/pay/', 'pay', 'http'],
])
const to = (host: string, path: string, it = web): string | undefined => routeFor(it, host, path)?.backend.service

describe('where a request goes', () => {
  test.each([
    ['/', 'front'],
    ['/cart', 'cart'],
    ['/cart/1?x=/cart/pay', 'cart'],
    ['/cartel', 'front'],
    ['/cart/pay', 'pay'],
  ])('%s goes to %s', (path, service) => expect(to('web.example.com', path)).toBe(service))
  test('another host goes nowhere', () => expect(to('api.example.com', '/')).toBeUndefined())
  test('or to the default backend', () =>
    expect(
      to('api.example.com', '/', {
        ...web,
        defaultBackend: { service: 'fallback', port: 80, path: 'spec.defaultBackend' },
      }),
    ).toBe('fallback'))
  test('a wildcard stands for one label', () => {
    const wild = { ...web, rules: web.rules.map((it) => ({ ...it, host: '*.example.com' })) }
    expect(to('web.example.com', '/cart', wild)).toBe('cart')
    expect(to('a.web.example.com', '/cart', wild)).toBeUndefined()
    expect(to('example.com', '/cart', wild)).toBeUndefined()
  })
  test('Exact beats Prefix, and means exactly that', () => {
    const exact = {
      ...web,
      rules: [
        {
          host: 'web.example.com',
          paths: [
            { path: '/cart', pathType: 'Exact', backend: { service: 'one', port: 80, path: 'x' } },
            { path: '/cart', pathType: 'Prefix', backend: { service: 'many', port: 80, path: 'y' } },
          ],
        },
      ],
    }
    expect(to('web.example.com', '/cart', exact)).toBe('one')
    expect(to('web.example.com', '/cart/', exact)).toBe('many')
  })
})

describe('ingress-nginx and regular expressions', () => {
  const regex = { rewrite: null, regex: true, canary: false, protocol: null }
  const paths = [
    ['/(v1|v2)/health', 'health', 80],
    ['/img/.+[.]png$', 'images', 80],
    ['/x(?!y)', 'odd', 80],
    ['/cart', 'cart', 80],
  ] as const
  test.each([
    ['/v2/health', 'health'],
    ['/V1/Health/deep', 'health'],
    ['/v3/health', undefined],
    ['/img/a.png', 'images'],
    ['/img/.', undefined],
    ['/cartel', 'cart'],
    ['/xz', undefined],
  ])('%s goes to %s', (path, service) =>
    expect(to('web.example.com', path, ingress(paths, { nginx: regex }))).toBe(service),
  )
  test('letters without use-regex, and with a rewrite of a path to itself', () => {
    expect(to('web.example.com', '/v1/health', ingress(paths))).toBeUndefined()
    const same = ingress([['/cart', 'cart', 80]], { nginx: { ...regex, regex: false, rewrite: '/cart' } })
    expect(to('web.example.com', '/cartel', same)).toBeUndefined()
  })
})

test('a backend that is no Service is no route', () => expect(routesOf(ingress([['/', '', null]]))).toEqual([]))
