import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { completed, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { expect, test } from 'vitest'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import unanswered from '../service/unanswered.ts'
import noReady from '../service/no-ready-endpoints.ts'
import portClosed from '../service/target-port-closed.ts'
import check from './address-twice.ts'

describeCheck(check, [
  {
    it: 'two on two nodes',
    given: { pods: [pod('web-1', { node: 'worker-2' }), pod('cart-1')] },
    expect: [{ subject: 'Pod/shop/cart-1', severity: 'error', args: { others: ['shop/web-1'], of: 2 } }],
  },
  { it: 'each its own', given: { pods: [pod('web-1'), pod('cart-1', { ip: '10.2.1.10' })] }, expect: 'ok' },
  {
    it: 'on the host network all have that of the node',
    given: { pods: [pod('a-1', { hostNetwork: true }), pod('b-1', { hostNetwork: true }), pod('c-1')] },
    expect: 'ok',
  },
  {
    it: 'one is over, or on its way out: its address was given out again',
    given: { pods: [pod('web-1'), completed('job-1', { ip: '10.2.1.9' }), pod('old-1', { deleting: true })] },
    expect: 'ok',
  },
  { it: 'none has one', given: { pods: [pod('web-1', { ip: null })] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({}, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('what fails at that address comes of it', () => {
  const pods = [pod('cart-1', { labels: { app: 'cart' } }), pod('job-1', { labels: { app: 'job' } })]
  const refused = contacts(pods.slice(0, 1).map((it) => toPod('cart', 'worker-1', it, repeat(5, 'refused'))))
  const given = modelOf({ services: [service('cart')], pods, contacts: refused })
  const { roots } = diagnose(given, { checks: [unanswered, portClosed, check] })
  expect(roots.map((it) => [it.finding.code, it.consequences.map(({ code }) => code).toSorted()])).toEqual([
    ['NOD521', ['SVC202', 'SVC207']],
  ])
  const sick = pods.map((it) => ({ ...it, ready: false }))
  const unready = diagnose(modelOf({ services: [service('cart')], pods: sick }), { checks: [noReady, check] })
  expect(unready.roots.map((it) => [it.finding.code, it.consequences.map(({ code }) => code)])).toEqual([
    ['NOD521', ['SVC205']],
  ])
})
