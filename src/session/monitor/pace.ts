import { type Timed, type Way, wayKey } from '../../answers/monitor/tally.ts'

/** Between the last answer that came by itself and the first repeat of a resolver (musl's, after 2.5 s). */
const slowMs = 2495

/** Of the last so many lookups of a way: one that was lost is no news, three of sixty are. */
const remembered = 60
const leastLookups = 20
const slowShare = 0.05

/** Whether lookups of some way wait for their repeats lately. */
export interface Pace {
  readonly note: (way: Way, lookup: Pick<Timed, 'ms'>) => void
  /** Ways that are gone are forgotten. */
  readonly keep: (ways: readonly Way[]) => void
  readonly isSlow: () => boolean
}

export function newPace(): Pace {
  const lately = new Map<string, boolean[]>()
  return {
    note(way, { ms }) {
      const its = lately.get(wayKey(way))
      if (its === undefined) return
      its.push(ms >= slowMs)
      if (its.length > remembered) its.shift()
    },
    keep(ways) {
      const keys = new Set(ways.map(wayKey))
      for (const key of lately.keys()) if (!keys.has(key)) lately.delete(key)
      for (const key of keys) if (!lately.has(key)) lately.set(key, [])
    },
    isSlow: () =>
      [...lately.values()].some(
        (its) => its.length >= leastLookups && its.filter(Boolean).length >= slowShare * its.length,
      ),
  }
}
