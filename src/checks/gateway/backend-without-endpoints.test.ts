import { backend, route } from '../../../test/build/gateway.ts'
import { service, slice } from '../../../test/build/service.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './backend-without-endpoints.ts'

const given = (ready: boolean) => ({
  gatewayRoutes: [route([backend('cart')])],
  services: [service('cart')],
  endpointSlices: [slice('cart', [pod('cart-1', { ready })])],
  pods: [pod('cart-1', { ready })],
  workloads: [],
})

describeCheck(check, [
  {
    it: 'none is ready',
    given: given(false),
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', confidence: 'inferred', args: { service: 'cart' } }],
  },
  { it: 'one is', given: given(true), expect: 'ok' },
  {
    it: 'one that takes no requests',
    given: { ...given(false), gatewayRoutes: [route([backend('cart', { weight: 0 })])] },
    expect: 'not-applicable',
  },
  { it: 'no route', given: { ...given(false), gatewayRoutes: [] }, expect: 'not-applicable' },
])
