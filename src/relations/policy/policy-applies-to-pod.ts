import type { NetworkPolicy } from '../../model/network-policy.ts'
import { bySelector, labelClasses } from '../label-classes.ts'
import { put } from '../once.ts'
import { type Labels, selects } from '../selector.ts'

export type Direction = 'Ingress' | 'Egress'

/**
 * The policies that select a pod in one direction. Any at all, and the pod is isolated in that direction. Pods of one
 * class share one answer, and where the same policies select them, one and the same list.
 */
export function policiesOfPods(
  policies: readonly NetworkPolicy[],
): (pod: { readonly namespace: string; readonly labels: Labels }, direction: Direction) => readonly NetworkPolicy[] {
  const numbers = new Map(policies.map((it, index) => [it, index]))
  const byNamespace = Map.groupBy(policies, (it) => it.namespace)
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
      const found = index.find(labels).filter((it) => it.types.includes(direction) && selects(it.podSelector, labels))
      const sorted = found.toSorted(
        (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)) || (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0),
      )
      return put(lists, `${direction} ${sorted.map((it) => numbers.get(it)).join(' ')}`, () => sorted)
    })
  }
}
