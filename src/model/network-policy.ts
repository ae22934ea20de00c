import type { Protocol } from './pod.ts'

export interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>
  readonly matchExpressions: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values: readonly string[]
  }[]
}

export interface PolicyPeer {
  readonly podSelector: Selector | null
  readonly namespaceSelector: Selector | null
  readonly ipBlock: { readonly cidr: string; readonly except: readonly string[] } | null
}

export interface PolicyPort {
  readonly protocol: Protocol
  /** null = every port. */
  readonly port: number | string | null
  readonly endPort: number | null
}

/** `peers` or `ports` empty = all of them, as in the API (networking/v1 types.go). */
export interface PolicyRule {
  readonly peers: readonly PolicyPeer[]
  readonly ports: readonly PolicyPort[]
}

export interface NetworkPolicy {
  readonly namespace: string
  readonly name: string
  readonly podSelector: Selector
  readonly types: readonly ('Ingress' | 'Egress')[]
  readonly ingress: readonly PolicyRule[]
  readonly egress: readonly PolicyRule[]
}

/** A policy of another kind, which decides as well, before or after NetworkPolicies: known by its name alone. */
export interface OtherPolicy {
  readonly kind: OtherPolicyKind
  /** null: it is the cluster's. */
  readonly namespace: string | null
  readonly name: string
  /** Of Calico and Cilium, as far as it is read. Absent of others, and in old recordings. */
  readonly says?: OtherPolicyWords
  /** Of the network-policy API, and of Cilium where it denies something. Absent of others, and in old recordings. */
  readonly tier?: TierRules
}

/** Rules that are gone through one after the other, before NetworkPolicies or where none of these chooses the pod. */
export interface TierRules {
  readonly tier: 'admin' | 'baseline'
  /** The smaller is asked first, within a tier. What Cilium denies is before all that allows: -1. */
  readonly priority: number
  /** Pods that it is for; null where that can't be told. */
  readonly subject: TierPeer | null
  readonly rules: readonly TierRule[]
}

export interface TierPeer {
  readonly namespaces: Selector
  readonly pods: Selector
}

export interface TierRule {
  readonly direction: Direction
  readonly action: 'Allow' | 'Deny' | 'Pass'
  readonly name: string | null
  readonly peers: readonly TierPeer[]
  readonly networks: readonly string[]
  /** For whom else: `outside`, what is no pod of a network of its own (nodes, domains); `maybe`, that can't be told. */
  readonly others: 'none' | 'outside' | 'maybe'
  /** Empty = every port. */
  readonly ports: readonly PolicyPort[]
}

type Direction = 'Ingress' | 'Egress'

export interface OtherPolicyWords {
  /** Directions in which it decides. */
  readonly types: readonly Direction[]
  /** Directions in which a rule of it may let something through. */
  readonly allows: readonly Direction[]
  /** Labels that its pods must have, none for all of them; null where it chooses them in another way. */
  readonly selects: Readonly<Record<string, string>> | null
  /** Of Cilium: hosts are named by their names, and names are watched as they are looked up. */
  readonly fqdns: 'none' | 'named'
  readonly lookups: 'unwatched' | 'watched'
  /** Of Cilium, whom its rules let through. Absent of others, and in old recordings. */
  readonly peers?: readonly OtherPeer[]
}

export interface OtherPeer {
  readonly direction: Direction
  /** Labels that pods must have, their namespace among them; null where it means them in another way. */
  readonly labels: Readonly<Record<string, string>> | null
}

export const otherPolicyKinds = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoGlobalNetworkPolicy',
  'AntreaNetworkPolicy',
  'AntreaClusterNetworkPolicy',
] as const

export type OtherPolicyKind = (typeof otherPolicyKinds)[number]

export interface Namespace {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Set once it is being deleted: what keeps it, in the words of its conditions; none where it is on its way. */
  readonly deleting?: readonly string[]
}
