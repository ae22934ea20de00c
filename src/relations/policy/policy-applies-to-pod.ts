import type { NetworkPolicy } from '../../model/network-policy.ts'
import { bySelector, labelClasses } from '../label-classes.ts'
import { once, put } from '../once.ts'
import { type Labels, selects } from '../selector.ts'

export type Direction = 'Ingress' | 'Egress'

/**
 * The policies that select a pod in one direction. Any at all, and the pod is isolated in that direction. Pods of one
 * class share one answer, and where the same policies select them, one and the same list.
 */
export function policiesOfPods(
  policies: readonly NetworkPolicy[],
): (pod: { readonly namespace: string; readonly labels: Labels }, direction: Direction) => readonly NetworkPolicy[] {
  // In order from the start: to sort each pod's thousand policies by name is a thousand times as much.
  const sorted = policies.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  const numbers = new Map(sorted.map((it, index) => [it, index]))
  const byNamespace = Map.groupBy(sorted, (it) => it.namespace)
  const indices = new Map<
    string,
    { readonly classOf: (labels: Labels) => string; readonly find: (labels: Labels) => readonly NetworkPolicy[] }
  >()
  const memo = new Map<string, readonly NetworkPolicy[]>()
  const lists = new Map<string, readonly NetworkPolicy[]>()
  return ({ namespace, labels }, direction) => {
    const here = byNamespace.get(namespace)
    if (here === undefined) return []
    const index = put(indices, namespace, () => ({
      classOf: labelClasses(here.map((it) => it.podSelector)),
      find: bySelector(here, (it) => it.podSelector),
    }))
    return put(memo, `${namespace}\n${direction}\n${index.classOf(labels)}`, () => {
      const found = index
        .find(labels)
        .filter((it) => it.types.includes(direction) && selects(it.podSelector, labels))
        .map((it) => ({ it, number: numbers.get(it) ?? 0 }))
        .toSorted((a, b) => a.number - b.number)
      return put(lists, `${direction} ${found.map(({ number }) => number).join(' ')}`, () => found.map(({ it }) => it))
    })
  }
}

/** The same for all who ask about one list of policies: its index, and the lists that it found, are made once. */
export const policiesSelecting = once(policiesOfPods)
