import { clusterDns } from '../../../test/build/dns.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyRule } from '../../model/network-policy.ts'
import check from './dns-kept-from-api.ts'

const home = { namespace: 'kube-system' }
const out = (...egress: readonly PolicyRule[]): NetworkPolicy => egressPolicy('default-deny', egress, home)
const dns53 = rule([], [onPort(53, 'UDP'), onPort(53)])
const block = (cidr: string) => peer({ ipBlock: { cidr, except: [] } })
const waiting = clusterDns({ pods: clusterDns().pods.map((it) => ({ ...it, ready: false })) })
const api = {
  services: [service('kubernetes', { namespace: 'default', clusterIP: '10.96.0.1', selector: null })],
  endpointSlices: [
    slice('kubernetes', [pod('api-1', { namespace: 'default', ip: '192.168.10.10' })], {
      namespace: 'default',
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    }),
  ],
}
const given = (...networkPolicies: readonly NetworkPolicy[]) => ({
  networkPolicies,
  clusterDns: clusterDns(),
  namespaces: [namespace('kube-system'), namespace('default')],
  otherPolicies: [],
})
const subject = 'NetworkPolicy/kube-system/default-deny'

describeCheck(check, [
  {
    it: 'DNS alone is let out, and the servers are not ready',
    given: { ...given(out(dns53)), ...api, clusterDns: waiting },
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'inferred',
        args: { waiting: 2, of: 2, servers: ['192.168.10.10:6443'] },
        says: /2 of 2 DNS servers are not ready/,
      },
    ],
  },
  {
    it: 'the same, and they are ready still',
    given: { ...given(out(dns53)), ...api },
    expect: [{ subject, severity: 'warning', args: { waiting: 0 }, says: /the next one that starts/ }],
  },
  {
    it: 'the same, and nobody read where the API server is',
    given: given(out(dns53)),
    expect: [{ subject, severity: 'warning', args: { servers: [], ip: null } }],
  },
  {
    it: 'its block on another port',
    given: { ...given(out(rule([block('192.168.10.0/24')], [onPort(443)]))), ...api },
    expect: [{ subject }],
  },
  {
    it: 'to pods of the own namespace on any port',
    given: { ...given(out(rule([namespaceNamed('kube-system')]))), ...api },
    expect: [{ subject }],
  },
  {
    it: 'its block, on its port',
    given: { ...given(out(rule([block('192.168.10.0/24')], [onPort(6443)]))), ...api },
    expect: 'ok',
  },
  {
    it: 'a range of ports that holds it',
    given: { ...given(out(rule([], [onPort(53, 'TCP', 6443)]))), ...api },
    expect: 'ok',
  },
  {
    it: 'the same, and nobody read where the API server is',
    given: given(out(rule([], [onPort(53, 'TCP', 6443)]))),
    expect: 'cannot-tell',
    says: /default\/kubernetes, were not read -A/,
  },
  { it: 'all of TCP', given: { ...given(out(rule([], [onPort(null)]))), ...api }, expect: 'ok' },
  {
    it: "the address of its Service: whether that counts is the network's matter",
    given: { ...given(out(rule([block('10.96.0.1/32')], [onPort(443)]))), ...api },
    expect: 'cannot-tell',
    says: /10\.96\.0\.1/,
  },
  {
    it: 'a policy of another kind may let them out',
    given: {
      ...given(out(dns53)),
      ...api,
      otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'kube-system', name: 'coredns' }],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'it selects others',
    given: given(egressPolicy('other', [], { ...home, podSelector: labels({ app: 'other' }) })),
    expect: 'not-applicable',
  },
  { it: 'what comes in alone is limited', given: given(ingressPolicy('in', [], home)), expect: 'not-applicable' },
  {
    it: 'on the host network',
    given: {
      ...given(out(dns53)),
      clusterDns: clusterDns({ pods: clusterDns().pods.map((it) => ({ ...it, hostNetwork: true })) }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'a Corefile that asks no API',
    given: {
      ...given(out(dns53)),
      clusterDns: clusterDns({ corefile: known('.:53 {\n  forward . 192.0.2.53\n}\n') }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'policies forbidden',
    given: modelOf({ clusterDns: clusterDns() }, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
  },
])
