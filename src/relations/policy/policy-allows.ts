import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { byBlock } from '../cidr-index.ts'
import { labelClasses } from '../label-classes.ts'
import { once } from '../once.ts'
import { type Direction, policiesSelecting } from './policy-applies-to-pod.ts'
import type { End, Flow, PodLike } from './policy-flow.ts'
import { type RuleUnion, ruleUnion } from './policy-rule-union.ts'
import { sharedRules } from './policy-rules-shared.ts'
import type { Labels } from '../selector.ts'

export type { End, Flow, PodLike } from './policy-flow.ts'

export type Decision =
  | { readonly kind: 'allowed' }
  /** `by` isolates, and no rule of any of them lets the flow through. */
  | { readonly kind: 'denied'; readonly direction: Direction; readonly by: readonly NetworkPolicy[] }
  | {
      readonly kind: 'unknown'
      readonly direction: Direction
      readonly by: readonly NetworkPolicy[]
      readonly why: string
      /** Left to the CNI: a lookup that times out shows what it does. */
      readonly measured?: 'decides'
      /** No rule lets it through, and networks that filter such traffic drop it. */
      readonly isShut?: true
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

/** So few rules are looked through for each list of policies anew. */
const fewPolicies = 8

/** What policies decide. */
export interface PolicyRules {
  (flow: Flow): Decision
  /** Two ends of one class are treated alike, to and from any pod but themselves that has an address of its own. */
  readonly classOf: (end: PodLike) => string
}

/**
 * NetworkPolicy as networking/v1 defines it: a pod is isolated in a direction once a policy of that type selects it,
 * and then the union of the rules counts. A flow needs the egress of its source and the ingress of its target. Where
 * the API leaves the answer to the implementation (ipBlock against pods, hostNetwork, a pod to itself), it is unknown.
 */
export function policyRules(policies: readonly NetworkPolicy[], namespaces: Known<readonly Namespace[]>): PolicyRules {
  const selecting = policiesSelecting(policies)
  const selected = {
    Egress: once((own: PodLike) => selecting(own, 'Egress')),
    Ingress: once((own: PodLike) => selecting(own, 'Ingress')),
  }
  const labels = namespaces.known
    ? new Map(namespaces.value.map((it) => [it.name, it.labels]))
    : new Map<string, Labels>()
  const labelsOf = (namespace: string): Labels | null => labels.get(namespace) ?? null
  const unionsOf = (which: Direction): ((by: readonly NetworkPolicy[]) => RuleUnion) => {
    // An index for each list, until the lists together are many times the policies.
    let left = 2 * policies.length + fewPolicies
    let shared: ((by: readonly NetworkPolicy[]) => RuleUnion) | null = null
    return once((by) => {
      if (by.length <= fewPolicies || by.length <= left) {
        left -= by.length
        return ruleUnion(by, which, labelsOf)
      }
      shared ??= sharedRules(policies, which, labelsOf)
      return shared(by)
    })
  }
  const unions = { Egress: unionsOf('Egress'), Ingress: unionsOf('Ingress') }

  const direction = (flow: Flow, which: Direction): Decision => {
    const [own, peer] = which === 'Egress' ? [flow.from, flow.to] : [flow.to, flow.from]
    if (own.kind === 'address') return { kind: 'allowed' }
    const by = selected[which](own)
    if (by.length === 0) return { kind: 'allowed' }
    if (which === 'Ingress' && peer.kind === 'pod' && peer.hostNetwork && peer.node !== null && peer.node === own.node)
      return { kind: 'allowed' }

    const unknown = (why: string): Decision => ({ kind: 'unknown', direction: which, by, why })
    const union = unions[which](by)
    const through = union.lets(peer, flow)
    if (through === 'yes') return { kind: 'allowed' }
    if (own.hostNetwork) return unknown('what a policy means for a pod on the host network is left to the CNI')
    if (through === 'maybe') return unknown(whyMaybe(peer, union.isInBlock(peer), labelsOf))
    if (peer.kind === 'pod' && isSame(own, peer)) return unknown('a pod talking to itself is left to the CNI')
    return { kind: 'denied', direction: which, by }
  }

  const decide = (flow: Flow): Decision => {
    const egress = direction(flow, 'Egress')
    if (egress.kind === 'denied') return egress
    const ingress = direction(flow, 'Ingress')
    return ingress.kind === 'denied' || egress.kind === 'allowed' ? ingress : egress
  }
  return Object.assign(decide, { classOf: endClasses(policies) })
}

/**
 * By all that policies look at: the namespace, labels that they ask for, blocks that they name, declared ports, the
 * network.
 */
const endClasses = once((policies: readonly NetworkPolicy[]): ((end: PodLike) => string) => {
  const peers = policies.flatMap((it) => [...it.ingress, ...it.egress]).flatMap((it) => it.peers)
  const classOf = labelClasses([
    ...policies.map((it) => it.podSelector),
    ...peers.flatMap((it) => it.podSelector ?? []),
  ])
  const cidrs = [
    ...new Set(peers.flatMap((it) => (it.ipBlock === null ? [] : [it.ipBlock.cidr, ...it.ipBlock.except]))),
  ].map((cidr, index) => ({ cidr, index }))
  const blocksOf = byBlock(cidrs, (it) => it.cidr)
  return ({ namespace, labels, ip, hostNetwork, node, ports }) => {
    const blocks = ip === null ? null : blocksOf(ip).map((it) => it.index)
    return JSON.stringify([
      namespace,
      classOf(labels),
      blocks,
      hostNetwork ? [node] : null,
      ports.map((it) => [it.name, it.port, it.protocol]),
    ])
  }
})

/** `NetworkPolicy shop/default-deny`, or the first of several. */
export function policyNames(by: readonly NetworkPolicy[]): string {
  const first = by[0]
  if (first === undefined) return 'a NetworkPolicy'
  return `NetworkPolicy ${first.namespace}/${first.name}${by.length > 1 ? ` (and ${by.length - 1} more)` : ''}`
}

function whyMaybe(peer: End, inBlock: boolean, labelsOf: (namespace: string) => Labels | null): string {
  if (inBlock) return 'an ipBlock covers the address of a pod: whether that counts is left to the CNI'
  if (peer.kind === 'pod' && peer.hostNetwork)
    return 'whether selectors match pods on the host network is left to the CNI'
  if (peer.kind === 'pod' && labelsOf(peer.namespace) === null)
    return `the labels of namespace ${peer.namespace} could not be read`
  return 'the rules leave it open'
}

function isSame(a: PodLike, b: PodLike): boolean {
  return a.namespace === b.namespace && a.name !== null && a.name === b.name
}
