import type { Held } from '../kube/cluster.ts'
import { clusterRoleBindings, clusterRoles } from '../kube/resources.ts'
import type { Reader } from './few-at-once.ts'
import { type Fields, fields, list, text, texts } from './project/json.ts'

/** What the ClusterRoles of a service account do not give, and the roles that are bound to it. */
export interface LackingRights {
  readonly roles: readonly string[]
  readonly lacks: readonly string[]
}

/**
 * Whether a service account may list and watch resources of every namespace; null where that is not known. Of a file
 * alone, and only where it holds all ClusterRoles and all bindings of them: hopscope asks no cluster for its rights.
 */
export async function lackingRights(
  reader: Reader,
  held: Held | undefined,
  { namespace, account }: { readonly namespace: string; readonly account: string },
  needed: readonly (readonly [group: string, resource: string])[],
): Promise<LackingRights | null> {
  const isHeld = [clusterRoles, clusterRoleBindings].every((it) => held?.isWhole(it, null) === true)
  if (!isHeld) return null
  const [roles, bindings] = await Promise.all([
    reader.list(clusterRoles, {}, (raw) => ({ name: raw.metadata.name, rules: list(raw['rules']).map(fields) })),
    reader.list(clusterRoleBindings, {}, (raw) => bindingOf(raw)),
  ])
  if (!roles.known || !bindings.known) return null
  const isTheirs = (it: Fields): boolean =>
    (it['kind'] === 'ServiceAccount' && it['name'] === account && it['namespace'] === namespace) ||
    (it['kind'] === 'User' && it['name'] === `system:serviceaccount:${namespace}:${account}`) ||
    (it['kind'] === 'Group' && isGroupOf(text(it['name']) ?? '', namespace))
  const names = bindings.value.flatMap((it) => (it.subjects.some(isTheirs) ? [it.role] : []))
  // A part of the list, such as what one chart brings, does not say that nothing is bound: each API server makes
  // cluster-admin anew when it starts (bootstrappolicy/policy.go). An account of this name elsewhere says what was
  // meant.
  const isList = roles.value.some((it) => it.name === 'cluster-admin')
  const isMeant = bindings.value.some((it) => it.subjects.some((one) => one['name'] === account))
  if (names.length === 0 && !isList && !isMeant) return null
  // A role that is bound and not there gives nothing.
  const rules = roles.value.filter((it) => names.includes(it.name)).flatMap((it) => it.rules)
  const lacks = needed.filter((it) => !['list', 'watch'].every((verb) => allows(rules, it, verb)))
  return { roles: names, lacks: lacks.map(([, resource]) => resource) }
}

function bindingOf(raw: Fields): { readonly role: string; readonly subjects: readonly Fields[] } {
  const ref = fields(raw['roleRef'])
  return {
    role: ref['kind'] === 'ClusterRole' ? (text(ref['name']) ?? '') : '',
    subjects: list(raw['subjects']).map(fields),
  }
}

function isGroupOf(name: string, namespace: string): boolean {
  return ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`].includes(name)
}

function allows(rules: readonly Fields[], [group, resource]: readonly [string, string], verb: string): boolean {
  const has = (rule: Fields, field: string, wanted: string): boolean =>
    texts(rule[field]).some((it) => it === wanted || it === '*')
  return rules.some(
    (it) =>
      has(it, 'apiGroups', group) &&
      has(it, 'resources', resource) &&
      has(it, 'verbs', verb) &&
      texts(it['resourceNames']).length === 0,
  )
}
