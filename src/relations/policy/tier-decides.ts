import type { Known } from '../../model/known.ts'
import type {
  Namespace,
  NetworkPolicy,
  OtherPolicy,
  TierPeer,
  TierRule,
  TierRules,
} from '../../model/network-policy.ts'
import { contains } from '../cidr-index.ts'
import { allOf, anyOf, type Labels, selects, selectsNamespace, type Tri } from '../selector.ts'
import { type Direction, policiesSelecting } from './policy-applies-to-pod.ts'
import type { End, Flow } from './policy-flow.ts'
import { isPort } from './policy-rule-union.ts'

type Tiered = OtherPolicy & { readonly tier: TierRules }

export type TierDecision =
  /** No rule of a tier fits; NetworkPolicies decide, or nobody. */
  | { readonly kind: 'none' }
  /** Before NetworkPolicies were asked, or where none chooses the pod. */
  | { readonly kind: 'allowed'; readonly direction: Direction; readonly by: OtherPolicy }
  | { readonly kind: 'denied'; readonly direction: Direction; readonly by: OtherPolicy; readonly rule: TierRule }
  | { readonly kind: 'unknown'; readonly by: OtherPolicy }

/** Policies all of whose rules are evaluated here. What Cilium allows is not: only what it denies. */
export function isEvaluated({ kind, tier }: OtherPolicy): boolean {
  return tier !== undefined && !kind.startsWith('Cilium')
}

/**
 * What the tiers around NetworkPolicies decide: the admin's, by priority and in the order of rules, before them; the
 * baseline's where no NetworkPolicy chooses the pod in that direction. The first rule that fits ends it, `Pass` leaves
 * it to NetworkPolicies. What Cilium denies is denied whatever else allows it (network-policy-api, "Priority and
 * Precedence"; Cilium, "Deny Policies"). A denial of either direction is one; on the host's network nobody is chosen.
 */
export function tierDecisions(
  others: readonly OtherPolicy[],
  /** null where they were not read: whether one chooses the pod, and the baseline is not asked, is not known then. */
  policies: readonly NetworkPolicy[] | null,
  namespaces: Known<readonly Namespace[]>,
): (flow: Flow) => TierDecision {
  const tiered = others
    .filter((it): it is Tiered => it.tier !== undefined)
    .toSorted((a, b) => a.tier.priority - b.tier.priority)
  const of = (tier: TierRules['tier']): readonly Tiered[] => tiered.filter((it) => it.tier.tier === tier)
  const [admin, baseline] = [of('admin'), of('baseline')]
  const selecting = policiesSelecting(policies ?? [])
  const labels = new Map((namespaces.known ? namespaces.value : []).map((it) => [it.name, it.labels]))
  const labelsOf = (namespace: string): Labels | null => labels.get(namespace) ?? null

  const direction = (flow: Flow, which: Direction): TierDecision => {
    const own = which === 'Egress' ? flow.from : flow.to
    if (own.kind === 'address' || own.hostNetwork) return none
    const first = firstOf(admin, flow, { which, labelsOf })
    if (first !== 'pass' && first !== null) return first
    if (selecting(own, which).length > 0) return none
    const last = skipPass(firstOf(baseline, flow, { which, labelsOf })) ?? none
    return policies === null && last.kind !== 'none' ? { kind: 'unknown', by: last.by } : last
  }
  return (flow) => {
    if (tiered.length === 0) return none
    const both = [direction(flow, 'Egress'), direction(flow, 'Ingress')]
    return (
      both.find((it) => it.kind === 'denied') ??
      both.find((it) => it.kind === 'unknown') ??
      both.find((it) => it.kind === 'allowed') ??
      none
    )
  }
}

const none = { kind: 'none' } as const

interface Asked {
  readonly which: Direction
  readonly labelsOf: (namespace: string) => Labels | null
}

function skipPass(it: TierDecision | 'pass' | null): TierDecision | null {
  return it === 'pass' ? null : it
}

/** `its` by priority. Which of two with one priority is asked first is left to the implementation. */
function firstOf(its: readonly Tiered[], flow: Flow, asked: Asked): TierDecision | 'pass' | null {
  for (const same of Map.groupBy(its, (it) => it.tier.priority).values()) {
    const said = same.flatMap((policy) => {
      const found = within(policy, flow, asked)
      return found === null ? [] : [{ policy, found }]
    })
    const [first] = said
    if (first === undefined) continue
    const denied = said.find(({ found }) => kindOf(found) === 'denied')
    if (denied !== undefined && denied.policy.tier.priority === ofDenials) return denied.found
    return new Set(said.map(({ found }) => kindOf(found))).size === 1
      ? first.found
      : { kind: 'unknown', by: first.policy }
  }
  return null
}

/** Of Cilium: none of these allows anything, and one is enough. */
const ofDenials = -1

function kindOf(it: TierDecision | 'pass'): string {
  return it === 'pass' ? it : it.kind
}

/** What this policy says of the flow; null where none of its rules fits. */
function within(policy: Tiered, flow: Flow, { which, labelsOf }: Asked): TierDecision | 'pass' | null {
  const [own, peer] = which === 'Egress' ? [flow.from, flow.to] : [flow.to, flow.from]
  const { subject, rules } = policy.tier
  if (policy.namespace !== null && (own.kind !== 'pod' || own.namespace !== policy.namespace)) return null
  const isSubject = subject === null ? 'maybe' : isAmong(subject, own, labelsOf)
  if (isSubject === 'no') return null
  for (const rule of rules) {
    if (rule.direction !== which) continue
    const fits = allOf([isSubject, fitsRule(rule, peer, flow, labelsOf)])
    if (fits === 'no') continue
    if (fits === 'maybe') return { kind: 'unknown', by: policy }
    if (rule.action === 'Pass') return 'pass'
    return rule.action === 'Deny'
      ? { kind: 'denied', direction: which, by: policy, rule }
      : { kind: 'allowed', direction: which, by: policy }
  }
  return null
}

function fitsRule(rule: TierRule, peer: End, flow: Flow, labelsOf: Asked['labelsOf']): Tri {
  const isPod = peer.kind === 'pod' && !peer.hostNetwork
  const ip = peer.ip
  const inNetwork = ip === null ? rule.networks.length > 0 : rule.networks.some((it) => contains(it, ip))
  const network: Tri = ip === null && inNetwork ? 'maybe' : yesIf(inNetwork)
  const others: Tri = yesIf(rule.others === 'maybe' || (rule.others === 'outside' && !isPod)) === 'yes' ? 'maybe' : 'no'
  const whom = anyOf([...rule.peers.map((it) => isAmong(it, peer, labelsOf)), network, others])
  return allOf([whom, yesIf(rule.ports.length === 0 || rule.ports.some((it) => isPort(it, flow)))])
}

/** Pods on the host's network are none of these peers (network-policy-api, "Namespaces", "Pods"). */
function isAmong({ namespaces, pods }: TierPeer, end: End, labelsOf: Asked['labelsOf']): Tri {
  if (end.kind === 'address' || end.hostNetwork) return 'no'
  return allOf([yesIf(selects(pods, end.labels)), selectsNamespace(namespaces, end.namespace, labelsOf(end.namespace))])
}

function yesIf(it: boolean): Tri {
  return it ? 'yes' : 'no'
}
