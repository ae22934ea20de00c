import { egressPolicy, ingressPolicy, namespaceNamed, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './rules-without-type.ts'

const rules = [rule([namespaceNamed('data')])]

describeCheck(check, [
  {
    it: 'egress rules, and the type Ingress alone',
    given: { networkPolicies: [ingressPolicy('web', [], { egress: rules })] },
    expect: [{ subject: 'NetworkPolicy/shop/web', confidence: 'inferred', args: { direction: 'Egress', rules: 1 } }],
  },
  {
    it: 'ingress rules, and the type Egress alone',
    given: { networkPolicies: [egressPolicy('web', [], { ingress: rules })] },
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Ingress', types: ['Egress'] } }],
  },
  {
    it: 'both',
    given: { networkPolicies: [ingressPolicy('web', rules, { egress: rules, types: ['Ingress', 'Egress'] })] },
    expect: 'ok',
  },
  { it: 'a type without rules denies on purpose', given: { networkPolicies: [egressPolicy('deny')] }, expect: 'ok' },
  {
    it: 'policies of the DNS servers are read along, and not judged',
    given: modelOf(
      { networkPolicies: [ingressPolicy('dns', [], { namespace: 'kube-system', egress: rules })] },
      {},
      { namespace: 'shop' },
    ),
    expect: 'not-applicable',
  },
  {
    it: 'policies forbidden',
    given: modelOf({}, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
