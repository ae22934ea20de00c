import { backend, gateway, gatewayApi, listener, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import check from './route-hidden.ts'

const base = { gateways: [gateway()], gatewayApi }
const old = 1_700_000_000
const first = route([backend('web')], { created: old })
const second = (about: Partial<GatewayRoute> = {}, to = 'api'): GatewayRoute =>
  route([backend(to)], { name: 'web-2', created: old + 60, ...about })
const rule = (path: string, type: 'Exact' | 'PathPrefix' = 'PathPrefix', more: 'nothing' | 'more' = 'nothing') => ({
  rules: [{ matches: [{ type, path, more }], filters: [], backends: [backend('api')] }],
})
const found = { subject: 'HTTPRoute/shop/web-2', severity: 'warning' as const, confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'the same host and path, to another Service',
    given: { ...base, gatewayRoutes: [second(), first] },
    expect: [{ ...found, args: { other: 'shop/web', by: 'age', matches: 'web.example.com/cart' } }],
  },
  {
    it: 'of one second: the first by its name has it',
    given: { ...base, gatewayRoutes: [second({ created: old }), first] },
    expect: [{ ...found, args: { by: 'name' } }],
  },
  {
    it: 'nobody knows when they were made',
    given: { ...base, gatewayRoutes: [route([backend('web')]), route([backend('api')], { name: 'web-2' })] },
    expect: [{ ...found, confidence: 'possible', args: { age: 'unknown' } }],
  },
  {
    it: 'of another namespace, whose Service of that name is another',
    given: { ...base, gatewayRoutes: [first, second({ namespace: 'attic', name: 'web' }, 'web')] },
    expect: [{ ...found, subject: 'HTTPRoute/attic/web' }],
  },
  {
    it: 'a route that redirects all, older than the one that serves',
    given: {
      ...base,
      gatewayRoutes: [
        route([], {
          name: 'to-https',
          created: old - 60,
          hostnames: [],
          rules: [{ matches: [], filters: ['RequestRedirect'], backends: [] }],
        }),
        route([backend('web')], {
          created: old,
          hostnames: [],
          rules: [{ matches: [], filters: [], backends: [backend('web')] }],
        }),
      ],
    },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { own: 'shop/web', others: 'RequestRedirect' } }],
  },
  {
    it: 'each at a listener of its own',
    given: {
      ...base,
      gateways: [gateway([listener(), listener({ name: 'https', port: 443, protocol: 'HTTPS' })])],
      gatewayRoutes: [
        route([backend('web')], { created: old, parents: [parent({ section: 'http' })] }),
        second({ parents: [parent({ section: 'https' })] }),
      ],
    },
    expect: 'ok',
  },
  { it: 'to the same Service', given: { ...base, gatewayRoutes: [first, second({}, 'web')] }, expect: 'ok' },
  { it: 'another path', given: { ...base, gatewayRoutes: [first, second(rule('/'))] }, expect: 'ok' },
  {
    it: 'an exact path goes first',
    given: { ...base, gatewayRoutes: [first, second(rule('/cart', 'Exact'))] },
    expect: 'ok',
  },
  {
    it: 'a header tells them apart',
    given: { ...base, gatewayRoutes: [first, second(rule('/cart', 'PathPrefix', 'more'))] },
    expect: 'ok',
  },
  {
    it: 'another host',
    given: { ...base, gatewayRoutes: [first, second({ hostnames: ['api.example.com'] })] },
    expect: 'ok',
  },
  {
    it: 'it is attached to nothing',
    given: { ...base, gateways: [], gatewayRoutes: [first] },
    expect: 'not-applicable',
  },
])
