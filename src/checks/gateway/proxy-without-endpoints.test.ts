import { httpProxy, proxyService } from '../../../test/build/gateway.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './proxy-without-endpoints.ts'

const given = (ready: boolean, weight: number | null = null) => ({
  httpProxies: [httpProxy([proxyService('cart', { weight })])],
  services: [service('cart')],
  endpointSlices: [slice('cart', [pod('cart-1', { ready })])],
  pods: [pod('cart-1', { ready })],
  workloads: [],
})

describeCheck(check, [
  {
    it: 'none is ready',
    given: given(false),
    expect: [
      { subject: 'HTTPProxy/shop/web', severity: 'error', args: { service: 'cart', route: 'web.example.com/' } },
    ],
  },
  { it: 'one is', given: given(true), expect: 'ok' },
  { it: 'one that takes no requests', given: given(false, 0), expect: 'not-applicable' },
  { it: 'no route', given: { ...given(false), httpProxies: [] }, expect: 'not-applicable' },
])
