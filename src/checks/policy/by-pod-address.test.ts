import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, peer, rule } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './by-pod-address.ts'

const nodes = [1, 2, 3].map((it) => node(`worker-${it}`, { podCidrs: [`10.2.${it}.0/24`] }))
const block = (cidr: string, ...except: readonly string[]) => peer({ ipBlock: { cidr, except } })
const policies = (...its: Parameters<typeof rule>) => [ingressPolicy('web-in', [rule(...its)])]
const split = policies([block('10.2.0.0/16', '10.2.3.0/24')])
const seen = (third: 'open' | 'timeout' | 'refused') =>
  contacts([
    toService('web', 'worker-1', repeat(3, 'open')),
    toService('web', 'worker-2', repeat(3, 'open')),
    toService('web', 'worker-3', repeat(3, third)),
  ])
const on = { services: [service('web')], pods: [pod('web-1')] }
const subject = 'NetworkPolicy/shop/web-in'

describeCheck(check, [
  {
    it: 'one node is left out, and gets no answer',
    given: { nodes, networkPolicies: split, ...on, contacts: seen('timeout') },
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'observed',
        args: { inside: ['worker-1', 'worker-2'], outside: ['worker-3'], services: ['service shop/web'] },
        says: /keeps pods on worker-3 from service shop\/web/,
      },
    ],
  },
  {
    it: 'one node is left out, and is answered: this CNI holds pods against selectors alone',
    given: { nodes, networkPolicies: split, ...on, contacts: seen('open') },
    expect: [{ subject, severity: 'info', confidence: 'inferred' }],
  },
  {
    it: 'a refusal is no drop',
    given: { nodes, networkPolicies: split, ...on, contacts: seen('refused') },
    expect: [{ subject, severity: 'info' }],
  },
  {
    it: 'nothing was measured',
    given: { nodes, networkPolicies: split },
    expect: [{ subject, severity: 'info' }],
  },
  {
    it: 'one range of one node alone',
    given: { nodes, networkPolicies: policies([block('10.2.1.0/24')]) },
    expect: [{ subject, args: { inside: ['worker-1'], outside: ['worker-2', 'worker-3'] } }],
  },
  { it: 'all of the pods', given: { nodes, networkPolicies: policies([block('10.2.0.0/16')]) }, expect: 'ok' },
  { it: 'none of the pods', given: { nodes, networkPolicies: policies([block('203.0.113.0/24')]) }, expect: 'ok' },
  {
    it: 'two blocks that make up for each other',
    given: { nodes, networkPolicies: policies([block('10.2.0.0/16', '10.2.3.0/24'), block('10.2.3.0/24')]) },
    expect: 'ok',
  },
  {
    it: 'another rule lets everybody in',
    given: {
      nodes,
      networkPolicies: [ingressPolicy('web-in', [rule([block('10.2.1.0/24')]), rule()])],
    },
    expect: 'not-applicable',
  },
  {
    it: 'what goes out',
    given: { nodes, networkPolicies: [egressPolicy('out', [rule([block('10.2.1.0/24')])])] },
    expect: 'not-applicable',
  },
  {
    it: 'nodes without ranges',
    given: { nodes: [node('worker-1'), node('worker-2')], networkPolicies: split },
    expect: 'not-applicable',
  },
  {
    it: 'policies forbidden',
    given: modelOf({ nodes }, { networkPolicies: unknown('forbidden', 'list networkpolicies in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
