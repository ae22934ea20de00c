import { expect, test } from 'vitest'
import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { connect, world } from '../../../test/build/matrix.ts'
import { pod } from '../../../test/build/pod.ts'
import { traced } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import check from './unexplained-drop.ts'

const db = world.pods.find((it) => it.name === 'db-1') ?? pod('db-1')

test('of one connection nothing is said about everybody', () => {
  const noteOf = (given: Parameters<typeof modelOf>[0]): string | null | undefined => {
    const [found] = diagnose(modelOf({ ...world, ...given }), { checks: [check] }).results[0]?.findings ?? []
    return found === undefined ? undefined : check.words.note?.(found as never)
  }
  const alone = [connect('cart', 'db', 'timeout')]
  expect(noteOf({ crossings: alone })).toMatch(/^no other connection to it was tried/)
  expect(noteOf({ crossings: [...alone, ...alone] })).toMatch(/^none of those that were tried/)
  const reached = contacts([toPod('db', 'worker-1', db, repeat(1, 'open'), { port: 5432 })])
  expect(noteOf({ crossings: alone, contacts: reached })).toMatch(/^others reach the same port/)
})

describeCheck(check, [
  {
    it: 'policies allow it, and it meets silence',
    given: { ...world, crossings: [connect('cart', 'db', 'timeout')] },
    expect: [
      {
        subject: 'Pod/shop/db-1',
        severity: 'warning',
        confidence: 'observed',
        args: { stopped: 1, of: 1, opened: 0 },
      },
    ],
  },
  {
    it: 'one pod is cut off, and probes reach the same port',
    given: {
      ...world,
      crossings: [connect('cart', 'db', 'timeout')],
      contacts: contacts([
        toPod('db', 'worker-2', db, repeat(2, 'open'), { port: 5432 }),
        toPod('db', 'worker-1', db, repeat(2, 'open'), { port: 5432 }),
        toPod('db', 'worker-3', db, repeat(2, 'open'), { port: 80 }),
        toPod('db', 'worker-3', db, repeat(2, 'timeout'), { port: 5432 }),
      ]),
    },
    expect: [
      {
        subject: 'Pod/shop/db-1',
        args: { stopped: 1, of: 1, opened: 0, probes: ['worker-1', 'worker-2'] },
        says: /the probe reaches it from worker-1, worker-2/,
      },
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
