import { contacts, tries } from '../../../test/build/contacts.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { probe } from '../../../test/build/lookups.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contact, NodePortContact } from '../../model/contacts.ts'
import type { Service } from '../../model/service.ts'
import check from './node-port-unanswered.ts'

const to = (at: string, its: Contact['tries'], about: Partial<NodePortContact> = {}): NodePortContact => ({
  node: 'worker-1',
  service: { namespace: 'shop', name: 'web', port: 80 },
  at: { node: at, ip: '192.168.0.2' },
  port: 30080,
  tries: its,
  ...about,
})
const seen = (nodePorts: readonly NodePortContact[], about: Partial<Service> = {}) => ({
  contacts: { ...contacts([]), nodePorts },
  services: [service('web', { type: 'NodePort', ports: [port({ nodePort: 30080 })], ...about })],
  pods: [],
  networkPolicies: [],
  namespaces: [],
})
const well = to('worker-1', tries('open', 'open'))

describeCheck(check, [
  {
    it: 'one node refuses',
    given: seen([well, to('worker-2', tries('refused', 'refused'))]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        args: { nodePort: 30080, nodes: 'worker-2', failed: 2, of: 4 },
      },
    ],
  },
  {
    it: 'silence between nodes',
    given: seen([well, to('worker-2', tries('timeout', 'timeout'))]),
    expect: [{ subject: 'Service/shop/web', severity: 'warning' }],
  },
  {
    it: 'a load balancer may not use it',
    given: seen([well, to('worker-2', tries('timeout', 'timeout'))], { type: 'LoadBalancer' }),
    expect: [{ subject: 'Service/shop/web', severity: 'info' }],
  },
  {
    it: 'with Local, a node that passes some on and loses others has more to say than a firewall',
    given: seen([well, to('worker-2', tries('open', 'timeout', 'timeout'))], { externalTrafficPolicy: 'Local' }),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { partly: 1 } }],
  },
  {
    it: 'once is no pattern',
    given: seen([well, to('worker-2', tries('open', 'timeout'))]),
    expect: 'cannot-tell',
    says: /no pattern/,
  },
  {
    it: 'a policy on the probe',
    given: { ...seen([to('worker-2', tries('timeout', 'timeout'))]), networkPolicies: [egressPolicy('deny')] },
    expect: 'cannot-tell',
    says: /a policy on the probe pod/,
  },
  {
    it: 'a probe that was late',
    given: {
      ...seen([to('worker-2', tries('timeout', 'timeout'))]),
      dnsProbe: { ...probe({ nodes: ['worker-1'] }), lag: [{ node: 'worker-1', p99Ms: 2000 }] },
    },
    expect: 'cannot-tell',
  },
  { it: 'well', given: seen([well]), expect: 'ok' },
  { it: 'none', given: seen([]), expect: 'not-applicable' },
  { it: 'no probe', given: { services: [] }, expect: 'cannot-tell' },
])
