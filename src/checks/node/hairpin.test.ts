import { contacts, repeat, toPod, tries } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ConnectResult } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './hairpin.ts'

const self = pod('cart-1', { ip: '10.2.1.1' })
const other = pod('cart-2', { ip: '10.2.1.2' })
const from = { namespace: 'shop', pod: 'cart-1', container: 'app' }
const through = (result: ConnectResult): Crossing => ({
  from,
  to: { kind: 'service', namespace: 'shop', name: 'cart', port: 80 },
  host: '10.96.44.7',
  port: 80,
  tool: 'nc',
  result,
  ms: 3,
})
const itself = (result: ConnectResult): Crossing => ({
  ...through(result),
  to: { kind: 'endpoint', namespace: 'shop', service: 'cart', pod: 'cart-1' },
  host: '10.2.1.1',
  port: 8080,
})
const scope = {
  namespace: 'shop',
  target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null },
  trace: { from: { namespace: 'shop', pod: 'cart-1' }, host: null, port: null },
} as const
const given = (backends: readonly Pod[], crossings: readonly Crossing[]) =>
  modelOf(
    { pods: [self, other], services: [service('cart')], endpointSlices: [slice('cart', backends)], crossings },
    {},
    scope,
  )
const untraced = (backends: readonly Pod[], crossings: readonly Crossing[]) => ({
  pods: [self, other],
  services: [service('cart')],
  endpointSlices: [slice('cart', backends)],
  crossings,
})

describeCheck(check, [
  {
    it: 'by its Service silence, by its own address well',
    given: given([self], [through('timeout'), itself('open')]),
    expect: [{ subject: 'Pod/shop/cart-1', severity: 'error', confidence: 'observed', args: { how: 'timeout' } }],
  },
  { it: 'both open', given: given([self], [through('open'), itself('open')]), expect: 'ok' },
  {
    it: 'nobody listens there',
    given: given([self], [through('refused'), itself('refused')]),
    expect: 'ok',
    says: /by its own address/,
  },
  {
    it: 'another one may have been chosen',
    given: given([self, other], [through('timeout'), itself('open')]),
    expect: 'cannot-tell',
    says: /any of 2 endpoints/,
  },
  { it: 'only one of the two was tried', given: given([self], [through('timeout')]), expect: 'cannot-tell' },
  { it: 'it is not behind that Service', given: given([other], [through('timeout')]), expect: 'not-applicable' },
  {
    it: 'no trace: a pod that stands alone behind a Service does not reach itself by it',
    given: untraced([self], [through('timeout'), itself('open')]),
    expect: [{ subject: 'Pod/shop/cart-1', severity: 'warning', confidence: 'observed', args: { how: 'timeout' } }],
  },
  {
    it: 'its node loses connections of others as well: one lost try says nothing of the bridge',
    given: {
      ...untraced([self], [through('timeout'), itself('open')]),
      pods: [{ ...self, node: 'worker-1' }, other],
      contacts: contacts([toPod('cart', 'worker-2', self, tries('open', 'timeout', 'open', 'open', 'open'))]),
      networkPolicies: [],
      namespaces: [],
    },
    expect: 'cannot-tell',
    says: /1 of 5 new connections to and from pods of node worker-1 lost a packet/,
  },
  {
    it: 'its node loses nothing else',
    given: {
      ...untraced([self], [through('timeout'), itself('open')]),
      pods: [{ ...self, node: 'worker-1' }, other],
      contacts: contacts([toPod('cart', 'worker-2', self, repeat(5, 'open'))]),
      networkPolicies: [],
      namespaces: [],
    },
    expect: [{ subject: 'Pod/shop/cart-1', severity: 'warning' }],
  },
  { it: 'no trace, and both open', given: untraced([self], [through('open'), itself('open')]), expect: 'ok' },
  {
    it: 'no trace, and it does not reach itself at all',
    given: untraced([self], [through('timeout'), itself('timeout')]),
    expect: 'ok',
  },
  {
    it: 'no trace, and another pod stands behind it as well',
    given: untraced([self, other], [through('timeout'), itself('open')]),
    expect: 'not-applicable',
  },
  {
    it: 'nothing was asked inside',
    given: modelOf({ pods: [self] }, { crossings: unknown('not-asked', 'crossings') }, scope),
    expect: 'cannot-tell',
  },
])
