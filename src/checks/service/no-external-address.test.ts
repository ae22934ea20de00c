import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import check from './no-external-address.ts'

const of = (about: Partial<LoadBalancer>): readonly Service[] => [
  service('cart', { type: 'LoadBalancer', loadBalancer: { addresses: [], class: null, problem: null, ...about } }),
]
const event = (reason: string) => ({
  namespace: 'shop',
  object: { kind: 'Service', name: 'cart' },
  reason,
  said: 'Error syncing load balancer: quota exceeded',
  times: 4,
})
const cart = 'Service/shop/cart'

describeCheck(check, [
  {
    it: 'the controller says why',
    given: { services: of({}), events: [event('SyncLoadBalancerFailed')] },
    expect: [{ subject: cart, severity: 'warning', confidence: 'possible', says: /an Event says “Error syncing/ }],
  },
  {
    it: 'nobody says a word',
    given: { services: of({}), events: [] },
    expect: [{ subject: cart, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'the same of the Service that was asked about',
    given: { services: of({}) },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: cart, severity: 'warning' }],
  },
  {
    it: 'mixed protocols are refused',
    given: { services: of({ addresses: ['203.0.113.7'], problem: 'mixed protocol is not supported' }) },
    expect: [{ subject: cart, severity: 'warning', args: { case: 'ports' } }],
  },
  {
    it: 'an address, and a failure of before',
    given: { services: of({ addresses: ['203.0.113.7'] }), events: [event('SyncLoadBalancerFailed')] },
    expect: 'ok',
  },
  {
    it: 'another event',
    given: { services: of({}), events: [event('FailedToUpdateEndpoint')] },
    expect: [{ subject: cart, severity: 'info' }],
  },
  { it: 'another type', given: { services: [service('cart')] }, expect: 'not-applicable' },
  {
    it: 'a recording of before',
    given: { services: [service('cart', { type: 'LoadBalancer' })] },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
  },
])
