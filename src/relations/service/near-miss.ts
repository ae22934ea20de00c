import { closest, editDistance } from '../../closest.ts'
import type { Labels } from '../selector.ts'
import { textOrder } from '../../model/text-order.ts'

export interface Carrier {
  /** `pods` or a workload: who carries the labels. */
  readonly labels: Labels
}

/** The one label by which a selector misses what it was most likely meant for. */
export type NearMiss =
  /** The carriers say another value under the same key. */
  | {
      readonly kind: 'value'
      readonly key: string
      readonly wanted: string
      readonly theirs: string
      readonly carriers: number
    }
  /** The carriers say the same value under another key: `app` against `app.kubernetes.io/name`. */
  | {
      readonly kind: 'key'
      readonly key: string
      readonly wanted: string
      readonly theirs: string
      readonly carriers: number
    }
  /** All other pairs match, and this key is not there at all. */
  | {
      readonly kind: 'absent'
      readonly key: string
      readonly wanted: string
      readonly theirs: null
      readonly carriers: number
    }

/**
 * Which pair of `selector` no carrier has while the rest fits. With several pairs, one that differs is near whatever
 * its value; with a single pair, the value or the key has to be close, or every pod of the namespace would be near.
 */
export function nearMiss(selector: Labels, carriers: readonly Carrier[]): NearMiss | null {
  const pairs = Object.entries(selector)
  const found = new Map<string, NearMiss & { distance: number }>()
  for (const { labels } of carriers) {
    const missing = pairs.filter(([key, value]) => labels[key] !== value)
    const only = missing[0]
    if (missing.length !== 1 || only === undefined) continue
    const miss = explain(only[0], only[1], labels, pairs.length > 1)
    if (miss === null) continue
    const at = `${miss.kind}\n${miss.key}\n${miss.theirs}`
    const before = found.get(at)
    found.set(at, { ...miss, carriers: (before?.carriers ?? 0) + 1 })
  }
  const best = [...found.values()].toSorted(
    (a, b) => a.distance - b.distance || b.carriers - a.carriers || textOrder(`${a.theirs}`, `${b.theirs}`),
  )[0]
  if (best === undefined) return null
  const { distance: _, ...miss } = best
  return miss
}

function explain(
  key: string,
  wanted: string,
  labels: Labels,
  othersFit: boolean,
): (NearMiss & { distance: number }) | null {
  const theirs = labels[key]
  if (theirs !== undefined && (othersFit || closest(wanted, [theirs]).length > 0)) {
    return {
      kind: 'value',
      key,
      wanted,
      theirs,
      carriers: 0,
      distance: editDistance(wanted.toLowerCase(), theirs.toLowerCase()),
    }
  }
  const otherKey = Object.keys(labels)
    .toSorted()
    .find((it) => labels[it] === wanted && isNameLike(it, key))
  if (otherKey !== undefined) return { kind: 'key', key, wanted, theirs: otherKey, carriers: 0, distance: 1 }
  if (theirs === undefined && othersFit)
    return { kind: 'absent', key, wanted, theirs: null, carriers: 0, distance: wanted.length }
  return null
}

const nameKeys: ReadonlySet<string> = new Set([
  'app',
  'name',
  'k8s-app',
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'component',
  'app.kubernetes.io/component',
  'run',
  'service',
])

/** Two keys that people use for the same thing, or one that is a slip of the other. */
function isNameLike(a: string, b: string): boolean {
  return (nameKeys.has(a) && nameKeys.has(b)) || closest(b, [a]).length > 0
}
