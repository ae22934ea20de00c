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
  return !api.inScopeOnly.includes(kind) || scope.namespace === null || scope.namespace === namespace
}
