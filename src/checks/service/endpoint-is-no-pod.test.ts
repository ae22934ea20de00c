import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { EndpointSlice } from '../../model/service.ts'
import check from './endpoint-is-no-pod.ts'

const web = pod('cart-1')
const good = slice('cart', [web])
const handMade = (ip: string): EndpointSlice => ({
  ...good,
  name: 'by-hand',
  endpoints: [{ ip, ready: true, serving: true, terminating: false, node: null, pod: null }],
})
const services = [service('cart')]
const open = [service('cart', { selector: null })]
const to = (ip: string, how: 'open' | 'timeout') =>
  contacts([toPod('cart', 'worker-1', web, repeat(3, how), { ip, via: { kind: 'endpoint', pod: null } })])
const hand = 'EndpointSlice/shop/by-hand'

describeCheck(check, [
  {
    it: 'a slice by hand beside that of the controller',
    given: { services, pods: [web], endpointSlices: [good, handMade('10.2.1.77')] },
    expect: [
      {
        subject: hand,
        severity: 'warning',
        confidence: 'inferred',
        args: { ip: '10.2.1.77', count: 1, of: 2 },
        says: '1 of 2 ready endpoints of Service shop/cart',
      },
    ],
  },
  {
    it: 'the same, and nobody answers there',
    given: {
      services,
      pods: [web],
      endpointSlices: [good, handMade('10.2.1.77')],
      contacts: to('10.2.1.77', 'timeout'),
    },
    expect: [{ subject: hand, severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'the same, and somebody answers',
    given: { services, pods: [web], endpointSlices: [good, handMade('10.2.1.77')], contacts: to('10.2.1.77', 'open') },
    expect: [{ subject: hand, severity: 'info' }],
  },
  {
    it: 'a slice by hand that leads to a pod of another application, which answers',
    given: {
      services,
      pods: [web, pod('billing-1', { ip: '10.2.1.77' })],
      endpointSlices: [good, handMade('10.2.1.77')],
      contacts: to('10.2.1.77', 'open'),
    },
    expect: [{ subject: hand, severity: 'warning', args: { kind: 'other', ip: '10.2.1.77' } }],
  },
  {
    it: 'the same, without a selector: that is what such a Service is for',
    given: {
      services: open,
      pods: [web, pod('billing-1', { ip: '10.2.1.77' })],
      endpointSlices: [good, handMade('10.2.1.77')],
    },
    expect: 'ok',
  },
  {
    it: 'a slice by hand that leads to one of the pods',
    given: { services, pods: [web], endpointSlices: [handMade('10.2.1.9')] },
    expect: 'ok',
  },
  {
    it: "no selector, among the pods' addresses, and silent",
    given: {
      services: open,
      pods: [web],
      endpointSlices: [handMade('10.2.1.77')],
      contacts: to('10.2.1.77', 'timeout'),
    },
    expect: [{ subject: hand, severity: 'error' }],
  },
  {
    it: "no selector, and nobody asked: it is somebody's own",
    given: { services: open, pods: [web], endpointSlices: [handMade('10.2.1.77')] },
    expect: 'ok',
  },
  {
    it: 'no selector, outside of the cluster',
    given: { services: open, pods: [web], endpointSlices: [handMade('10.8.0.4')], contacts: to('10.8.0.4', 'timeout') },
    expect: 'ok',
  },
  {
    it: 'pods of other namespaces are not known',
    given: {
      services: open,
      pods: [web],
      endpointSlices: [handMade('10.2.1.77')],
      contacts: to('10.2.1.77', 'timeout'),
    },
    scope: { namespace: 'shop' },
    expect: 'ok',
  },
  {
    it: 'a pod that is gone',
    given: { services, pods: [pod('cart-2', { ip: '10.2.1.10' })], endpointSlices: [good] },
    expect: [{ subject: 'EndpointSlice/shop/cart-x2x', severity: 'warning', args: { kind: 'stale' } }],
  },
  {
    it: 'a pod that has another address',
    given: { services, pods: [{ ...web, ip: '10.2.1.10' }], endpointSlices: [good] },
    expect: [{ subject: 'EndpointSlice/shop/cart-x2x', args: { kind: 'stale' } }],
  },
  {
    it: 'the second family of a pod',
    given: {
      services,
      pods: [{ ...web, ips: ['10.2.1.9', 'fd00::9'] }],
      endpointSlices: [good, slice('cart', [{ ...web, ip: 'fd00::9' }], { addressType: 'IPv6' })],
    },
    expect: 'ok',
  },
  { it: 'all are pods', given: { services, pods: [web], endpointSlices: [good] }, expect: 'ok' },
  {
    it: 'the DNS Service has a check of its own',
    given: {
      services: [service('cart')],
      pods: [],
      endpointSlices: [good],
      clusterDns: clusterDns({ service: service('cart') }),
    },
    expect: 'not-applicable',
  },
  { it: 'no slice', given: { services, pods: [web], endpointSlices: [] }, expect: 'not-applicable' },
])
