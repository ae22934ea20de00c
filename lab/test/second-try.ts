// What failed is tried once more: a cluster of three nodes on two cores is sometimes late by itself. The page says
// which, with what was got the first time. More than a few at once are no accident, and are left as they are.
import type { Result } from './result.ts'

const mostAccidents = 4

/** Of many cases a tenth may be late; a change that breaks something breaks more than that, or the same again. */
function accidentsOf(count: number): number {
  return Math.max(mostAccidents, Math.floor(count / 10))
}

export interface Tried<It> {
  readonly it: It
  readonly results: readonly Result[]
}

export interface Again<It> {
  readonly again: (it: It) => Promise<readonly Result[]>
  /** A run that must end leaves a failure as it is. */
  readonly hasTime?: (it: It) => boolean
  /** How many were tried, when `tried` is not all of them. */
  readonly of?: number
}

export async function secondTry<It>(
  tried: readonly Tried<It>[],
  { again, hasTime = always, of = tried.length }: Again<It>,
): Promise<readonly Tried<It>[]> {
  if (tried.filter(hasFailed).length > accidentsOf(of)) return tried
  const results: Tried<It>[] = []
  for (const one of tried) {
    results.push(
      hasFailed(one) && hasTime(one.it) ? { it: one.it, results: told(await again(one.it), one.results) } : one,
    )
  }
  return results
}

/** A group of cases, all of it again when a few failed: they build on one another. */
export async function groupTwice(
  cases: () => Promise<readonly Result[]>,
  hasTime: () => boolean = always,
): Promise<readonly Result[]> {
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
    return before === undefined || !failed(before)
      ? it
      : { ...it, got: `${it.got} (second try; the first: ${before.got})` }
  })
}
