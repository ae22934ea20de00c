import { pod } from '../../../test/build/pod.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import check from './two-peers.ts'

const scrapers = peer({ podSelector: labels({ app: 'prometheus' }) })
const monitoring = namespaceNamed('monitoring')
const pods = [
  pod('web-1'),
  pod('prometheus-1', { namespace: 'monitoring' }),
  pod('grafana-1', { namespace: 'monitoring' }),
]
const given = (policies: readonly NetworkPolicy[], more: typeof pods = []) => ({
  networkPolicies: policies,
  pods: [...pods, ...more],
  namespaces: [namespace('shop'), namespace('monitoring')],
})

describeCheck(check, [
  {
    it: 'the namespace in one peer, its pods in the next',
    given: given([ingressPolicy('web', [rule([monitoring, scrapers])])]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/web',
        confidence: 'possible',
        args: { direction: 'Ingress', namespaces: ['monitoring'], matched: 1, of: 2 },
      },
    ],
  },
  {
    it: 'the same on the way out',
    given: given([egressPolicy('web', [rule([monitoring, scrapers])])]),
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Egress' } }],
  },
  {
    it: 'such pods are in its own namespace as well: either is meant',
    given: given([ingressPolicy('web', [rule([monitoring, scrapers])])], [pod('prometheus-2')]),
    expect: 'ok',
  },
  {
    it: 'such pods are nowhere: another finding says so',
    given: given([ingressPolicy('web', [rule([monitoring, peer({ podSelector: labels({ app: 'nobody' }) })])])]),
    expect: 'ok',
  },
  {
    it: 'both in one peer',
    given: given([ingressPolicy('web', [rule([peer({ ...monitoring, podSelector: labels({ app: 'prometheus' }) })])])]),
    expect: 'ok',
  },
  {
    it: 'in two rules: each stands for itself',
    given: given([ingressPolicy('web', [rule([monitoring]), rule([scrapers])])]),
    expect: 'ok',
  },
  { it: 'no policy', given: given([]), expect: 'not-applicable' },
  {
    it: 'labels of namespaces may not be read',
    given: modelOf(
      { networkPolicies: [ingressPolicy('web', [rule([monitoring, scrapers])])], pods },
      { namespaces: unknown('forbidden', 'list namespaces') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
