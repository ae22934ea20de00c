import { insideView } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { podSockets } from '../../../test/build/pod-sockets.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { PodSockets } from '../../model/inside.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Sources } from '../../model/sources.ts'
import check from './connections-not-accepted.ts'

const queue = (about: Partial<PodSockets['unaccepted'][number]> = {}): PodSockets['unaccepted'][number] => ({
  ip: '0.0.0.0',
  port: 8080,
  waits: 3,
  stay: 2,
  ms: 1400,
  ...about,
})
const given = (unaccepted: PodSockets['unaccepted'], about: Partial<Pod> = {}): Partial<Sources> => ({
  insideViews: [insideView('cart-1', { sockets: podSockets({ unaccepted }) })],
  pods: [pod('cart-1', about)],
  services: [service('cart')],
})
const cart = { subject: 'Pod/shop/cart-1', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'connections wait, and stay',
    given: given([queue()]),
    expect: [
      {
        ...cart,
        severity: 'warning',
        args: { services: ['shop/cart'], waits: 3, stay: 2 },
        says: /Pod shop\/cart-1 does not accept .* port 8080, where Service shop\/cart leads: 3 connections wait/,
      },
    ],
  },
  {
    it: 'so many that it is no moment',
    given: given([queue({ waits: 12 })]),
    expect: [{ ...cart, severity: 'error' }],
  },
  {
    it: 'at a port that no Service leads to',
    given: given([queue({ port: 9090 })]),
    expect: [{ ...cart, args: { services: [] } }],
  },
  {
    it: 'a container with so little processor that the script itself may hold it up',
    given: given([queue()], { containers: [container({ cpuLimitMilli: 50 })] }),
    expect: [{ ...cart, severity: 'info' }],
  },
  { it: 'all are accepted', given: given([]), expect: 'ok' },
  { it: "on the node's network", given: given([queue()], { hostNetwork: true }), expect: 'not-applicable' },
  {
    it: 'a recording of before',
    given: { ...given([]), insideViews: [insideView('cart-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'too many to look through',
    given: { ...given([]), insideViews: [insideView('cart-1', { sockets: unknown('cut-off', 'too many') })] },
    expect: 'cannot-tell',
  },
])
