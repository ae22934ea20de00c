import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'
import check from './other-kinds.ts'

const cilium: OtherPolicy = { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' }
const admin: OtherPolicy = { kind: 'AdminNetworkPolicy', namespace: null, name: 'deny-all' }

describeCheck(check, [
  {
    it: 'of two kinds',
    given: { otherPolicies: [admin, cilium, { ...cilium, name: 'db' }] },
    expect: [
      { subject: 'AdminNetworkPolicy/deny-all', severity: 'info', args: { cluster: 1 } },
      { subject: 'CiliumNetworkPolicy/shop/web', args: { policies: ['shop/web', 'shop/db'], cluster: 0 } },
    ],
  },
  {
    it: 'of another namespace',
    given: modelOf({ otherPolicies: [cilium] }, {}, { namespace: 'data' }),
    expect: 'ok',
  },
  { it: 'none', given: { otherPolicies: [] }, expect: 'not-applicable' },
  {
    it: 'they may not be listed',
    given: modelOf({}, { otherPolicies: unknown('forbidden', 'list ciliumnetworkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
