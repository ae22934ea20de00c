import { completed, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
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
