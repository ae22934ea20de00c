import { editDistance } from '../closest.ts'

/** As many are compared letter by letter; of more, those alone that begin, end or are spelt much as the wanted one. */
const compared = 64

/** Neighbours on either side, in the order of the alphabet, forwards and backwards. */
const beside = 12

export interface Near {
  readonly value: string
  readonly distance: number
}

/**
 * The values that `wanted` may be a slip of. Comparing it with each of ten thousand costs ten seconds for a cluster
 * whose Services have typos; what is one letter off, or has two letters swapped, is found by leaving out a letter on
 * both sides.
 */
export function nearValues(values: readonly string[]): (wanted: string) => readonly Near[] {
  const distinct = [...new Set(values)].toSorted()
  if (distinct.length <= compared) return (wanted) => distinct.map((it) => near(wanted, it))
  const shortened = new Map<string, Set<string>>()
  for (const value of distinct) for (const it of shorter(value)) add(shortened, it, value)
  const backwards = distinct.map((it) => [reversed(it), it] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const ends = backwards.map(([it]) => it)
  return (wanted) => {
    const spelt = [...new Set(shorter(wanted).flatMap((it) => [...(shortened.get(it) ?? [])].slice(0, compared)))].map(
      (it) => near(wanted, it),
    )
    // Whatever is one letter off is among these: nothing else can be nearer.
    if (spelt.some((it) => it.distance <= 1)) return spelt
    const [first, last] = [placeOf(distinct, wanted), placeOf(ends, reversed(wanted))]
    const alike = [...around(distinct, first), ...around(backwards, last).map(([, it]) => it)]
    return [...new Map([...spelt, ...alike.map((it) => near(wanted, it))].map((it) => [it.value, it])).values()]
  }
}

/** The names that are worth comparing with a wanted one. */
export function nearNames(names: readonly string[]): (wanted: string) => readonly string[] {
  const near = nearValues(names)
  return (wanted) => near(wanted).map((it) => it.value)
}

function near(wanted: string, value: string): Near {
  return { value, distance: editDistance(wanted.toLowerCase(), value.toLowerCase()) }
}

/** The text, and the text without each of its letters. Label values have at most 63. */
function shorter(text: string): readonly string[] {
  const lower = text.slice(0, 63).toLowerCase()
  return [...new Set([lower, ...Array.from(lower, (_, at) => lower.slice(0, at) + lower.slice(at + 1))])]
}

function around<T>(its: readonly T[], at: number): readonly T[] {
  return its.slice(Math.max(0, at - beside), at + beside)
}

function placeOf(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function reversed(text: string): string {
  return [...text].toReversed().join('')
}

function add(sets: Map<string, Set<string>>, at: string, it: string): void {
  const set = sets.get(at)
  if (set === undefined) sets.set(at, new Set([it]))
  else set.add(it)
}
