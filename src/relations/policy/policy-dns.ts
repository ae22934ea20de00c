import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import { type Known, unknown } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { byBlock } from '../cidr-index.ts'
import { put } from '../once.ts'
import type { Direction } from './policy-applies-to-pod.ts'
import { type AskedWay, askedWays } from './dns-asked.ts'
import { type Decision, type Flow, podEnd, type PolicyRules, policyRules } from './policy-allows.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { textOrder } from '../../model/text-order.ts'
import { isLive, isOver } from '../service/service-selects-pod.ts'

/** Where NodeLocal DNSCache listens unless told otherwise; kubelets hand it to pods as their nameserver. */
const nodeLocalDns = '169.254.20.10'

type Transport = 'UDP' | 'TCP'

/** Pods that the same policies treat alike on their way to the cluster's DNS. */
export interface DnsGroup {
  readonly namespace: string
  readonly pods: readonly Pod[]
  readonly udp: Decision
  readonly tcp: Decision
  /**
   * The server that these pods ask where that is no pod: a link-local cache, a cloud's resolver. Null: the DNS Service.
   */
  readonly server: string | null
}

/** Pods that ask the cluster's DNS from an address of their own: others no policy of this cluster keeps from it. */
export function asksClusterDns(pod: Pod, dns: ClusterDns): boolean {
  if (!isLive(pod) || pod.hostNetwork || pod.dnsPolicy === 'Default') return false
  return pod.dnsPolicy !== 'None' || (pod.dnsConfig?.nameservers.includes(dns.service?.clusterIP ?? '') ?? false)
}

/** The same, and those whose spec names servers of their own. The node's own list is not known. */
function asksServers(pod: Pod): boolean {
  return isLive(pod) && !pod.hostNetwork && pod.dnsPolicy !== 'Default'
}

interface Asking {
  readonly pods: readonly Pod[]
  readonly dns: ClusterDns
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly views?: Known<readonly InsideView[]>
  readonly services?: Known<readonly Service[]>
  /** Of the pods' own resolv.conf, where somebody saw it. */
  readonly nameservers?: readonly string[]
}

/**
 * Every pod's way to DNS by policy, grouped by who decides. Judged as packets are after the Service's address was
 * rewritten: to the DNS pods on their own port, which need not be 53.
 */
export function dnsGroups({
  pods,
  dns,
  policies,
  namespaces,
  views = unknown('not-asked', 'nobody looked into pods'),
  services = unknown('not-asked', 'nobody read Services'),
  nameservers,
}: Asking): readonly DnsGroup[] {
  const covering = byBlock(
    policies.flatMap((it) => it.egress).flatMap((it) => it.peers.flatMap((peer) => peer.ipBlock?.cidr ?? [])),
    (it) => it,
  )
  const blocks = policyRules(policies.map(blocksOnly), namespaces)
  const rules: Rules = {
    all: policyRules(policies, namespaces),
    // Asked of those alone that some policy isolates: then nothing but a block lets them through.
    blocks: (ip, flow) =>
      covering(ip).length > 0 && blocks({ ...flow, to: { kind: 'address', ip } }).kind === 'allowed',
  }
  const servers = dns.pods.filter((it) => !isOver(it))
  // One of each class stands for all: a pod that is a server itself is judged by every one, for it may reach itself.
  const alike = [...new Map(servers.map((it) => [rules.all.classOf(podEnd(it)), it])).values()]
  const serving = new Set(servers)
  const asked = askedWays({ pods, dns, views, services, ...(nameservers === undefined ? {} : { nameservers }) })
  const memo = new Map<string, { readonly udp: Decision; readonly tcp: Decision }>()
  const groups = new Map<
    string,
    {
      readonly namespace: string
      readonly pods: Pod[]
      readonly udp: Decision
      readonly tcp: Decision
      readonly server: string | null
    }
  >()
  const numbers = new Map<readonly NetworkPolicy[], number>()
  for (const pod of pods.filter(asksServers)) {
    const whom = asked(pod)
    const isServer = serving.has(pod)
    const towards = { dns, servers: isServer ? servers : alike }
    const judge =
      (protocol: Transport) =>
      (way: AskedWay): Decision => {
        if (way.kind === 'servers') return toDns(rules, pod, towards, protocol)
        return way.kind === 'pods' ? toPods(rules, pod, way, protocol) : toAddress(rules, pod, way, protocol)
      }
    const [way] = whom.length === 1 ? whom : []
    const server = way === undefined || way.kind === 'servers' ? null : way.ip
    const at = `${rules.all.classOf(podEnd(pod))}\n${isServer ? pod.name : ''}\n${whom.map(wayText).join(' ')}`
    const ways = memo.get(at) ?? { udp: alongAll(whom, judge('UDP')), tcp: alongAll(whom, judge('TCP')) }
    memo.set(at, ways)
    const key = `${pod.namespace}\n${decisionKey(ways.udp, numbers)}\n${decisionKey(ways.tcp, numbers)}\n${server}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { namespace: pod.namespace, pods: [pod], ...ways, server })
    else group.pods.push(pod)
  }
  return [...groups.values()].toSorted(inOrder)
}

/** All of them, or which one of them it is decides. */
function alongAll(ways: readonly AskedWay[], judge: (way: AskedWay) => Decision): Decision {
  const all = ways.map(judge)
  const shut = all.flatMap((it) => (it.kind === 'allowed' ? [] : [it]))
  const odd = shut.find((it) => it.kind === 'unknown') ?? shut[0]
  if (odd === undefined) return { kind: 'allowed' }
  if (all.length === 1) return odd
  const isShut = shut.length === all.length && shut.every((it) => it.kind === 'denied' || it.isShut === true)
  if (isShut) return shut.every((it) => it.kind === 'denied') ? odd : { ...odd, kind: 'unknown', ...leftOpen(ways) }
  return {
    kind: 'unknown',
    direction: odd.direction,
    by: odd.by,
    why: `whether these pods ask ${ways.map(wayText).join(' or ')} was not seen, and policies do not let them to all`,
  }
}

/** Whichever way it is, no rule lets them there. */
function leftOpen(ways: readonly AskedWay[]) {
  const why = `no rule lets these pods ask ${ways.map(wayText).join(' or ')}, and the last is left to the CNI`
  return { why, measured: 'decides', isShut: true } as const
}

function wayText(way: AskedWay): string {
  switch (way.kind) {
    case 'servers':
      return 'the DNS servers'
    case 'pods':
      return `the pods behind ${way.ip}`
    case 'node':
    case 'address':
      return way.ip
  }
}

interface Judged {
  readonly decision: Decision
  readonly protocol: Transport
}

/** If a Service has the address, a pod's stands in its place by the time that policies look: a block says nothing. */
function unlessOfService(rules: Rules, pod: Pod, ip: string, { decision, protocol }: Judged): Decision {
  const behind = { ...podEnd(pod), namespace: '', name: null, labels: {}, ip, node: null, hostNetwork: false }
  const asPod = rules.all({ from: podEnd(pod), to: behind, port: 53, protocol })
  const odd = decision.kind === 'allowed' ? asPod : decision
  if (odd.kind === 'allowed') return odd
  const why = `these pods ask ${ip}: whether that is a Service's was not read`
  return { kind: 'unknown', direction: odd.direction, by: odd.by, why }
}

/** No podSelector admits what is no pod: ipBlocks alone count. */
function toAddress(rules: Rules, pod: Pod, way: Extract<AskedWay, { ip: string }>, protocol: Transport): Decision {
  const { ip } = way
  const decision = rules.all({ from: podEnd(pod), to: { kind: 'address', ip }, port: 53, protocol })
  if (way.kind === 'address' && !way.isClear) return unlessOfService(rules, pod, ip, { decision, protocol })
  if (decision.kind !== 'denied' || way.kind !== 'node') return decision
  return {
    ...decision,
    kind: 'unknown',
    why:
      `these pods ask ${ip}, which is no pod: no podSelector admits it, ` +
      'and whether the way to the own node is filtered is left to the CNI',
    measured: 'decides',
    isShut: true,
  }
}

function toPods(
  rules: Rules,
  pod: Pod,
  { pods, service }: Extract<AskedWay, { kind: 'pods' }>,
  protocol: Transport,
): Decision {
  const own = service?.ports.find((it) => it.port === 53 && it.protocol === protocol)
  const from = podEnd(pod)
  const all = pods.map((it) =>
    rules.all({ from, to: podEnd(it), port: own === undefined ? 53 : (targetPortIn(it, own) ?? 53), protocol }),
  )
  return all.find((it) => it.kind === 'unknown') ?? all.find((it) => it.kind === 'denied') ?? { kind: 'allowed' }
}

interface Rules {
  readonly all: PolicyRules
  /** The same policies with no peer left but ipBlocks: what they let through by address. */
  readonly blocks: (ip: string, flow: Omit<Flow, 'to'>) => boolean
}

function blocksOnly(policy: NetworkPolicy): NetworkPolicy {
  const egress = policy.egress
    .map((it) => ({ ...it, peers: it.peers.filter((peer) => peer.ipBlock !== null) }))
    .filter((it) => it.peers.length > 0)
  return { ...policy, egress }
}

interface Towards {
  readonly dns: ClusterDns
  /** Those that stand for all of them. */
  readonly servers: readonly Pod[]
}

function toDns(rules: Rules, pod: Pod, { dns, servers }: Towards, protocol: Transport): Decision {
  const port = dns.service?.ports.find((it) => it.port === 53 && it.protocol === protocol)
  const from = podEnd(pod)
  const decisions = servers.map((it) =>
    rules.all({ from, to: podEnd(it), port: port === undefined ? 53 : (targetPortIn(it, port) ?? 53), protocol }),
  )
  const open = decisions.find((it) => it.kind === 'unknown')
  if (open !== undefined) return open
  const denied = decisions.find((it) => it.kind === 'denied')
  if (denied === undefined) return { kind: 'allowed' }

  const passes = (ip: string | null | undefined): boolean =>
    ip !== null && ip !== undefined && ip !== 'None' && rules.blocks(ip, { from, port: 53, protocol })
  if (denied.direction === 'Egress' && passes(dns.service?.clusterIP))
    return {
      ...denied,
      kind: 'unknown',
      why:
        `an ipBlock covers the DNS Service's address ${dns.service?.clusterIP}: ` +
        'whether that counts is left to the CNI',
      measured: 'decides',
    }
  if (denied.direction === 'Egress' && passes(nodeLocalDns))
    return {
      ...denied,
      kind: 'unknown',
      why: `an ipBlock covers ${nodeLocalDns}: enough if a DNS cache on each node answers these pods`,
    }
  return denied
}

/** Lists of policies by a number each: their names are megabytes where thousands of lists have a thousand each. */
function decisionKey(decision: Decision, numbers: Map<readonly NetworkPolicy[], number>): string {
  return decision.kind === 'allowed'
    ? 'allowed'
    : `${decision.kind} ${decision.direction} ${put(numbers, decision.by, () => numbers.size)}`
}

/** By what nothing but the policies' names tell: never by the order of the pods. */
function inOrder(a: DnsGroup, b: DnsGroup): number {
  return (
    textOrder(a.namespace, b.namespace) ||
    decisionOrder(a.udp, b.udp) ||
    decisionOrder(a.tcp, b.tcp) ||
    textOrder(a.server ?? 'null', b.server ?? 'null')
  )
}

function decisionOrder(a: Decision, b: Decision): number {
  if (a.kind === 'allowed' || b.kind === 'allowed') return textOrder(a.kind, b.kind)
  const differing = a.by === b.by ? -1 : a.by.findIndex((it, index) => it.name !== b.by[index]?.name)
  return (
    textOrder(a.kind, b.kind) ||
    textOrder(a.direction, b.direction) ||
    (differing < 0 ? a.by.length - b.by.length : textOrder(a.by[differing]?.name ?? '', b.by[differing]?.name ?? ''))
  )
}

/** The policy that a finding is about is the first by name of those that isolate. */
export interface Isolation {
  readonly policy: NetworkPolicy
  readonly others: readonly NetworkPolicy[]
  readonly direction: Direction
}

export function isolating(decision: Decision): Isolation | null {
  if (decision.kind === 'allowed') return null
  const [policy, ...others] = decision.by
  return policy === undefined ? null : { policy, others, direction: decision.direction }
}
