import { clusterDns } from '../../../test/build/dns.ts'
import { cluster, upstreamDead } from '../../../test/build/dns-faults.ts'
import { egressPolicy, ingressPolicy, labels, onPort, peer, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyRule } from '../../model/network-policy.ts'
import check from './dns-kept-from-upstream.ts'

const corefile = (to: string) => known(`.:53 {\n  kubernetes cluster.local\n  forward . ${to}\n}\n`)
const dns = (to = '192.0.2.53') => clusterDns({ corefile: corefile(to) })
const hardened = (...egress: readonly PolicyRule[]): readonly NetworkPolicy[] => [
  egressPolicy('dns-hardening', egress, { namespace: 'kube-system', podSelector: labels({ 'k8s-app': 'kube-dns' }) }),
]
const toApi = rule([peer({ ipBlock: { cidr: '10.0.0.10/32', except: [] } })], [onPort(6443)])
const toUpstream = rule([peer({ ipBlock: { cidr: '192.0.2.0/24', except: [] } })], [onPort(53, 'UDP')])
const subject = 'NetworkPolicy/kube-system/dns-hardening'
const seen = cluster({ network: upstreamDead }).dnsProbe

describeCheck(check, [
  {
    it: 'only the API server is let out, and names outside fail',
    given: { clusterDns: dns(), networkPolicies: hardened(toApi), ...(seen === undefined ? {} : { dnsProbe: seen }) },
    expect: [{ subject, severity: 'error', confidence: 'observed', args: { upstreams: ['192.0.2.53:53'] } }],
  },
  {
    it: 'the same, by the objects alone',
    given: { clusterDns: dns(), networkPolicies: hardened(toApi) },
    expect: [{ subject, severity: 'warning', confidence: 'inferred', args: { of: 2 } }],
  },
  {
    it: 'the upstream speaks TLS, and UDP port 53 is open',
    given: { clusterDns: dns('tls://192.0.2.53'), networkPolicies: hardened(toUpstream) },
    expect: [{ subject, args: { upstreams: ['192.0.2.53:853'] } }],
  },
  {
    it: 'the upstream is let out',
    given: { clusterDns: dns(), networkPolicies: hardened(toApi, toUpstream), otherPolicies: [] },
    expect: 'ok',
  },
  {
    it: 'the upstream is in a file',
    given: { clusterDns: dns('/etc/resolv.conf'), networkPolicies: hardened(toApi) },
    expect: 'not-applicable',
  },
  {
    it: 'what comes in alone is limited',
    given: { clusterDns: dns(), networkPolicies: [ingressPolicy('in', [], { namespace: 'kube-system' })] },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile may not be read',
    given: {
      clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps in kube-system') }),
      networkPolicies: hardened(toApi),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'policies forbidden',
    given: modelOf({ clusterDns: dns() }, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
