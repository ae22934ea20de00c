import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { NetworkAgent } from '../../model/node.ts'
import { unknown } from '../../model/known.ts'
import check from './nobody-enforces.ts'

const agent = { namespace: 'kube-system', pod: 'agent-1', state: 'ready', why: null } as const
const given = (
  policies: NetworkAgent['policies'],
  networkPolicies = [ingressPolicy('deny', [])],
  pods = [pod('web-1')],
) => ({
  nodes: [node('worker-1', { agent: { ...agent, ...(policies === undefined ? {} : { policies }) } })],
  networkPolicies,
  pods,
  otherPolicies: [],
})
const { otherPolicies: _, ...bare } = given({ by: 'cilium', are: 'needed' }, [])
const found = { subject: 'Pod/kube-system/agent-1', confidence: 'possible', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'flannel alone, and policies',
    given: given({ by: 'flannel', are: 'unheeded' }),
    expect: [{ ...found, args: { why: 'unheeded' }, says: /Nobody enforces 1 NetworkPolicy: .* flannel alone/ }],
  },
  {
    it: 'flannel alone, and no policy',
    given: given({ by: 'flannel', are: 'unheeded' }, []),
    expect: 'not-applicable',
  },
  {
    it: 'Cilium that is told to heed none',
    given: given({ by: 'cilium', are: 'unheeded' }),
    expect: [{ ...found, says: /enable-policy: never/ }],
  },
  {
    it: 'Cilium that asks for policies always, and there is none',
    given: given({ by: 'cilium', are: 'needed' }, []),
    expect: [{ ...found, args: { why: 'needed', pods: 1 }, says: /always.*1 pod here/ }],
  },
  {
    it: 'the same, and its own policies were not read',
    given: modelOf(bare, { otherPolicies: unknown('forbidden', 'list') }),
    expect: 'cannot-tell',
    says: /may have one of its own kinds/,
  },
  { it: 'the same, and there are some', given: given({ by: 'cilium', are: 'needed' }), expect: 'ok' },
  {
    it: 'the same, and every pod is in the network of its node',
    given: given({ by: 'cilium', are: 'needed' }, [], [pod('web-1', { hostNetwork: true })]),
    expect: 'not-applicable',
  },
  { it: 'a network of which nothing is known', given: given(undefined), expect: 'not-applicable' },
])
