import { expect, test } from 'vitest'
import { attachedPolicy, beside } from '../../../test/build/beside.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { subjectKey } from '../../model/subject.ts'
import { statusTroubles } from './statuses.ts'

const refused = {
  kind: 'SecurityPolicy',
  group: 'gateway.envoyproxy.io',
  namespace: 'shop',
  name: 'login',
  type: 'Accepted',
  state: 'False' as const,
  wrong: true,
  reason: 'Invalid',
  said: 'no keys',
}

test.each([
  [
    'it names a route',
    beside({ attachedPolicies: [attachedPolicy()] }),
    ['SecurityPolicy/shop/login', 'HTTPRoute/shop/web'],
  ],
  ['another policy does', beside({ attachedPolicies: [attachedPolicy({ name: 'x' })] }), ['SecurityPolicy/shop/login']],
])('a policy that was refused bears on what it is attached to: %s', (_, held, expected) => {
  const [trouble] = statusTroubles(modelOf({ statuses: [refused], beside: held, services: [], ingresses: [] }))
  expect(trouble?.involved.map(subjectKey)).toEqual(expected)
})
