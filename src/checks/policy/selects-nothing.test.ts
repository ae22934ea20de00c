import { deployment, pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './selects-nothing.ts'

const on = (app: string) => ingressPolicy('guard', [], { podSelector: labels({ app }) })

describeCheck(check, [
  {
    it: 'a slip in its selector',
    given: { networkPolicies: [on('checkuot')], pods: [pod('checkout-1')], workloads: [] },
    expect: [
      {
        subject: 'NetworkPolicy/shop/guard',
        severity: 'warning',
        confidence: 'inferred',
        args: { meant: 'app=checkout', elsewhere: null },
      },
    ],
  },
  {
    it: 'made in the wrong namespace',
    given: {
      networkPolicies: [on('payments')],
      pods: [pod('payments-1', { namespace: 'pay' }), pod('web-1')],
      workloads: [],
    },
    expect: [{ subject: 'NetworkPolicy/shop/guard', severity: 'warning', args: { elsewhere: 'pay' } }],
  },
  {
    it: 'no such pod anywhere: it may be early',
    given: { networkPolicies: [on('payments')], pods: [pod('web-1')], workloads: [] },
    expect: [{ subject: 'NetworkPolicy/shop/guard', severity: 'info' }],
  },
  {
    it: 'its workload is scaled to zero',
    given: { networkPolicies: [on('payments')], pods: [], workloads: [deployment('payments', 0)] },
    expect: 'ok',
  },
  {
    it: 'it selects a pod',
    given: { networkPolicies: [on('web')], pods: [pod('web-1')], workloads: [] },
    expect: 'ok',
  },
  {
    it: 'every pod of an empty namespace',
    given: { networkPolicies: [ingressPolicy('all')], pods: [], workloads: [] },
    expect: 'not-applicable',
  },
  {
    it: 'workloads forbidden: it may be for one of them',
    given: modelOf(
      { networkPolicies: [on('payments')], pods: [] },
      { workloads: unknown('forbidden', 'list deployments') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
