import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ObjectEvent } from '../../model/event.ts'
import check from './reported.ts'

const local = service('cart', { externalTrafficPolicy: 'Local', type: 'LoadBalancer' })
const [one, two] = [pod('cart-1'), pod('cart-2', { ip: '10.2.2.9' })]
const event = (reason: string, name = 'cart', kind = 'Service', about: Partial<ObjectEvent> = {}) => ({
  namespace: 'shop',
  object: { kind, name },
  reason,
  said: 'as its controller says it.',
  times: 2,
  ...about,
})
const said = (reason: string, text: string, times = 1) => event(reason, 'cart', 'Service', { said: text, times })
const row = (reason: string, kind: string) => ({
  it: reason,
  given: { services: [local], events: [event(reason)] },
  expect: [
    {
      subject: 'Service/shop/cart',
      severity: 'warning' as const,
      args: { kind },
      says: /2 times: an Event says “as its/,
    },
  ],
})

describeCheck(check, [
  row('FailedToStartServiceHealthcheck', 'health-port'),
  row('ClusterIPAlreadyAllocated', 'address'),
  row('IPAddressNotAllocated', 'address'),
  row('PortOutOfRange', 'port'),
  row('FailedToUpdateEndpointSlices', 'endpoints'),
  {
    it: 'the repair loop puts it right in the turn in which it says so',
    given: {
      services: [service('cart')],
      events: [said('ClusterIPNotAllocated', 'Cluster IP [IPv4]: 10.96.44.7 is not allocated; repairing')],
    },
    expect: 'ok',
  },
  {
    it: 'and finds it again and again',
    given: {
      services: [service('cart')],
      events: [said('ClusterIPNotAllocated', 'Cluster IP [IPv4]: 10.96.44.7 is not allocated; repairing', 9)],
    },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'it asks for another Service to be made, once',
    given: {
      services: [service('cart')],
      events: [said('ClusterIPOutOfRange', 'Cluster IP [IPv4]: 10.96.44.7 is not within the range; please recreate')],
    },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'which was done: it has another address now',
    given: {
      services: [service('cart')],
      events: [said('ClusterIPOutOfRange', 'Cluster IP [IPv4]: 192.0.2.7 is not within the range; please recreate')],
    },
    expect: 'ok',
  },
  {
    it: 'of the other family no more is known than the event says',
    given: {
      services: [service('cart')],
      events: [said('ClusterIPOutOfRange', 'Cluster IP [IPv6]: fd00::7 is not within the range; please recreate')],
    },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'or another node port',
    given: {
      services: [service('cart', { ports: [port({ nodePort: 30080 })] })],
      events: [said('PortAlreadyAllocated', 'Port 30081 was assigned to multiple services; please recreate service')],
    },
    expect: 'ok',
  },
  {
    it: 'no health port is wanted any more',
    given: { services: [service('cart')], events: [event('FailedToStartServiceHealthcheck')] },
    expect: 'ok',
  },
  {
    it: 'endpoints were written by the next try',
    given: {
      services: [service('cart')],
      events: [event('FailedToUpdateEndpointSlices')],
      endpointSlices: [slice('cart', [one, two])],
      pods: [one, two],
    },
    expect: 'ok',
  },
  {
    it: 'endpoints still lack a pod',
    given: {
      services: [service('cart')],
      events: [event('FailedToUpdateEndpointSlices')],
      endpointSlices: [slice('cart', [one])],
      pods: [one, two],
    },
    expect: [{ subject: 'Service/shop/cart', args: { kind: 'endpoints' } }],
  },
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
