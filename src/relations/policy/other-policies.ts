import type { Known } from '../../model/known.ts'
import type { OtherPolicy } from '../../model/network-policy.ts'

/** `CiliumNetworkPolicy shop/web`, `AdminNetworkPolicy deny-all`. */
export function otherPolicyText({ kind, namespace, name }: OtherPolicy): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`
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
