import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { PolicyPeer, PolicyRule } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'
import check from './client-address-hidden.ts'

const web = pod('web-1', { ip: '10.2.1.5' })
const block = (cidr: string): PolicyPeer => peer({ ipBlock: { cidr, except: [] } })
const office = block('198.51.100.0/24')
const given = (
  ingress: readonly PolicyRule[],
  about: Partial<Service> = {},
  proxy: Pick<Node, 'proxy'> = { proxy: 'ready' },
) => ({
  networkPolicies: [ingressPolicy('web', ingress, { podSelector: labels({ app: 'web' }) })],
  services: [service('web', { type: 'LoadBalancer', ...about })],
  pods: [web],
  nodes: [
    node('worker-1', { ip: '192.168.0.11', podCidrs: ['10.2.1.0/24'], ...proxy }),
    node('worker-2', { ip: '192.168.0.12', podCidrs: ['10.2.2.0/24'], ...proxy }),
  ],
  namespaces: [namespace('shop')],
})
const subject = 'NetworkPolicy/shop/web'

describeCheck(check, [
  {
    it: 'a range of clients, behind a load balancer',
    given: given([rule([office, peer({ podSelector: labels({ app: 'edge' }) })], [onPort(8080)])]),
    expect: [
      {
        subject,
        severity: 'warning',
        confidence: 'possible',
        args: { blocks: ['198.51.100.0/24'], services: ['shop/web'], port: 8080 },
        says: /under the address of a node/,
      },
    ],
  },
  {
    it: 'behind node ports',
    given: given([rule([office])], { type: 'NodePort' }),
    expect: [{ subject, confidence: 'inferred' }],
  },
  { it: 'a range of private clients', given: given([rule([block('172.20.0.0/16')])]), expect: [{ subject }] },
  { it: 'Local keeps the address', given: given([rule([office])], { externalTrafficPolicy: 'Local' }), expect: 'ok' },
  {
    it: 'a load balancer that uses no node port sends to pods itself',
    given: given([rule([office])], {
      loadBalancer: { addresses: ['203.0.113.5'], class: null, problem: null, nodePorts: 'none' },
    }),
    expect: 'ok',
  },
  { it: 'the nodes are let in as well', given: given([rule([office, block('192.168.0.0/24')])]), expect: 'ok' },
  { it: 'everybody is let in as well', given: given([rule([office]), rule()]), expect: 'ok' },
  {
    it: 'the ranges of the tunnels are let in as well',
    given: given([rule([office, block('10.2.0.0/16')])]),
    expect: 'ok',
  },
  { it: 'the block is of the whole world', given: given([rule([block('0.0.0.0/0')])]), expect: 'not-applicable' },
  { it: 'the block is of pods', given: given([rule([block('10.2.1.0/28')])]), expect: 'not-applicable' },
  { it: 'the block is for another port', given: given([rule([office], [onPort(9090)])]), expect: 'not-applicable' },
  { it: 'no block', given: given([rule([peer({ podSelector: labels() })])]), expect: 'not-applicable' },
  { it: 'inside only', given: given([rule([office])], { type: 'ClusterIP' }), expect: 'not-applicable' },
  {
    it: 'no kube-proxy is seen',
    given: given([rule([office])], {}, {}),
    expect: 'cannot-tell',
    says: /Service shop\/web is not seen \(no kube-proxy\)/,
  },
  {
    it: 'nodes forbidden',
    given: modelOf(given([rule([office])]), { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
  },
])
