import { egressPolicy, ingressPolicy, labels, namespaceNamed, onPort, peer, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './open-rule.ts'

const some = rule([namespaceNamed('data')])
const everybody = peer({ namespaceSelector: labels() })

describeCheck(check, [
  {
    it: 'a rule without peers beside one that names some',
    given: { networkPolicies: [ingressPolicy('web', [some, rule()])] },
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Ingress', rule: 2, pointless: 1 } }],
  },
  {
    it: 'every namespace, by an empty selector',
    given: { networkPolicies: [egressPolicy('web', [rule([everybody]), some])] },
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Egress', rule: 1 } }],
  },
  {
    it: 'its name says deny',
    given: { networkPolicies: [ingressPolicy('default-deny', [rule()])] },
    expect: [{ subject: 'NetworkPolicy/shop/default-deny', args: { pointless: 0 }, says: /sounds as if/ }],
  },
  {
    it: 'allows everything, and says so',
    given: { networkPolicies: [ingressPolicy('allow-all', [rule()])] },
    expect: 'ok',
  },
  {
    it: 'everybody, on one port',
    given: { networkPolicies: [ingressPolicy('web', [rule([], [onPort(80)]), some])] },
    expect: 'ok',
  },
  {
    it: 'all pods of the own namespace are not everybody',
    given: { networkPolicies: [ingressPolicy('web', [rule([peer({ podSelector: labels() })]), some])] },
    expect: 'ok',
  },
  { it: 'denies', given: { networkPolicies: [ingressPolicy('default-deny')] }, expect: 'ok' },
  { it: 'no policy', given: { networkPolicies: [] }, expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf({}, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
