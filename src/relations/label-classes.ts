import type { Selector } from '../model/network-policy.ts'
import { type Labels, labelOf } from './selector.ts'

/**
 * Labels as far as these selectors can tell them apart, as a text: two things of one class are selected alike by each
 * of them. Ten thousand pods with names and hashes of their own fall into as many classes as the selectors have words
 * for.
 */
export function labelClasses(selectors: readonly Selector[]): (labels: Labels) => string {
  const mentioned = new Map<string, Set<string>>()
  const mention = (key: string, values: readonly string[]): void => {
    const set = mentioned.get(key) ?? new Set()
    for (const value of values) set.add(value)
    mentioned.set(key, set)
  }
  for (const { matchLabels, matchExpressions } of selectors) {
    for (const [key, value] of Object.entries(matchLabels)) mention(key, [value])
    for (const { key, values } of matchExpressions) mention(key, values)
  }
  return (labels) => {
    const keys = Object.keys(labels).filter((it) => mentioned.has(it))
    return JSON.stringify(
      keys.toSorted().map((key) => [key, valueClass(mentioned.get(key), labelOf(labels, key) ?? '')]),
    )
  }
}

/** A value that nobody asks for by name is like any other such value. */
function valueClass(asked: ReadonlySet<string> | undefined, value: string): string | null {
  return asked?.has(value) === true ? value : null
}

/** Pairs one of which must be there for the selector to select; null where none must. */
function necessaryPairs({
  matchLabels,
  matchExpressions,
}: Selector): readonly (readonly [key: string, value: string])[] | null {
  const [pair] = Object.entries(matchLabels)
  if (pair !== undefined) return [pair]
  const one = matchExpressions.find((it) => it.operator === 'In')
  return one === undefined ? null : [...new Set(one.values)].map((value) => [one.key, value])
}

/** Things with a selector, found by labels: only those are returned that may select them, to be asked themselves. */
export function bySelector<T>(
  its: readonly T[],
  selectorOf: (it: T) => Selector | null,
): (labels: Labels) => readonly T[] {
  const always: T[] = []
  const byPair = new Map<string, T[]>()
  for (const it of its) {
    const selector = selectorOf(it)
    const pairs = selector === null ? null : necessaryPairs(selector)
    if (pairs === null) always.push(it)
    for (const [key, value] of pairs ?? []) {
      const at = `${key}\n${value}`
      const list = byPair.get(at)
      if (list === undefined) byPair.set(at, [it])
      else list.push(it)
    }
  }
  return (labels) => [
    ...always,
    ...Object.entries(labels).flatMap(([key, value]) => byPair.get(`${key}\n${value}`) ?? []),
  ]
}
