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
  const sorted = policies
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map((policy, place): Placed => ({ policy, place }))
  const byNamespace = Map.groupBy(sorted, (it) => it.policy.namespace)
  const indices = new Map<
    string,
    { readonly classOf: (labels: Labels) => string; readonly find: (labels: Labels) => readonly Placed[] }
  >()
  const memo = new Map<string, Readonly<Record<Direction, readonly NetworkPolicy[]>>>()
  const shared = sharedLists()
  return ({ namespace, labels }, direction) => {
    const here = byNamespace.get(namespace)
    if (here === undefined) return []
    const index = put(indices, namespace, () => ({
      classOf: labelClasses(here.map((it) => it.policy.podSelector)),
      find: bySelector(here, (it) => it.policy.podSelector),
    }))
    return put(memo, `${namespace}\n${index.classOf(labels)}`, () => {
      const found = index
        .find(labels)
        .filter((it) => selects(it.policy.podSelector, labels))
        .sort((a, b) => a.place - b.place)
      const of = (which: Direction): readonly NetworkPolicy[] =>
        shared(found.filter((it) => it.policy.types.includes(which)))
      return { Egress: of('Egress'), Ingress: of('Ingress') }
    })[direction]
  }
}

/** A policy, and its place among all of them by name. */
interface Placed {
  readonly policy: NetworkPolicy
  readonly place: number
}

/** One and the same list for all that hold the same. Told apart by a number first: a thousand of them are as long. */
function sharedLists(): (list: readonly Placed[]) => readonly NetworkPolicy[] {
  const lists = new Map<number, (readonly NetworkPolicy[])[]>()
  return (list) => {
    let sum = list.length
    for (const it of list) sum = (Math.imul(sum, 31) + it.place) | 0
    const alike = put(lists, sum, () => [])
    const before = alike.find(
      (it) => it.length === list.length && it.every((one, index) => one === list[index]?.policy),
    )
    if (before !== undefined) return before
    const made = list.map((it) => it.policy)
    alike.push(made)
    return made
  }
}

/** The same for all who ask about one list of policies: its index, and the lists that it found, are made once. */
export const policiesSelecting = once(policiesOfPods)
