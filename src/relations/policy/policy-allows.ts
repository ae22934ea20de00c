import ipaddr from 'ipaddr.js'
import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../../model/network-policy.ts'
import type { ContainerPort, Pod, Protocol } from '../../model/pod.ts'
import { type Direction, policiesOfPods } from './policy-applies-to-pod.ts'
import { allOf, anyOf, type Labels, selects, selectsNamespace, type Tri } from '../selector.ts'

/** One end of a connection: as much of a pod as policies look at. */
export interface PodLike {
  readonly kind: 'pod'
  readonly namespace: string
  readonly name: string | null
  readonly labels: Labels
  readonly ip: string | null
  readonly node: string | null
  readonly hostNetwork: boolean
  readonly ports: readonly ContainerPort[]
}

export type End = PodLike | { readonly kind: 'address'; readonly ip: string }

/** A connection as it is after the Service's address was rewritten: to a pod's own port. */
export interface Flow {
  readonly from: End
  readonly to: End
  readonly port: number
  readonly protocol: Protocol
}

export type Decision =
  | { readonly kind: 'allowed' }
  /** `by` isolates, and no rule of any of them lets the flow through. */
  | { readonly kind: 'denied'; readonly direction: Direction; readonly by: readonly NetworkPolicy[] }
  | {
      readonly kind: 'unknown'
      readonly direction: Direction
      readonly by: readonly NetworkPolicy[]
      readonly why: string
      /** Left to the CNI: a lookup that times out shows what it does. */ readonly measured?: 'decides'
    }

export function podEnd(pod: Pod): PodLike {
  return {
    kind: 'pod',
    namespace: pod.namespace,
    name: pod.name,
    labels: pod.labels,
    ip: pod.ip,
    node: pod.node,
    hostNetwork: pod.hostNetwork,
    ports: pod.containers.flatMap((it) => it.ports),
  }
}

/** A pod that hopscope made: known by its namespace and labels alone. */
export function probeEnd(
  from: { readonly namespace: string; readonly labels: Labels },
  node: string | null = null,
): PodLike {
  return {
    kind: 'pod',
    namespace: from.namespace,
    name: null,
    labels: from.labels,
    ip: null,
    node,
    hostNetwork: false,
    ports: [],
  }
}

/**
 * NetworkPolicy as networking/v1 defines it: a pod is isolated in a direction once a policy of that type selects it,
 * and then the union of the rules counts. A flow needs the egress of its source and the ingress of its target. Where
 * the API leaves the answer to the implementation (ipBlock against pods, hostNetwork, a pod to itself), it is unknown.
 */
export function policyRules(
  policies: readonly NetworkPolicy[],
  namespaces: Known<readonly Namespace[]>,
): (flow: Flow) => Decision {
  const selecting = policiesOfPods(policies)
  const labels = namespaces.known
    ? new Map(namespaces.value.map((it) => [it.name, it.labels]))
    : new Map<string, Labels>()
  const labelsOf = (namespace: string): Labels | null => labels.get(namespace) ?? null

  const direction = (flow: Flow, which: Direction): Decision => {
    const [own, peer] = which === 'Egress' ? [flow.from, flow.to] : [flow.to, flow.from]
    if (own.kind === 'address') return { kind: 'allowed' }
    const by = selecting(own, which)
    if (by.length === 0) return { kind: 'allowed' }
    if (which === 'Ingress' && peer.kind === 'pod' && peer.hostNetwork && peer.node !== null && peer.node === own.node)
      return { kind: 'allowed' }

    const unknown = (why: string): Decision => ({ kind: 'unknown', direction: which, by, why })
    const through = anyOf(
      by.flatMap((policy) => rulesOf(policy, which).map((rule) => lets(rule, policy.namespace, peer, flow, labelsOf))),
    )
    if (through === 'yes') return { kind: 'allowed' }
    if (own.hostNetwork) return unknown('what a policy means for a pod on the host network is left to the CNI')
    if (through === 'maybe') return unknown(whyMaybe(peer, by, which, labelsOf))
    if (peer.kind === 'pod' && isSame(own, peer)) return unknown('a pod talking to itself is left to the CNI')
    return { kind: 'denied', direction: which, by }
  }

  return (flow) => {
    const [egress, ingress] = [direction(flow, 'Egress'), direction(flow, 'Ingress')]
    return (
      [egress, ingress].find((it) => it.kind === 'denied') ??
      [egress, ingress].find((it) => it.kind === 'unknown') ?? { kind: 'allowed' }
    )
  }
}

/** `NetworkPolicy shop/default-deny`, or the first of several. */
export function policyNames(by: readonly NetworkPolicy[]): string {
  const first = by[0]
  if (first === undefined) return 'a NetworkPolicy'
  return `NetworkPolicy ${first.namespace}/${first.name}${by.length > 1 ? ` (and ${by.length - 1} more)` : ''}`
}

export function rulesOf(policy: NetworkPolicy, direction: Direction): readonly PolicyRule[] {
  return direction === 'Egress' ? policy.egress : policy.ingress
}

function lets(
  rule: PolicyRule,
  home: string,
  peer: End,
  flow: Flow,
  labelsOf: (namespace: string) => Labels | null,
): Tri {
  const peers = rule.peers.length === 0 ? 'yes' : anyOf(rule.peers.map((it) => isPeer(it, home, peer, labelsOf)))
  const ports = rule.ports.length === 0 ? 'yes' : anyOf(rule.ports.map((it) => isPort(it, flow)))
  return allOf([peers, ports])
}

function isPeer(it: PolicyPeer, home: string, peer: End, labelsOf: (namespace: string) => Labels | null): Tri {
  if (it.ipBlock !== null) return inBlock(it.ipBlock, peer)
  if (peer.kind === 'address') return 'no'
  const namespace =
    it.namespaceSelector === null
      ? peer.namespace === home
        ? 'yes'
        : 'no'
      : selectsNamespace(it.namespaceSelector, peer.namespace, labelsOf(peer.namespace))
  const pod = it.podSelector === null || selects(it.podSelector, peer.labels) ? 'yes' : 'no'
  const both = allOf([namespace, pod])
  return peer.hostNetwork && both === 'yes' ? 'maybe' : both
}

/** For pods the API does not say whether a block sees their address; for addresses outside it does. */
function inBlock(block: NonNullable<PolicyPeer['ipBlock']>, peer: End): Tri {
  if (peer.ip === null) return 'maybe'
  const inside = contains(block.cidr, peer.ip) && !block.except.some((it) => contains(it, peer.ip ?? ''))
  return inside ? (peer.kind === 'pod' ? 'maybe' : 'yes') : 'no'
}

export function contains(cidr: string, ip: string): boolean {
  if (!ipaddr.isValidCIDR(cidr) || !ipaddr.isValid(ip)) return false
  const [range, bits] = ipaddr.parseCIDR(cidr)
  const address = ipaddr.process(ip)
  return range.kind() === address.kind() && address.match(range, bits)
}

/** A named port is looked up in the pod that is connected to, so the same rule may mean different numbers. */
function isPort(it: PolicyPort, { to, port, protocol }: Flow): Tri {
  if (it.protocol !== protocol) return 'no'
  if (it.port === null) return 'yes'
  if (typeof it.port === 'number') return port >= it.port && port <= (it.endPort ?? it.port) ? 'yes' : 'no'
  if (to.kind === 'address') return 'no'
  return to.ports.some(
    (declared) => declared.name === it.port && declared.protocol === protocol && declared.port === port,
  )
    ? 'yes'
    : 'no'
}

function whyMaybe(
  peer: End,
  by: readonly NetworkPolicy[],
  direction: Direction,
  labelsOf: (namespace: string) => Labels | null,
): string {
  if (
    by.some((policy) =>
      rulesOf(policy, direction).some((rule) =>
        rule.peers.some((it) => it.ipBlock !== null && inBlock(it.ipBlock, peer) === 'maybe'),
      ),
    )
  ) {
    return 'an ipBlock covers the address of a pod: whether that counts is left to the CNI'
  }
  if (peer.kind === 'pod' && peer.hostNetwork)
    return 'whether selectors match pods on the host network is left to the CNI'
  if (peer.kind === 'pod' && labelsOf(peer.namespace) === null)
    return `the labels of namespace ${peer.namespace} could not be read`
  return 'the rules leave it open'
}

function isSame(a: PodLike, b: PodLike): boolean {
  return a.namespace === b.namespace && a.name !== null && a.name === b.name
}
