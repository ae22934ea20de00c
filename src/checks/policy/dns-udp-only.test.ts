import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy, namespace, namespaceNamed, onPort, peer, rule } from '../../../test/build/policy.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import check from './dns-udp-only.ts'

const given = (...networkPolicies: NetworkPolicy[]) => ({
  networkPolicies,
  pods: [pod('web-1'), pod('web-2')],
  clusterDns: clusterDns(),
  namespaces: [namespace('shop'), namespace('kube-system')],
  services: [],
  otherPolicies: [],
})
const udpOnly = egressPolicy('allow-dns', [rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')])])
const overTcp = pod('web-1', {
  dnsConfig: { nameservers: [], searches: [], options: [{ name: 'use-vc', value: null }] },
})
const deny = egressPolicy('a-default-deny')

describeCheck(check, [
  {
    it: 'UDP alone',
    given: given(udpOnly),
    expect: [
      { subject: 'NetworkPolicy/shop/allow-dns', severity: 'warning', confidence: 'inferred', args: { pods: 2 } },
    ],
  },
  {
    it: 'names the policy that allows UDP, not the one that denies all',
    given: given(deny, udpOnly),
    expect: [{ subject: 'NetworkPolicy/shop/allow-dns' }],
  },
  {
    it: 'seen from inside',
    given: { ...given(udpOnly), insideViews: [insideView('web-1', { tcp53: known('timeout') })] },
    expect: [{ subject: 'NetworkPolicy/shop/allow-dns', severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'a pod that asks over TCP alone: nothing of it works',
    given: { ...given(udpOnly), pods: [overTcp] },
    expect: [
      {
        subject: 'NetworkPolicy/shop/allow-dns',
        severity: 'error',
        confidence: 'inferred',
        args: { pods: 1, tcpAlone: 1 },
        says: /asks over TCP alone \(use-vc\)/,
      },
    ],
  },
  {
    it: 'one of two asks over TCP alone',
    given: { ...given(udpOnly), pods: [overTcp, pod('web-2')] },
    expect: [{ subject: 'NetworkPolicy/shop/allow-dns', severity: 'error', args: { pods: 2, tcpAlone: 1 } }],
  },
  {
    it: 'the option in a container of musl, which does not know it',
    given: {
      ...given(udpOnly),
      pods: [overTcp],
      insideViews: [insideView('web-1', { libc: 'musl', tcp53: unknown('not-there', 'no tool') })],
    },
    expect: [{ subject: 'NetworkPolicy/shop/allow-dns', severity: 'warning', args: { tcpAlone: 0 } }],
  },
  {
    it: 'the option, and TCP allowed',
    given: { ...given(egressPolicy('allow-dns', [rule([], [onPort(53, 'UDP'), onPort(53)])])), pods: [overTcp] },
    expect: 'ok',
  },
  { it: 'both', given: given(egressPolicy('allow-dns', [rule([], [onPort(53, 'UDP'), onPort(53)])])), expect: 'ok' },
  { it: 'both, by two policies', given: given(udpOnly, egressPolicy('tcp', [rule([], [onPort(53)])])), expect: 'ok' },
  {
    it: 'denied on paper, and a pod gets through',
    given: { ...given(udpOnly), insideViews: [insideView('web-1')] },
    expect: 'cannot-tell',
  },
  {
    it: 'TCP by an ipBlock promises nothing',
    given: given(
      egressPolicy('allow-dns', [
        rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')]),
        rule([peer({ ipBlock: { cidr: '0.0.0.0/0', except: [] } })]),
      ]),
    ),
    expect: 'cannot-tell',
  },
  { it: 'neither is another check', given: given(deny), expect: 'not-applicable' },
  { it: 'no policies', given: given(), expect: 'not-applicable' },
  { it: 'DNS unknown', given: { networkPolicies: [udpOnly], pods: [pod('web-1')] }, expect: 'cannot-tell' },
])
