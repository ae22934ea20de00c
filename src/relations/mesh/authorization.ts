import type { AuthorizationPolicy, AuthorizationSource, Mesh } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import { hasPairs } from '../selector.ts'
import { rootNamespace } from './mtls.ts'

/** Who calls, as the proxy of the one that is called knows it: by its certificate, where it has one. */
export interface MeshCaller {
  readonly namespace: string
  /** null: which it is, is not known. */
  readonly serviceAccount: string | null
  /** `outside`: it has no certificate, and so no namespace and no principal. */
  readonly is: 'in-mesh' | 'outside'
}

/** Those that hold at the proxy of this pod, and allow: what none of them takes is denied. */
export function allowing(mesh: Mesh, pod: Pod): readonly AuthorizationPolicy[] {
  return mesh.authorizationPolicies.filter(
    (it) =>
      it.action === 'ALLOW' &&
      it.attached !== true &&
      (it.namespace === pod.namespace || it.namespace === rootNamespace) &&
      (it.selector === null || hasPairs(it.selector, pod.labels)),
  )
}

/**
 * Whether none of these lets the caller in, whatever else their rules ask for: null where one may. Rules whose sources
 * were not kept may let in anybody.
 */
export function keepOut(policies: readonly AuthorizationPolicy[], caller: MeshCaller): boolean {
  return (
    policies.length > 0 &&
    policies.every(
      ({ from }) => from?.every((sources) => sources.length > 0 && sources.every((it) => !mayBe(it, caller))) === true,
    )
  )
}

function mayBe({ namespaces, principals, serviceAccounts = [] }: AuthorizationSource, caller: MeshCaller): boolean {
  const isNamed = namespaces.length + principals.length + serviceAccounts.length > 0
  if (caller.is === 'outside') return !isNamed
  return (
    (namespaces.length === 0 || namespaces.some((it) => takes(it, caller.namespace))) &&
    (principals.length === 0 || principals.some((it) => isPrincipal(it, caller))) &&
    (serviceAccounts.length === 0 || serviceAccounts.some((it) => isAccount(it, caller)))
  )
}

/** `*`, `shop*`, `*-prod`, or the very word (istio, pilot/pkg/security/authz/matcher). */
function takes(pattern: string, word: string): boolean {
  if (pattern === '*') return true
  if (pattern.startsWith('*')) return word.endsWith(pattern.slice(1))
  return pattern.endsWith('*') ? word.startsWith(pattern.slice(0, -1)) : pattern === word
}

/** Of these there are no patterns. */
function isAccount(account: string, { namespace, serviceAccount }: MeshCaller): boolean {
  return serviceAccount === null ? account.startsWith(`${namespace}/`) : account === `${namespace}/${serviceAccount}`
}

/** `cluster.local/ns/shop/sa/web`. Which trust domains a mesh has is not known: any is taken. */
function isPrincipal(pattern: string, { namespace, serviceAccount }: MeshCaller): boolean {
  const [, domain, home, account] = /^([^/*]+)\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(pattern) ?? []
  if (domain !== undefined) return home === namespace && (serviceAccount === null || account === serviceAccount)
  // Of a pattern with a star, what stands before it or after it is compared with what is known.
  if (pattern.startsWith('*') && serviceAccount !== null)
    return `/ns/${namespace}/sa/${serviceAccount}`.endsWith(pattern.slice(1)) || !pattern.startsWith('*/ns/')
  const [, before] = /^[^/*]+\/ns\/([^/*]+)\/[^*]*\*$/.exec(pattern) ?? []
  return before === undefined || before === namespace
}
