import type { Selector } from '../../model/network-policy.ts'
import { type Labels, selects } from '../selector.ts'
import { byLabels } from '../service/service-selects-pod.ts'

interface Labelled {
  readonly namespace: string
  readonly labels: Labels
}

/**
 * What a selector selects in a namespace. By its pairs, where it has any: thousands of policies over ten thousand pods
 * are looked up, and not compared each with each.
 */
export function selectedFrom<T extends Labelled>(
  its: readonly T[],
): (namespace: string, selector: Selector) => readonly T[] {
  const find = byLabels(its, (it) => it)
  const byNamespace = Map.groupBy(its, (it) => it.namespace)
  return (namespace, selector) => {
    const hasPairs = Object.keys(selector.matchLabels).length > 0
    const candidates = hasPairs ? find(namespace, selector.matchLabels) : (byNamespace.get(namespace) ?? [])
    return candidates.filter((it) => selects(selector, it.labels))
  }
}
