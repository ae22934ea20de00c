import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import { known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyRule } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { contains } from '../cidr-index.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { isOver } from '../service/service-selects-pod.ts'
import { policyRules, podEnd, type PodLike } from './policy-allows.ts'
import { policiesOfPods } from './policy-applies-to-pod.ts'

/**
 * Whether pods of a namespace whose pods were not read may ask the DNS servers, by the policies on the servers alone.
 * `some`: a rule goes by the pods' own labels, or by addresses that may be theirs.
 */
export interface NamespaceAtDns {
  readonly name: string
  readonly let: 'all' | 'some' | 'none'
}

export interface DnsDoor {
  /** On the servers, for what comes in; none stands before them where it is empty. */
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: readonly NamespaceAtDns[]
}

interface Seen {
  readonly dns: ClusterDns
  readonly policies: readonly NetworkPolicy[]
  readonly namespaces: readonly Namespace[]
  readonly nodes: Known<readonly Node[]>
}

/** The servers' own namespace is no question of this kind: its pods are known, or are the servers. */
export function dnsDoor({ dns, policies, namespaces, nodes }: Seen): DnsDoor {
  const servers = dns.pods.filter((it) => !isOver(it) && !it.hostNetwork)
  const selecting = policiesOfPods(policies)
  const own = [...new Set(servers.flatMap((it) => selecting(it, 'Ingress')))]
  if (own.length === 0) return { policies: [], namespaces: [] }
  const byBlock = own.some(({ ingress }) =>
    ingress.some((it) => it.peers.some((peer) => mayBePods(peer, nodes, servers))),
  )
  const all = known(namespaces)
  const strict = policyRules(
    own.map((it) => ({ ...it, ingress: rulesWith(it.ingress, 'as-it-is') })),
    all,
  )
  const open = policyRules(
    own.map((it) => ({ ...it, ingress: rulesWith(it.ingress, 'any-pod') })),
    all,
  )
  const letBy = (rules: typeof open, from: PodLike): boolean =>
    servers.every((it) => rules({ from, to: podEnd(it), port: portOf(dns, it), protocol: 'UDP' }).kind !== 'denied')
  const homes = new Set(servers.map((it) => it.namespace))
  return {
    policies: own,
    namespaces: namespaces
      .filter((it) => !homes.has(it.name))
      .map(({ name }): NamespaceAtDns => {
        const from = anyPodOf(name)
        if (letBy(strict, from)) return { name, let: 'all' }
        return { name, let: byBlock || letBy(open, from) ? 'some' : 'none' }
      }),
  }
}

function anyPodOf(namespace: string): PodLike {
  return { kind: 'pod', namespace, name: null, labels: {}, ip: null, node: null, hostNetwork: false, ports: [] }
}

function portOf({ service }: ClusterDns, server: Pod): number {
  const port = service?.ports.find((it) => it.port === 53 && it.protocol === 'UDP')
  return port === undefined ? 53 : (targetPortIn(server, port) ?? 53)
}

/** Without blocks, which are judged apart; `any-pod`: as if every pod of a namespace had the labels that are asked. */
function rulesWith(rules: readonly PolicyRule[], pods: 'as-it-is' | 'any-pod'): readonly PolicyRule[] {
  return rules.flatMap((rule) => {
    if (rule.peers.length === 0) return [rule]
    const peers = rule.peers
      .filter((it) => it.ipBlock === null)
      .map((it) => (pods === 'any-pod' && it.namespaceSelector !== null ? { ...it, podSelector: null } : it))
    return peers.length === 0 ? [] : [{ ...rule, peers }]
  })
}

/** A block is of nodes and the outside alone where the ranges of all nodes' pods are known, and it meets none. */
function mayBePods(
  { ipBlock }: PolicyRule['peers'][number],
  nodes: Known<readonly Node[]>,
  servers: readonly Pod[],
): boolean {
  if (ipBlock === null) return false
  const ranges = nodes.known ? nodes.value.map((it) => it.podCidrs ?? []) : [[]]
  const all = ranges.flat()
  // An IPAM of its own (Calico's) heeds no range of a node.
  const isHeeded = servers.every(({ ip }) => ip === null || all.some((it) => contains(it, ip)))
  if (ranges.length === 0 || ranges.some((it) => it.length === 0) || !isHeeded) return true
  const baseOf = (cidr: string): string => cidr.split('/', 1)[0] ?? ''
  return all.some((it) => contains(it, baseOf(ipBlock.cidr)) || contains(ipBlock.cidr, baseOf(it)))
}
