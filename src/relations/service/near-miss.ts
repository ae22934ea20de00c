import { closest } from '../../closest.ts'
import { type Near, nearValues } from '../near-value.ts'
import { type Labels, labelOf } from '../selector.ts'
import { byLabels } from './service-selects-pod.ts'
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

type Measured = NearMiss & { readonly distance: number }

/**
 * Which pair of a selector no carrier has while the rest fits. With several pairs, one that differs is near whatever
 * its value; with a single pair, the value or the key has to be close, or every pod of the namespace would be near.
 *
 * Carriers are those of one namespace. What fits all but one pair is put together once for all selectors that share the
 * rest, and by value: a namespace with ten thousand pods may have as many Services.
 */
export function nearMisses(carriers: readonly Carrier[]): (selector: Labels) => NearMiss | null {
  const find = byLabels(carriers, ({ labels }) => ({ namespace: '', labels }))
  const memo = new Map<string, Fitting>()
  const fittingOf = (rest: Labels, key: string): Fitting => {
    const at = JSON.stringify([key, Object.entries(rest).toSorted(([a], [b]) => textOrder(a, b))])
    const fitting = memo.get(at) ?? fit(Object.keys(rest).length === 0 ? carriers : find('', rest), key)
    memo.set(at, fitting)
    return fitting
  }
  return (selector) => {
    const pairs = Object.entries(selector)
    const found = pairs.flatMap(([key, wanted]) => {
      const rest = Object.fromEntries(pairs.filter(([it]) => it !== key))
      return missesOf({ key, wanted, fitting: fittingOf(rest, key), othersFit: pairs.length > 1 })
    })
    const best = found.toSorted(
      (a, b) => a.distance - b.distance || b.carriers - a.carriers || textOrder(`${a.theirs}`, `${b.theirs}`),
    )[0]
    if (best === undefined) return null
    const { distance: _, ...miss } = best
    return miss
  }
}

/** Carriers that fit all pairs but that of one key. */
interface Fitting {
  /** How many say each value under the key. */
  readonly values: ReadonlyMap<string, number>
  readonly near: (wanted: string) => readonly Near[]
  /** Those that say a value under some other key. */
  readonly elsewhere: (value: string) => readonly Carrier[]
  /** How many do not have the key. */
  readonly without: number
}

function fit(carriers: readonly Carrier[], key: string): Fitting {
  const values = new Map<string, number>()
  const elsewhere = new Map<string, Carrier[]>()
  for (const it of carriers) {
    const own = labelOf(it.labels, key)
    if (own !== undefined) values.set(own, (values.get(own) ?? 0) + 1)
    for (const value of new Set(Object.entries(it.labels).flatMap(([name, said]) => (name === key ? [] : [said])))) {
      const list = elsewhere.get(value)
      if (list === undefined) elsewhere.set(value, [it])
      else list.push(it)
    }
  }
  const without = carriers.filter(({ labels }) => labelOf(labels, key) === undefined).length
  return { values, near: nearValues([...values.keys()]), elsewhere: (value) => elsewhere.get(value) ?? [], without }
}

function missesOf({
  key,
  wanted,
  fitting,
  othersFit,
}: {
  readonly key: string
  readonly wanted: string
  readonly fitting: Fitting
  readonly othersFit: boolean
}): readonly Measured[] {
  const near = fitting.near(wanted).filter(({ value }) => value !== wanted && (othersFit || isClose(wanted, value)))
  const values = near.map(({ value, distance }): Measured => ({
    kind: 'value',
    key,
    wanted,
    theirs: value,
    carriers: fitting.values.get(value) ?? 0,
    distance,
  }))

  const other = new Map<string, number>()
  for (const { labels } of fitting.elsewhere(wanted)) {
    const own = labelOf(labels, key)
    if (own !== undefined && (own === wanted || othersFit || isClose(wanted, own))) continue
    const name = Object.keys(labels)
      .toSorted()
      .find((it) => it !== key && labels[it] === wanted && isNameLike(it, key))
    if (name !== undefined) other.set(name, (other.get(name) ?? 0) + 1)
  }
  const keys = [...other].map(([theirs, count]): Measured => ({
    kind: 'key',
    key,
    wanted,
    theirs,
    carriers: count,
    distance: 1,
  }))

  const absent = othersFit ? fitting.without - [...other.values()].reduce((sum, it) => sum + it, 0) : 0
  return [
    ...values,
    ...keys,
    ...(absent > 0
      ? [{ kind: 'absent' as const, key, wanted, theirs: null, carriers: absent, distance: wanted.length }]
      : []),
  ]
}

function isClose(wanted: string, value: string): boolean {
  return closest(wanted, [value]).length > 0
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
