import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { OtherPolicy, OtherPolicyWords } from '../../model/network-policy.ts'
import { unknown } from '../../model/known.ts'
import check from './names-unwatched.ts'

const policy = (about: Partial<OtherPolicyWords>, more: Partial<OtherPolicy> = {}): OtherPolicy => ({
  kind: 'CiliumNetworkPolicy',
  namespace: 'shop',
  name: 'out',
  says: { types: ['Egress'], allows: ['Egress'], selects: {}, fqdns: 'none', lookups: 'unwatched', ...about },
  ...more,
})
const names = policy({ fqdns: 'named' })
const given = (...otherPolicies: readonly OtherPolicy[]) => ({ otherPolicies })
const web = pod('web-1', { labels: { app: 'web' } })
const found = [{ subject: 'CiliumNetworkPolicy/shop/out', confidence: 'inferred' as const }]

describeCheck(check, [
  {
    it: 'whose calls are dropped is told of it',
    given: { ...given(policy({ fqdns: 'named', selects: { app: 'web' } })), pods: [web, pod('db-1')] },
    expect: [{ subject: 'CiliumNetworkPolicy/shop/out', also: ['ReplicaSet/shop/web-abc12'] }],
  },
  { it: 'names, and nobody watches', given: given(names), expect: found },
  {
    it: 'names, watched by the same policy',
    given: given(policy({ fqdns: 'named', lookups: 'watched' })),
    expect: 'ok',
  },
  {
    it: 'by another one of the namespace',
    given: given(names, policy({ lookups: 'watched' }, { name: 'dns' })),
    expect: 'ok',
  },
  {
    it: 'by one of the whole cluster',
    given: given(
      names,
      policy({ lookups: 'watched' }, { kind: 'CiliumClusterwideNetworkPolicy', namespace: null, name: 'dns' }),
    ),
    expect: 'ok',
  },
  {
    it: 'by one of another namespace, which is not for these pods',
    given: given(names, policy({ lookups: 'watched' }, { namespace: 'db', name: 'dns' })),
    expect: found,
  },
  { it: 'no names', given: given(policy({})), expect: 'not-applicable' },
  {
    it: 'forbidden',
    given: modelOf({}, { otherPolicies: unknown('forbidden', 'list ciliumnetworkpolicies') }),
    expect: 'cannot-tell',
  },
])
