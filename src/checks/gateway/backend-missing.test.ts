import { backend, route } from '../../../test/build/gateway.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './backend-missing.ts'

const services = [service('cart')]

describeCheck(check, [
  {
    it: 'a Service that is not there',
    given: { gatewayRoutes: [route([backend('crat')])], services },
    expect: [
      {
        subject: 'HTTPRoute/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { fault: 'missing', near: ['cart'] },
      },
    ],
  },
  {
    it: 'a port that the Service has not',
    given: { gatewayRoutes: [route([backend('cart', { port: 8080 })])], services },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { fault: 'port', port: 8080 } }],
  },
  {
    it: 'a kind of the core group that takes no requests',
    given: { gatewayRoutes: [route([backend('cart', { kind: 'ConfigMap' })])], services },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { fault: 'no-kind' } }],
  },
  {
    it: 'one of two, with its share',
    given: {
      gatewayRoutes: [route([backend('cart', { weight: 9 }), backend('gone')], { kind: 'GRPCRoute' })],
      services,
    },
    expect: [{ subject: 'GRPCRoute/shop/web', args: { service: 'gone', weight: 1, weights: 10 } }],
  },
  {
    it: 'one that weighs nothing',
    given: { gatewayRoutes: [route([backend('cart'), backend('gone', { weight: 0 })])], services },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'warning' }],
  },
  {
    it: 'a namespace that was not read',
    given: { gatewayRoutes: [route([backend('pay', { namespace: 'pay' })])], services },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  {
    it: 'a kind of a vendor',
    given: { gatewayRoutes: [route([backend('s3', { group: 'gateway.envoyproxy.io', kind: 'Backend' })])], services },
    expect: 'cannot-tell',
  },
  { it: 'there', given: { gatewayRoutes: [route([backend('cart')])], services }, expect: 'ok' },
  { it: 'no backend', given: { gatewayRoutes: [route([])], services }, expect: 'not-applicable' },
])
