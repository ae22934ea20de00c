import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, peer, rule } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './block-of-cluster.ts'

const block = (cidr: string) => rule([peer({ ipBlock: { cidr, except: [] } })])
const given = (cidr: string) => ({
  networkPolicies: [egressPolicy('web', [block(cidr)])],
  services: [service('db', { clusterIP: '10.96.0.9' }), service('peers', { clusterIP: 'None' })],
  pods: [pod('db-1', { ip: '10.2.1.9' }), pod('agent-1', { ip: '192.0.2.4', hostNetwork: true })],
})

describeCheck(check, [
  {
    it: "a Service's address",
    given: given('10.96.0.9/32'),
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { services: ['shop/db'], pods: [], direction: 'Egress' } }],
  },
  {
    it: "a pod's address",
    given: given('10.2.1.9/32'),
    expect: [{ subject: 'NetworkPolicy/shop/web', severity: 'info', args: { services: [], pods: ['shop/db-1'] } }],
  },
  {
    it: 'on the way in',
    given: { ...given('10.2.1.9/32'), networkPolicies: [ingressPolicy('web', [block('10.2.1.8/30')])] },
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Ingress', cidr: '10.2.1.8/30' } }],
  },
  {
    it: 'the address of DNS, which a cache on the node may have',
    given: {
      ...given('10.96.0.10/32'),
      services: [clusterDns().service ?? service('kube-dns')],
      clusterDns: clusterDns(),
    },
    expect: 'ok',
  },
  { it: 'an address outside', given: given('203.0.113.7/32'), expect: 'ok' },
  { it: 'a node, as its agents have it', given: given('192.0.2.4/32'), expect: 'ok' },
  { it: 'the whole network of pods', given: given('10.0.0.0/8'), expect: 'not-applicable' },
  { it: 'no block', given: { ...given(''), networkPolicies: [egressPolicy('web')] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf(
      { networkPolicies: [egressPolicy('web', [block('10.2.1.9/32')])], services: [] },
      { pods: unknown('forbidden', 'list pods') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
