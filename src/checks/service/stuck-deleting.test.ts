import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './stuck-deleting.ts'

const finalizer = 'service.kubernetes.io/load-balancer-cleanup'
const leaving = service('cart', { deleting: [finalizer] })
const event = {
  namespace: 'shop',
  object: { kind: 'Service', name: 'cart' },
  reason: 'DeleteLoadBalancerFailed',
  said: 'error deleting load balancer: not authorized',
  times: 9,
}

describeCheck(check, [
  {
    it: 'its controller fails to delete the load balancer',
    given: { services: [leaving], events: [event] },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        confidence: 'possible',
        args: { said: event.said },
      },
    ],
  },
  {
    it: 'nobody says why: it may be on its way',
    given: { services: [leaving], events: [{ ...event, reason: 'SyncLoadBalancerFailed' }] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'the event is about another Service, and events of pods are none',
    given: {
      services: [leaving],
      events: [
        { ...event, object: { kind: 'Service', name: 'web' } },
        { ...event, object: { kind: 'Pod', name: 'cart' } },
      ],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'deleted, and nothing keeps it',
    given: { services: [service('cart', { deleting: [] })], events: [] },
    expect: 'ok',
  },
  { it: 'a Service that stays', given: { services: [service('cart')], events: [] }, expect: 'ok' },
  { it: 'no Service', given: { services: [], events: [] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
