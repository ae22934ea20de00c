import type { ClusterDns } from '../model/cluster-dns.ts'
import type { Known } from '../model/known.ts'
import type { Namespace, NetworkPolicy } from '../model/network-policy.ts'
import type { Pod } from '../model/pod.ts'
import { type Direction, signature } from './policy-applies-to-pod.ts'
import { type Decision, type Flow, podEnd, policyRules } from './policy-allows.ts'
import { targetPortIn } from './service-endpoints.ts'
import { isLive, isOver } from './service-selects-pod.ts'

/** Where NodeLocal DNSCache listens unless told otherwise; kubelets hand it to pods as their nameserver. */
const nodeLocalDns = '169.254.20.10'

type Transport = 'UDP' | 'TCP'

/** Pods that the same policies treat alike on their way to the cluster's DNS. */
export interface DnsGroup {
  readonly namespace: string
  readonly pods: readonly Pod[]
  readonly udp: Decision
  readonly tcp: Decision
}

/** Pods that ask the cluster's DNS from an address of their own: others no policy of this cluster keeps from it. */
export function asksClusterDns(pod: Pod, dns: ClusterDns): boolean {
  if (!isLive(pod) || pod.hostNetwork || pod.dnsPolicy === 'Default') return false
  return pod.dnsPolicy !== 'None' || (pod.dnsConfig?.nameservers.includes(dns.service?.clusterIP ?? '') ?? false)
}

/**
 * Every pod's way to DNS by policy, grouped by who decides. Judged as packets are after the Service's address was
 * rewritten: to the DNS pods on their own port, which need not be 53.
 */
export function dnsGroups(pods: readonly Pod[], dns: ClusterDns, policies: readonly NetworkPolicy[], namespaces: Known<readonly Namespace[]>): readonly DnsGroup[] {
  const rules = { all: policyRules(policies, namespaces), blocks: policyRules(policies.map(blocksOnly), namespaces) }
  const servers = dns.pods.filter((it) => !isOver(it))
  const memo = new Map<string, { readonly udp: Decision; readonly tcp: Decision }>()
  const groups = new Map<string, { readonly namespace: string; readonly pods: Pod[]; readonly udp: Decision; readonly tcp: Decision }>()
  for (const pod of pods.filter((it) => asksClusterDns(it, dns))) {
    const at = `${pod.namespace}\n${signature(pod.labels)}`
    const ways = memo.get(at) ?? { udp: toDns(rules, pod, dns, servers, 'UDP'), tcp: toDns(rules, pod, dns, servers, 'TCP') }
    memo.set(at, ways)
    const key = `${pod.namespace}\n${decisionKey(ways.udp)}\n${decisionKey(ways.tcp)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { namespace: pod.namespace, pods: [pod], ...ways })
    else group.pods.push(pod)
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

interface Rules {
  readonly all: (flow: Flow) => Decision
  /** The same policies with no peer left but ipBlocks: what they let through by address. */
  readonly blocks: (flow: Flow) => Decision
}

function blocksOnly(policy: NetworkPolicy): NetworkPolicy {
  const egress = policy.egress.map((it) => ({ ...it, peers: it.peers.filter((peer) => peer.ipBlock !== null) })).filter((it) => it.peers.length > 0)
  return { ...policy, egress }
}

function toDns(rules: Rules, pod: Pod, dns: ClusterDns, servers: readonly Pod[], protocol: Transport): Decision {
  const port = dns.service?.ports.find((it) => it.port === 53 && it.protocol === protocol)
  const from = podEnd(pod)
  const decisions = servers.map((it) => rules.all({ from, to: podEnd(it), port: port === undefined ? 53 : (targetPortIn(it, port) ?? 53), protocol }))
  const open = decisions.find((it) => it.kind === 'unknown')
  if (open !== undefined) return open
  const denied = decisions.find((it) => it.kind === 'denied')
  if (denied === undefined) return { kind: 'allowed' }

  const passes = (ip: string | null | undefined): boolean => ip !== null && ip !== undefined && ip !== 'None' && rules.blocks({ from, to: { kind: 'address', ip }, port: 53, protocol }).kind === 'allowed'
  if (denied.direction === 'Egress' && passes(dns.service?.clusterIP)) return { ...denied, kind: 'unknown', why: `an ipBlock covers the DNS Service's address ${dns.service?.clusterIP}: whether that counts is left to the CNI` }
  if (denied.direction === 'Egress' && passes(nodeLocalDns)) return { ...denied, kind: 'unknown', why: `an ipBlock covers ${nodeLocalDns}: enough if a DNS cache on each node answers these pods` }
  return denied
}

function decisionKey(decision: Decision): string {
  return decision.kind === 'allowed' ? 'allowed' : `${decision.kind} ${decision.direction} ${decision.by.map((it) => it.name).join(',')}`
}

/** The policy that a finding is about: the first by name of those that isolate. */
export function isolating(decision: Decision): { readonly policy: NetworkPolicy; readonly others: readonly NetworkPolicy[]; readonly direction: Direction } | null {
  if (decision.kind === 'allowed') return null
  const [policy, ...others] = decision.by
  return policy === undefined ? null : { policy, others, direction: decision.direction }
}
