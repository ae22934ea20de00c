import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, onPort, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './port-name-missing.ts'

const opens = (name: string | number, protocol: 'TCP' | 'UDP' = 'TCP') =>
  ingressPolicy('web', [rule([], [onPort(name, protocol)])])
const without = pod('web-2', { containers: [container({ ports: [{ name: 'htttp', port: 8080, protocol: 'TCP' }] })] })

describeCheck(check, [
  {
    it: 'no pod has it, and one that is nearly it',
    given: { networkPolicies: [opens('http')], pods: [without] },
    expect: [{ subject: 'NetworkPolicy/shop/web', severity: 'warning', args: { without: 1, of: 1, meant: 'htttp' } }],
  },
  {
    it: 'one pod of two has it',
    given: { networkPolicies: [opens('http')], pods: [pod('web-1'), without] },
    expect: [{ subject: 'NetworkPolicy/shop/web', severity: 'info', args: { without: 1, of: 2 } }],
  },
  {
    it: 'the name is that of another protocol',
    given: { networkPolicies: [opens('http', 'UDP')], pods: [pod('web-1')] },
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { declared: [], meant: null } }],
  },
  { it: 'each pod has it', given: { networkPolicies: [opens('http')], pods: [pod('web-1')] }, expect: 'ok' },
  { it: 'it selects no pod', given: { networkPolicies: [opens('http')], pods: [] }, expect: 'ok' },
  { it: 'a number', given: { networkPolicies: [opens(8080)], pods: [without] }, expect: 'not-applicable' },
  {
    it: 'on the way out a name is looked up at the other end',
    given: { networkPolicies: [egressPolicy('web', [rule([], [onPort('http')])])], pods: [without] },
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf({ networkPolicies: [opens('http')] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
