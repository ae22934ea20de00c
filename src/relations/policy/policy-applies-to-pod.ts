import type { NetworkPolicy } from '../../model/network-policy.ts'
import { type Labels, selects } from '../selector.ts'

export type Direction = 'Ingress' | 'Egress'

/**
 * The policies that select a pod in one direction. Any at all, and the pod is isolated in that direction. Policies are
 * grouped by namespace, and pods of equal labels share one answer: a namespace has far fewer label sets than pods.
 */
export function policiesOfPods(
  policies: readonly NetworkPolicy[],
): (pod: { readonly namespace: string; readonly labels: Labels }, direction: Direction) => readonly NetworkPolicy[] {
  const byNamespace = Map.groupBy(policies, (it) => it.namespace)
  const memo = new Map<string, readonly NetworkPolicy[]>()
  return ({ namespace, labels }, direction) => {
    const here = byNamespace.get(namespace)
    if (here === undefined) return []
    const at = `${namespace}\n${direction}\n${signature(labels)}`
    const before = memo.get(at)
    if (before !== undefined) return before
    const found = here
      .filter((it) => it.types.includes(direction) && selects(it.podSelector, labels))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    memo.set(at, found)
    return found
  }
}

export function signature(labels: Labels): string {
  return Object.keys(labels)
    .toSorted()
    .map((key) => `${key}=${labels[key]}`)
    .join('\n')
}
