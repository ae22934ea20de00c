import { cannotTell, type Verdict } from '../../findings/verdict.ts'
import type { GatewayApi, ReferenceGrant } from '../../model/gateway.ts'
import type { Scope } from '../../model/sources.ts'
import type { Tri } from '../selector.ts'

export interface GrantsSeen {
  readonly grants: readonly ReferenceGrant[]
  readonly api: GatewayApi
  readonly scope: Scope
}

export interface CrossReference {
  readonly from: { readonly group: string; readonly kind: string; readonly namespace: string }
  readonly to: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string }
}

/**
 * Whether a reference into another namespace is granted there. `maybe` where grants of that namespace were not listed.
 * Each part is compared as it is spelt: a grant knows no wildcard (apis/v1beta1 referencegrant_types.go).
 */
export function isGranted({ from, to }: CrossReference, seen: GrantsSeen): Tri {
  if (from.namespace === to.namespace) return 'yes'
  const granted = seen.grants.some(
    (grant) =>
      grant.namespace === to.namespace &&
      grant.from.some((it) => it.group === from.group && it.kind === from.kind && it.namespace === from.namespace) &&
      grant.to.some((it) => it.group === to.group && it.kind === to.kind && (it.name === null || it.name === to.name)),
  )
  if (granted) return 'yes'
  return isListed('ReferenceGrant', to.namespace, seen) ? 'no' : 'maybe'
}

/** Whether objects of this kind in this namespace would be in the model. */
export function isListed(
  kind: string,
  namespace: string,
  { api, scope }: { readonly api: GatewayApi; readonly scope: Scope },
): boolean {
  if (api.notHeld?.includes(kind) === true) return false
  return !api.inScopeOnly.includes(kind) || scope.namespace === null || scope.namespace === namespace
}

/** What nobody can say of a reference where `isListed` says no. */
export function notListed(kind: string, namespace: string, { notHeld }: GatewayApi): Verdict<never> {
  return notHeld?.includes(kind) === true
    ? cannotTell('cut-off', `whether a ${kind} of namespace ${namespace} allows it: the file has none, or not all`)
    : cannotTell('forbidden', `${kind}s of namespace ${namespace} could not be listed`)
}
