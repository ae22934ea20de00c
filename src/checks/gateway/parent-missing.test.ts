import { backend, gateway, gatewayApi, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ParentRef } from '../../model/gateway.ts'
import check from './parent-missing.ts'

const to = (about: Partial<ParentRef>) => ({
  gatewayRoutes: [route([backend('cart')], { parents: [parent(about)] })],
  gateways: [gateway()],
  gatewayApi,
  namespaces: [],
})

describeCheck(check, [
  {
    it: 'a Gateway that is not there',
    given: to({ name: 'edeg' }),
    expect: [
      {
        subject: 'HTTPRoute/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { fault: 'no-gateway', near: ['edge/edge'] },
      },
    ],
  },
  {
    it: 'the namespace was left out',
    given: to({ namespace: null }),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { gateway: 'shop/edge', near: ['edge/edge'] } }],
  },
  {
    it: 'a listener that the Gateway has not',
    given: to({ section: 'https' }),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { fault: 'section', listeners: ['http (80)'] } }],
  },
  {
    it: 'a port that none has',
    given: to({ port: 8080 }),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { fault: 'port', port: 8080 } }],
  },
  {
    it: 'Gateways of other namespaces could not be listed',
    given: { ...to({ name: 'other' }), gatewayApi: { ...gatewayApi, inScopeOnly: ['Gateway'] } },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  { it: 'a Service of a mesh', given: to({ group: '', kind: 'Service', name: 'cart' }), expect: 'not-applicable' },
  { it: 'there, by name and port', given: to({ section: 'http', port: 80 }), expect: 'ok' },
  { it: 'no route', given: { ...to({}), gatewayRoutes: [] }, expect: 'not-applicable' },
])
