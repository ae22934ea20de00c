import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, unknown } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { type Decision, podEnd, policyRules } from './policy-allows.ts'
import { asksClusterDns, dnsGroups } from './policy-dns.ts'

export interface ResolverDecisions {
  readonly udp: Decision
  readonly tcp: Decision
}

interface Seen {
  readonly dns: Known<ClusterDns>
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
  readonly namespaces: Known<readonly Namespace[]>
}

/**
 * What NetworkPolicies say of a pod's way to its nameservers: to the DNS pods where it asks the cluster's DNS, to the
 * bare addresses else. Unknown when the policies could not be read.
 */
export function policyOnResolver(
  pod: Pod,
  nameservers: readonly string[],
  { dns, networkPolicies, namespaces }: Seen,
): Known<ResolverDecisions> {
  if (!networkPolicies.known) return networkPolicies
  if (dns.known && asksClusterDns(pod, dns.value)) {
    const [group] = dnsGroups({
      pods: [pod],
      dns: dns.value,
      policies: networkPolicies.value,
      namespaces,
      nameservers,
    })
    if (group !== undefined) return { known: true, value: { udp: group.udp, tcp: group.tcp } }
  }
  const [ip] = nameservers
  if (ip === undefined) return unknown('not-there', 'no nameserver is known')
  const rules = policyRules(networkPolicies.value, namespaces)
  const ask = (protocol: 'UDP' | 'TCP'): Decision =>
    rules({ from: podEnd(pod), to: { kind: 'address', ip }, port: 53, protocol })
  return { known: true, value: { udp: ask('UDP'), tcp: ask('TCP') } }
}

/** The probe pod, as far as policies look at it: same namespace and node as `pod`, labels of its own. */
export function asProbe(pod: Pod, labels: Pod['labels']): Pod {
  return {
    ...pod,
    name: 'hopscope',
    labels,
    hostNetwork: false,
    dnsPolicy: 'ClusterFirst',
    dnsConfig: null,
    phase: 'Running',
    deleting: false,
  }
}
