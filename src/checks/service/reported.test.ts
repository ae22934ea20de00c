import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './reported.ts'

const event = (reason: string, name = 'cart', kind = 'Service') => ({
  namespace: 'shop',
  object: { kind, name },
  reason,
  said: 'as its controller says it.',
  times: 2,
})
const row = (reason: string, kind: string) => ({
  it: reason,
  given: { services: [service('cart')], events: [event(reason)] },
  expect: [{ subject: 'Service/shop/cart', severity: 'warning' as const, args: { kind }, says: /2 times: as its/ }],
})

describeCheck(check, [
  row('FailedToStartServiceHealthcheck', 'health-port'),
  row('ClusterIPAlreadyAllocated', 'address'),
  row('IPAddressNotAllocated', 'address'),
  row('PortOutOfRange', 'port'),
  row('FailedToUpdateEndpointSlices', 'endpoints'),
  {
    it: 'a load balancer has a finding of its own',
    given: { services: [service('cart')], events: [event('SyncLoadBalancerFailed')] },
    expect: 'ok',
  },
  {
    it: 'of a Service that is gone, and of a pod',
    given: {
      services: [service('cart')],
      events: [event('PortOutOfRange', 'old'), event('PortOutOfRange', 'cart', 'Pod')],
    },
    expect: 'ok',
  },
  { it: 'no event', given: { services: [service('cart')], events: [] }, expect: 'ok' },
  { it: 'no Service', given: { services: [], events: [] }, expect: 'not-applicable' },
  {
    it: 'events forbidden',
    given: modelOf({ services: [service('cart')] }, { events: unknown('forbidden', 'list events') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
