import { ingressPolicy, labels, namespace, rule, peer } from '../../../test/build/policy.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './not-enforced.ts'

const { scope } = traced
const deny = ingressPolicy('web', [], { podSelector: labels({ app: 'web' }) })
const given = { ...traced.sources, namespaces: [namespace('shop')], networkPolicies: [deny] }
const both = (result: Parameters<typeof crossing>[1]) => [crossing('web-1', result), crossing('web-2', result)]

describeCheck(check, [
  { it: 'no trace', given: { ...given, crossings: [] }, expect: 'not-applicable' },
  { it: 'nothing was tried', given, scope, expect: 'cannot-tell' },
  { it: 'it fails', given: { ...given, crossings: both('timeout') }, scope, expect: 'ok' },
  {
    it: 'it opens',
    given: { ...given, crossings: both('open') },
    scope,
    expect: [{ subject: 'NetworkPolicy/shop/web', confidence: 'observed', args: { open: 2, denied: 2 } }],
  },
  {
    it: 'one of them opens',
    given: { ...given, crossings: [crossing('web-1', 'open'), crossing('web-2', 'timeout')] },
    scope,
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { open: 1, denied: 2 } }],
  },
  {
    it: 'nobody denies it',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('web', [rule([peer({ podSelector: labels() })])])],
      crossings: both('open'),
    },
    scope,
    expect: 'not-applicable',
  },
])
