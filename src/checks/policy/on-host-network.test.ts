import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, namespace, namespaceNamed, peer, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import check from './on-host-network.ts'

const controller = peer({ ...namespaceNamed('edge'), podSelector: labels({ app: 'controller' }) })
const onHost = (name: string, about: Partial<Pod> = {}) => pod(name, { hostNetwork: true, ...about })
const given = (policy: NetworkPolicy, ...pods: readonly Pod[]) => ({
  networkPolicies: [policy],
  pods: [pod('web-1'), ...pods],
  namespaces: [namespace('shop'), namespace('edge')],
})
const lets = ingressPolicy('web', [rule([controller])])
const about = (app: string) => ingressPolicy('guard', [], { podSelector: labels({ app }) })

describeCheck(check, [
  {
    it: 'the controller that it lets in is on the host network',
    given: given(lets, onHost('controller-1', { namespace: 'edge' })),
    expect: [
      { subject: 'NetworkPolicy/shop/web', severity: 'warning', confidence: 'possible', args: { role: 'peer' } },
    ],
  },
  {
    it: 'it selects agents on the host network alone',
    given: given(about('agent'), onHost('agent-1')),
    expect: [{ subject: 'NetworkPolicy/shop/guard', severity: 'info', args: { role: 'selected' } }],
  },
  {
    it: 'one of those that it lets in is not',
    given: given(lets, onHost('controller-1', { namespace: 'edge' }), pod('controller-2', { namespace: 'edge' })),
    expect: 'ok',
  },
  { it: 'such pods are there, and it is not about them', given: given(about('web'), onHost('agent-1')), expect: 'ok' },
  { it: 'a whole namespace with agents in it', given: given(ingressPolicy('all'), onHost('agent-1')), expect: 'ok' },
  { it: 'nobody is on the host network', given: given(lets), expect: 'ok' },
  { it: 'no policy', given: { networkPolicies: [], pods: [], namespaces: [] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ networkPolicies: [lets], namespaces: [] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
