import { backend, gateway, gatewayApi, listener, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { GatewayRoute, Listener } from '../../model/gateway.ts'
import check from './route-not-allowed.ts'

const by = (about: Partial<Listener>, kind: GatewayRoute['kind'] = 'HTTPRoute') => ({
  gatewayRoutes: [route([backend('cart')], { kind })],
  gateways: [gateway([listener(about)])],
  gatewayApi,
  namespaces: [{ name: 'shop', labels: { team: 'shop' } }],
})
const labelled = (value: string) => ({ matchLabels: { team: value }, matchExpressions: [] })

describeCheck(check, [
  {
    it: 'routes of its own namespace alone',
    given: by({ from: 'Same' }),
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', args: { fault: 'namespace' } }],
  },
  {
    it: 'namespaces with another label',
    given: by({ from: 'Selector', selector: labelled('pay') }),
    expect: [
      { subject: 'HTTPRoute/shop/web', args: { fault: 'namespace', allows: ['http: from namespaces with team=pay'] } },
    ],
  },
  { it: 'namespaces with this label', given: by({ from: 'Selector', selector: labelled('shop') }), expect: 'ok' },
  {
    it: 'labels that could not be read',
    given: {
      gatewayRoutes: [route([])],
      gateways: [gateway([listener({ from: 'Selector', selector: labelled('pay') })])],
      gatewayApi,
    },
    expect: 'cannot-tell',
  },
  {
    it: 'a kind that its protocol has not',
    given: by({}, 'TLSRoute'),
    expect: [{ subject: 'TLSRoute/shop/web', args: { fault: 'kind' } }],
  },
  {
    it: 'a kind that the listener names',
    given: by({ protocol: 'TLS', kinds: ['TLSRoute'] }, 'TLSRoute'),
    expect: 'ok',
  },
  { it: 'gRPC over HTTP', given: by({}, 'GRPCRoute'), expect: 'ok' },
  { it: 'a protocol of a vendor', given: by({ protocol: 'example.com/quic' }), expect: 'ok' },
  { it: 'no route', given: { ...by({}), gatewayRoutes: [] }, expect: 'not-applicable' },
])
