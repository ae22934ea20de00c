// What failed is tried once more: a cluster of three nodes on two cores is sometimes late by itself. The page says which,
// with what was got the first time. More than a few at once are no accident, and are left as they are.
import type { Result } from './result.ts'

const mostAccidents = 4

export interface Tried<It> {
  readonly it: It
  readonly results: readonly Result[]
}

/** `again` is asked only while `hasTime`: a run that must end leaves a failure as it is. */
export async function secondTry<It>(tried: readonly Tried<It>[], again: (it: It) => Promise<readonly Result[]>, hasTime: (it: It) => boolean = always): Promise<readonly Tried<It>[]> {
  if (tried.filter(hasFailed).length > mostAccidents) return tried
  const results: Tried<It>[] = []
  for (const one of tried) {
    results.push(hasFailed(one) && hasTime(one.it) ? { it: one.it, results: told(await again(one.it), one.results) } : one)
  }
  return results
}

/** A group of cases, all of it again when a few failed: they build on one another. */
export async function groupTwice(cases: () => Promise<readonly Result[]>, hasTime: () => boolean = always): Promise<readonly Result[]> {
  const first = await cases()
  const missed = first.filter(failed).length
  return missed === 0 || missed > mostAccidents || !hasTime() ? first : told(await cases(), first)
}

function always(): boolean {
  return true
}

function hasFailed({ results }: Tried<unknown>): boolean {
  return results.some(failed)
}

export function failed(it: Result): boolean {
  return !it.passed && it.skipped !== true
}

function told(second: readonly Result[], first: readonly Result[]): readonly Result[] {
  return second.map((it, index) => {
    const before = first[index]
    return before === undefined || !failed(before) ? it : { ...it, got: `${it.got} (second try; the first: ${before.got})` }
  })
}
