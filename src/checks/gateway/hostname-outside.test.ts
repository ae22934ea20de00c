import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backend, gateway, gatewayApi, listener, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { hostsMeet } from '../../relations/gateway/attachment.ts'
import check from './hostname-outside.ts'

const of = (hostname: string | null, ...hostnames: readonly string[]) => ({
  gatewayRoutes: [route([backend('cart')], { hostnames })],
  gateways: [gateway([listener({ hostname })])],
  gatewayApi,
  namespaces: [],
})

describeCheck(check, [
  {
    it: 'another host',
    given: of('shop.example.com', 'web.example.com'),
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', args: { fault: 'none' } }],
  },
  {
    it: 'the wildcard does not stand for nothing',
    given: of('*.example.com', 'example.com'),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { fault: 'none' } }],
  },
  {
    it: 'one of two',
    given: of('web.example.com', 'web.example.com', 'api.example.com'),
    expect: [
      { subject: 'HTTPRoute/shop/web', severity: 'warning', args: { fault: 'some', left: ['api.example.com'] } },
    ],
  },
  {
    it: 'the other Gateway serves the other host',
    given: {
      ...of(null),
      gatewayRoutes: [
        route([], { hostnames: ['a.example', 'b.example'], parents: [parent(), parent({ name: 'second' })] }),
      ],
      gateways: [
        gateway([listener({ hostname: 'a.example' })]),
        gateway([listener({ hostname: 'b.example' })], { name: 'second' }),
      ],
    },
    expect: 'ok',
  },
  { it: 'any host', given: of(null, 'web.example.com'), expect: 'ok' },
  { it: 'below the wildcard, two labels deep', given: of('*.example.com', 'a.web.example.com'), expect: 'ok' },
  { it: 'a wildcard over the host of the listener', given: of('web.example.com', '*.example.com'), expect: 'ok' },
  { it: 'no hostname', given: of('web.example.com'), expect: 'not-applicable' },
  {
    it: 'Gateways of other namespaces could not be listed',
    given: { ...of(null, 'a.example'), gateways: [], gatewayApi: { ...gatewayApi, inScopeOnly: ['Gateway'] } },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
])

// All hosts of up to three labels over a small alphabet stand for all hosts: a pattern has no more.
const labels = ['a', 'b']
const hosts = [
  ...labels.map((it) => `${it}.x`),
  ...labels.flatMap((it) => labels.map((one) => `${it}.${one}.x`)),
  ...labels.flatMap((it) => labels.flatMap((one) => labels.map((two) => `${it}.${one}.${two}.x`))),
]
const pattern = fc.oneof(fc.constantFrom(...hosts.slice(0, 6)), fc.constantFrom('*.x', '*.a.x', '*.b.x', '*.a.b.x'))
const takes = (it: string, host: string): boolean => (it.startsWith('*.') ? host.endsWith(it.slice(1)) : it === host)

test('two hostnames meet where some host is both, whichever comes first', () =>
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      expect(hostsMeet(a, b)).toBe(hosts.some((host) => takes(a, host) && takes(b, host)))
      expect(hostsMeet(b, a)).toBe(hostsMeet(a, b))
    }),
  ))
