import { backend, gatewayApi, grant, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ReferenceGrant } from '../../model/gateway.ts'
import check from './no-grant.ts'

const given = (...referenceGrants: readonly ReferenceGrant[]) => ({
  gatewayRoutes: [route([backend('pay', { namespace: 'pay' })])],
  referenceGrants,
  gatewayApi,
})

describeCheck(check, [
  {
    it: 'nobody grants it',
    given: given(),
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', confidence: 'inferred', args: { grants: [] } }],
  },
  {
    it: 'the grant stands on the wrong side',
    given: given(grant('shop')),
    expect: [{ subject: 'HTTPRoute/shop/web' }],
  },
  {
    it: 'a grant for another kind of route',
    given: given(
      grant('pay', { from: [{ group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', namespace: 'shop' }] }),
    ),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { grants: ['from-shop'] } }],
  },
  {
    it: 'a grant for another Service',
    given: given(grant('pay', { to: [{ group: '', kind: 'Service', name: 'ledger' }] })),
    expect: [{ subject: 'HTTPRoute/shop/web' }],
  },
  { it: 'granted', given: given(grant('pay')), expect: 'ok' },
  {
    it: 'granted by name',
    given: given(grant('pay', { to: [{ group: '', kind: 'Service', name: 'pay' }] })),
    expect: 'ok',
  },
  {
    it: 'grants of that namespace could not be listed',
    given: { ...given(), gatewayApi: { ...gatewayApi, inScopeOnly: ['ReferenceGrant'] } },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  {
    it: 'its own namespace',
    given: { ...given(), gatewayRoutes: [route([backend('cart', { namespace: 'shop' })])] },
    expect: 'not-applicable',
  },
])
