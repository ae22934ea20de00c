import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { hasPairs, type Labels } from '../selector.ts'

/** The pairs that choose the Service's pods; null where nothing does: no selector, an empty one, or ExternalName. */
export function selectorOf(service: Service): Labels | null {
  if (service.type === 'ExternalName' || service.selector === null) return null
  return Object.keys(service.selector).length === 0 ? null : service.selector
}

/**
 * Finds things in a namespace by label pairs. Indexed by every single pair: a lookup reads only the shortest list
 * of those that it could read, so that thousands of Services over ten thousand pods stay quick.
 */
export function byLabels<T>(
  its: readonly T[],
  about: (it: T) => { readonly namespace: string; readonly labels: Labels },
): (namespace: string, pairs: Labels) => readonly T[] {
  const lists = new Map<string, T[]>()
  for (const it of its) {
    const { namespace, labels } = about(it)
    for (const [key, value] of Object.entries(labels)) {
      const at = pairKey(namespace, key, value)
      const list = lists.get(at)
      if (list === undefined) lists.set(at, [it])
      else list.push(it)
    }
  }
  return (namespace, pairs) => {
    let shortest: readonly T[] | null = null
    for (const [key, value] of Object.entries(pairs)) {
      const list: readonly T[] = lists.get(pairKey(namespace, key, value)) ?? []
      if (shortest === null || list.length < shortest.length) shortest = list
    }
    return (shortest ?? []).filter((it) => hasPairs(pairs, about(it).labels))
  }
}

/** Every pod that the Service's selector matches, whatever its phase; empty for a Service without a selector. */
export function podsOfServices(pods: readonly Pod[]): (service: Service) => readonly Pod[] {
  const find = byLabels(pods, (it) => it)
  return (service) => {
    const pairs = selectorOf(service)
    return pairs === null ? [] : find(service.namespace, pairs)
  }
}

/** Completed and evicted pods keep their labels, but never get traffic. */
export function isOver(pod: Pod): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed'
}

/** Counts as a backend: neither over nor on its way out. */
export function isLive(pod: Pod): boolean {
  return !isOver(pod) && !pod.deleting
}

export function isServing(pod: Pod): boolean {
  return isLive(pod) && pod.ready && pod.ip !== null
}

function pairKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`
}
