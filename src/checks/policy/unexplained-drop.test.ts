import { connect, world } from '../../../test/build/matrix.ts'
import { traced } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './unexplained-drop.ts'

describeCheck(check, [
  {
    it: 'policies allow it, and it meets silence',
    given: { ...world, crossings: [connect('cart', 'db', 'timeout')] },
    expect: [
      { subject: 'Pod/shop/db-1', severity: 'warning', confidence: 'observed', args: { stopped: 1, of: 1, opened: 0 } },
    ],
  },
  {
    it: 'another pod reaches it',
    given: { ...world, crossings: [connect('db', 'web', 'no-route'), connect('cart', 'web', 'open')] },
    expect: [{ subject: 'Pod/shop/web-1', args: { stopped: 1, of: 2, opened: 1 }, says: /no route/ }],
  },
  { it: 'allowed, and open', given: { ...world, crossings: [connect('cart', 'db', 'open')] }, expect: 'ok' },
  {
    it: 'allowed, and nobody listens: the pod itself says so',
    given: { ...world, crossings: [connect('cart', 'db', 'refused')] },
    expect: 'ok',
  },
  {
    it: 'denied, and stopped: as it should',
    given: { ...world, crossings: [connect('web', 'db', 'timeout')] },
    expect: 'not-applicable',
  },
  {
    it: 'its tool did not tell',
    given: { ...world, crossings: [connect('cart', 'db', null)] },
    expect: 'not-applicable',
  },
  {
    it: 'the pod was made again since',
    given: { ...world, crossings: [{ ...connect('cart', 'db', 'timeout'), host: '10.2.9.9' }] },
    expect: 'not-applicable',
  },
  {
    it: 'a trace has hops of its own',
    given: modelOf({ ...world, crossings: [connect('cart', 'db', 'timeout')] }, {}, traced.scope),
    expect: 'not-applicable',
  },
  {
    it: 'nothing was asked inside pods, and no trace was asked for',
    given: modelOf(world, { crossings: unknown('not-asked', 'crossings') }),
    expect: 'not-applicable',
  },
  {
    it: 'a trace that connected from no pod',
    given: modelOf(world, { crossings: unknown('not-asked', 'crossings') }, traced.scope),
    expect: 'cannot-tell',
  },
])
