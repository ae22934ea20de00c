import type { Selector } from '../../model/network-policy.ts'
import { type Labels, selects } from '../selector.ts'
import { byLabels } from '../service/service-selects-pod.ts'

interface Labelled {
  readonly namespace: string
  readonly labels: Labels
}

/**
 * What a selector selects in a namespace, as far as it is asked for: of one that leaves a single pod out, who wants to
 * know whether it selects any looks at two. By its pairs, or the values that it lists, where it has any: thousands of
 * policies over ten thousand pods are looked up, and not compared each with each.
 */
export function selectedFrom<T extends Labelled>(
  its: readonly T[],
): (namespace: string, selector: Selector) => Iterable<T> {
  const find = byLabels(its, (it) => it)
  const byNamespace = Map.groupBy(its, (it) => it.namespace)
  const places = new Map(its.map((it, index) => [it, index]))
  const candidates = (namespace: string, { matchLabels, matchExpressions }: Selector): readonly T[] => {
    if (Object.keys(matchLabels).length > 0) return find(namespace, matchLabels)
    const listed = matchExpressions.find((it) => it.operator === 'In')
    if (listed === undefined) return byNamespace.get(namespace) ?? []
    return [...new Set(listed.values)]
      .flatMap((value) => find(namespace, { [listed.key]: value }))
      .toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
  }
  return function* selected(namespace, selector) {
    for (const it of candidates(namespace, selector)) if (selects(selector, it.labels)) yield it
  }
}

/** Whether there is any at all: the first is enough. */
export function isAny(its: Iterable<unknown>): boolean {
  return its[Symbol.iterator]().next().done !== true
}
