import type { Ingress } from '../../model/ingress.ts'
import { put } from '../once.ts'

/** Of Ingresses with one host, those that were made at this time or later: the first of the list, as it stands. */
interface Since {
  readonly created: number
  readonly first: readonly number[]
}

/** So many are named that share a host with an older one. */
export const mostShared = 20

/**
 * The Ingresses of the same class with one of some hosts that are younger than an Ingress: the first of them, in the
 * order of the list. A host is looked up, and an age found by halves: thousands of Ingresses may share one host.
 */
export function youngerIngresses(
  all: readonly Ingress[],
): (than: Ingress, hosts: readonly string[]) => readonly Ingress[] {
  const found = new Map<string | null, Map<string, readonly Since[]>>()
  for (const [className, its] of byClassAndHost(all))
    found.set(className, new Map([...its].map(([host, at]) => [host, sinces(all, at)])))
  return ({ className, created }, hosts) => {
    if (created === undefined) return []
    const own = found.get(className)
    const at = [...new Set(hosts.map((it) => it.toLowerCase()))].flatMap((it) => after(own?.get(it) ?? [], created))
    return [...new Set(at)]
      .sort((a, b) => a - b)
      .slice(0, mostShared)
      .flatMap((it) => all[it] ?? [])
  }
}

/** Where they stand in the list. */
function byClassAndHost(all: readonly Ingress[]): ReadonlyMap<string | null, ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string | null, Map<string, number[]>>()
  for (const [at, { className, created, rules }] of all.entries()) {
    if (created === undefined) continue
    const its = put(found, className, () => new Map<string, number[]>())
    const hosts = new Set(rules.flatMap(({ host }) => (host === null ? [] : [host.toLowerCase()])))
    for (const host of hosts) put(its, host, () => []).push(at)
  }
  return found
}

/** The youngest first; each knows the first of the list among those that are as young. */
function sinces(all: readonly Ingress[], at: readonly number[]): readonly Since[] {
  const groups = Map.groupBy(at, (it) => all[it]?.created ?? 0)
  const found: Since[] = []
  let first: readonly number[] = []
  for (const [created, its] of [...groups].sort(([a], [b]) => b - a)) {
    first = [...first, ...its.slice(0, mostShared)].sort((a, b) => a - b).slice(0, mostShared)
    found.push({ created, first })
  }
  return found
}

/** Of those that are younger than this. */
function after(its: readonly Since[], created: number): readonly number[] {
  let [from, to] = [0, its.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((its[middle]?.created ?? 0) > created) from = middle + 1
    else to = middle
  }
  return its[from - 1]?.first ?? []
}
