import type { NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../../model/network-policy.ts'
import { byBlock, isExcepted } from '../cidr-index.ts'
import { bySelector } from '../label-classes.ts'
import { once, put } from '../once.ts'
import type { End, Flow, PodLike } from './policy-flow.ts'
import type { Direction } from './policy-applies-to-pod.ts'
import { allOf, anyOf, type Labels, selects, selectsNamespace, type Tri } from '../selector.ts'

export function rulesOf(policy: NetworkPolicy, direction: Direction): readonly PolicyRule[] {
  return direction === 'Egress' ? policy.egress : policy.ingress
}

/** The rules of all policies that isolate a pod in one direction: they add up. */
export interface RuleUnion {
  readonly lets: (peer: End, flow: Flow) => Tri
  /** Whether the answer hangs on a block that covers the address of a pod. */
  readonly isInBlock: (peer: End) => boolean
}

/** One peer of one rule, with the namespace that it is meant for where it names none. */
interface Entry {
  readonly peer: PolicyPeer
  readonly home: string
}

/**
 * Thousands of policies, each with dozens of rules, are looked through once for each port; then a peer is looked for by
 * what it has: labels, or an address.
 */
export function ruleUnion(
  by: readonly NetworkPolicy[],
  direction: Direction,
  labelsOf: (namespace: string) => Labels | null,
): RuleUnion {
  const rules = by.flatMap((policy) => rulesOf(policy, direction).map((rule) => ({ rule, home: policy.namespace })))
  const perPort = new Map<string, { readonly peers: Peers; readonly answers: Map<string, Tri> }>()
  let all: Peers | null = null
  return {
    lets: (peer, flow) => {
      const { peers, answers } = put(perPort, portKey(flow), () => ({
        peers: peersOf(
          rules.filter(({ rule }) => rule.ports.length === 0 || rule.ports.some((it) => isPort(it, flow))),
        ),
        answers: new Map<string, Tri>(),
      }))
      return put(answers, peerKey(peer), () => peers.lets(peer, labelsOf))
    },
    isInBlock: (peer) => {
      all ??= peersOf(rules)
      return all.inBlocks(peer) === 'maybe'
    },
  }
}

/** All that `isPort` looks at. One text for each end and port, since a million flows have a thousand ends. */
export function portKey({ to, port, protocol }: Flow): string {
  return put(portKeys(to), `${protocol} ${port}`, () =>
    JSON.stringify([protocol, port, to.kind === 'address' ? [] : namesOf(to, port, protocol)]),
  )
}

const portKeys = once((_end: End) => new Map<string, string>())

function namesOf({ ports }: PodLike, port: number, protocol: Flow['protocol']): readonly (string | null)[] {
  return [
    ...new Set(ports.filter((it) => it.protocol === protocol && it.port === port).map((it) => it.name)),
  ].toSorted()
}

/** All that `Peers` look at. */
export const peerKey = once((peer: End): string =>
  peer.kind === 'address'
    ? peer.ip
    : JSON.stringify([peer.namespace, peer.ip, peer.hostNetwork, Object.entries(peer.labels)]),
)

interface Peers {
  readonly lets: (peer: End, labelsOf: (namespace: string) => Labels | null) => Tri
  readonly inBlocks: (peer: End) => Tri
}

function peersOf(rules: readonly { readonly rule: PolicyRule; readonly home: string }[]): Peers {
  const letsAll = rules.some(({ rule }) => rule.peers.length === 0)
  const entries = rules.flatMap(({ rule, home }) => rule.peers.map((peer): Entry => ({ peer, home })))
  const selectors = bySelector(
    entries.filter(({ peer }) => peer.ipBlock === null),
    ({ peer }) => peer.podSelector,
  )
  const blocks = entries.flatMap(({ peer }) => peer.ipBlock ?? [])
  const covering = byBlock(blocks, (it) => it.cidr)

  /** For pods the API does not say whether a block sees their address; for addresses outside it does. */
  const inBlocks = (peer: End): Tri => {
    const { ip } = peer
    if (ip === null) return blocks.length > 0 ? 'maybe' : 'no'
    if (!covering(ip).some((it) => !isExcepted(it, ip))) return 'no'
    return peer.kind === 'pod' ? 'maybe' : 'yes'
  }
  const lets = (peer: End, labelsOf: (namespace: string) => Labels | null): Tri => {
    if (letsAll) return 'yes'
    const selected = peer.kind === 'address' ? [] : selectors(peer.labels).map((it) => isSelected(it, peer, labelsOf))
    return anyOf([inBlocks(peer), ...selected])
  }
  return { lets, inBlocks }
}

export function isSelected(
  { peer: it, home }: Entry,
  peer: PodLike,
  labelsOf: (namespace: string) => Labels | null,
): Tri {
  const own = peer.namespace === home ? 'yes' : 'no'
  const namespace =
    it.namespaceSelector === null
      ? own
      : selectsNamespace(it.namespaceSelector, peer.namespace, labelsOf(peer.namespace))
  const pod = it.podSelector === null || selects(it.podSelector, peer.labels) ? 'yes' : 'no'
  const both = allOf([namespace, pod])
  return peer.hostNetwork && both === 'yes' ? 'maybe' : both
}

/** A named port is looked up in the pod that is connected to, so the same rule may mean different numbers. */
export function isPort(it: PolicyPort, { to, port, protocol }: Flow): boolean {
  if (it.protocol !== protocol) return false
  if (it.port === null) return true
  if (typeof it.port === 'number') return port >= it.port && port <= (it.endPort ?? it.port)
  return to.kind === 'pod' && namesOf(to, port, protocol).includes(it.port)
}
