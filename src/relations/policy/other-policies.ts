import { cannotTell, ok, type Verdict } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'

/** `Calico NetworkPolicy`: of one product a kind is called as Kubernetes' own. */
export function otherKindText(kind: OtherPolicy['kind']): string {
  return kind.replace(/^(?:Calico|Antrea)/, '$& ')
}

/** `CiliumNetworkPolicy shop/web`, `AdminNetworkPolicy deny-all`. */
export function otherPolicyText({ kind, namespace, name }: OtherPolicy): string {
  return `${otherKindText(kind)} ${namespace === null ? '' : `${namespace}/`}${name}`
}

/**
 * Policies of other kinds that may decide about an end in one of these namespaces. What they say is not evaluated:
 * where there are any, NetworkPolicies alone prove nothing. None where they could not be read: nothing is seen of them.
 */
export function othersOn(
  others: Known<readonly OtherPolicy[]>,
  namespaces: readonly (string | null)[],
): readonly OtherPolicy[] {
  return others.known ? others.value.filter((it) => it.namespace === null || namespaces.includes(it.namespace)) : []
}

/**
 * The one way in which a check calls well what NetworkPolicies let through: a policy of another kind may drop it all
 * the same (a deny of Cilium, Calico, Antrea or of an admin), and none of them is evaluated. So nothing is well while
 * one of them may decide about an end in `namespaces`, nor while it was not read whether there are any. Whoever saw a
 * connection open says `ok` itself.
 */
export function okBesideOthers(
  others: Known<readonly OtherPolicy[]>,
  namespaces: readonly (string | null)[],
  examined: number,
  note: string | null = null,
): Verdict<never> {
  if (!others.known) return cannotTell(others.why.reason, `${letThrough}; ${unread}: ${others.why.detail}`)
  const [other] = othersOn(others, namespaces)
  return other === undefined
    ? ok(examined, note)
    : cannotTell('ambiguous', `${otherPolicyText(other)} decides as well, and is not evaluated`)
}

/** Each check judges ways of one kind alone: of others this says nothing. */
const letThrough = 'NetworkPolicies let through the ways that were judged here'
const unread = 'whether policies of other kinds are there was not read'
