import { attachedPolicy, beside } from '../../../test/build/beside.ts'
import { backend, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { PolicyEffect } from '../../model/attached-policy.ts'
import check from './policy-answers.ts'

const of = route([backend('web')])
const effect = (about: Partial<PolicyEffect>): PolicyEffect => ({
  is: 'aborts',
  path: 'spec.faultInjection.abort',
  percent: 100,
  code: 503,
  seconds: null,
  ...about,
})
const given = (it: Partial<PolicyEffect>, name: string = of.name) => ({
  beside: beside({ attachedPolicies: [attachedPolicy({ does: [effect(it)] }, { name })] }),
  gatewayRoutes: [of],
})
const found = (severity: 'error' | 'warning', args: Readonly<Record<string, number>>) => [
  { subject: 'SecurityPolicy/shop/login', severity, confidence: 'inferred' as const, args },
]

describeCheck(check, [
  { it: 'nobody is allowed', given: given({ is: 'denies', code: 403 }), expect: found('error', { code: 403 }) },
  { it: 'every request is aborted', given: given({}), expect: found('error', { percent: 100 }) },
  { it: 'some are', given: given({ percent: 5 }), expect: found('warning', { percent: 5 }) },
  { it: 'aborted by a status that is none', given: given({ code: 204 }), expect: found('warning', { code: 204 }) },
  {
    it: 'they are delayed',
    given: given({ is: 'delays', seconds: 5, code: null }),
    expect: found('warning', { seconds: 5 }),
  },
  {
    it: 'next to no time',
    given: given({ is: 'limits', seconds: 0.049 }),
    expect: found('warning', { seconds: 0.049 }),
  },
  { it: 'little time', given: given({ is: 'limits', seconds: 0.05 }), expect: 'ok' },
  { it: 'for a route that is not there', given: given({}, 'wbe'), expect: 'ok' },
  {
    it: 'a policy that does nothing by itself',
    given: { beside: beside({ attachedPolicies: [attachedPolicy()] }) },
    expect: 'not-applicable',
  },
])
