import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { ingressPolicy, labels, namespace, namespaceNamed, onPort, peer, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyRule } from '../../model/network-policy.ts'
import check from './dns-leaves-namespaces-out.ts'

const namespaces = ['default', 'kube-system', 'kube-public', 'shop', 'web'].map((it) => namespace(it))
const nodes = [node('worker-1', { podCidrs: ['10.2.0.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })]
const onDns = (...ingress: PolicyRule[]): NetworkPolicy =>
  ingressPolicy('dns-clients', ingress, { namespace: 'kube-system', podSelector: labels({ 'k8s-app': 'kube-dns' }) })
const from = (...names: string[]) => rule(names.map(namespaceNamed))
const block = (cidr: string) => peer({ ipBlock: { cidr, except: [] } })
const seen = (
  policies: readonly NetworkPolicy[],
  scope: object = { target: { kind: 'dns' }, namespace: 'default' },
  about: object = {},
) =>
  modelOf({ networkPolicies: policies, clusterDns: clusterDns(), namespaces, nodes, otherPolicies: [] }, about, scope)

describeCheck(check, [
  {
    it: 'namespaces by name, one left out; and a block of nodes',
    given: seen([
      onDns({
        ...from('default', 'kube-system', 'web'),
        peers: [...from('default', 'web').peers, block('192.168.0.0/24')],
      }),
    ]),
    expect: [
      {
        subject: 'NetworkPolicy/kube-system/dns-clients',
        severity: 'warning',
        confidence: 'inferred',
        args: { out: ['shop'], of: 2, partly: [] },
      },
    ],
  },
  {
    it: 'whoever asks about a namespace is told by the way',
    given: seen([onDns(from('default', 'web'))], { namespace: 'web' }),
    expect: [{ subject: 'NetworkPolicy/kube-system/dns-clients', severity: 'info', args: { out: ['shop'] } }],
  },
  {
    it: 'default alone',
    given: seen([onDns(from('shop', 'web'))], { target: { kind: 'dns' }, namespace: 'web' }),
    expect: [{ subject: 'NetworkPolicy/kube-system/dns-clients', severity: 'info', args: { out: ['default'] } }],
  },
  {
    it: 'every namespace, on the port of DNS alone',
    given: seen([onDns(rule([peer({ namespaceSelector: labels() })], [onPort(53, 'UDP')]))]),
    expect: 'ok',
    says: /2 namespaces besides default/,
  },
  {
    it: 'every namespace, over TCP alone',
    given: seen([onDns(rule([peer({ namespaceSelector: labels() })], [onPort(53, 'TCP')]))]),
    expect: [{ subject: 'NetworkPolicy/kube-system/dns-clients', args: { out: ['shop', 'web'] } }],
  },
  { it: 'anybody', given: seen([onDns(rule())]), expect: 'ok' },
  {
    it: 'two policies add up',
    given: seen([onDns(from('shop')), { ...onDns(from('web')), name: 'more' }]),
    expect: 'ok',
  },
  {
    it: "by the pods' own labels",
    given: seen([onDns(rule([peer({ namespaceSelector: labels(), podSelector: labels({ dns: 'yes' }) })]))]),
    expect: 'cannot-tell',
    says: /shop, web.*-A/,
  },
  {
    it: 'a block that pods may be in',
    given: seen([onDns(rule([block('10.0.0.0/8')]))]),
    expect: 'cannot-tell',
  },
  {
    it: 'a block, and the ranges of pods are not known',
    given: seen([onDns(rule([block('192.168.0.0/24')]))], undefined, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
  },
  {
    it: 'pods with addresses out of those ranges: the block may be theirs as well',
    given: modelOf(
      {
        networkPolicies: [onDns(rule([block('192.168.0.0/24')]))],
        clusterDns: clusterDns(),
        namespaces,
        nodes: nodes.map((it) => ({ ...it, podCidrs: ['10.9.0.0/24'] })),
      },
      {},
      { target: { kind: 'dns' }, namespace: 'default' },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'all namespaces were read',
    given: seen([onDns(from('default'))], { namespace: null }),
    expect: 'not-applicable',
  },
  { it: 'no policy', given: seen([]), expect: 'not-applicable' },
  {
    it: 'namespaces forbidden',
    given: modelOf(
      { networkPolicies: [onDns(from('default'))], clusterDns: clusterDns() },
      { namespaces: unknown('forbidden', 'list namespaces') },
      { namespace: 'default' },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
