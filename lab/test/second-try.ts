// What failed is tried once more: a cluster of three nodes on two cores is sometimes late by itself. The page says which,
// with what was got the first time. More than a few at once are no accident, and are left as they are.
import type { Fault } from '../faults/fault.ts'
import type { Result } from './result.ts'

export type Tried = readonly { readonly fault: Fault; readonly results: readonly Result[] }[]

const mostAccidents = 4

export async function secondTry(tried: Tried, again: (fault: Fault) => Promise<readonly Result[]>): Promise<readonly Result[]> {
  const missed = tried.filter(hasFailed)
  if (missed.length > mostAccidents) return tried.flatMap((it) => it.results)
  const results: Result[] = []
  for (const one of tried) results.push(...(hasFailed(one) ? told(await again(one.fault), one.results) : one.results))
  return results
}

/** A group of cases, all of it again when a few failed: they build on one another. */
export async function groupTwice(cases: () => Promise<readonly Result[]>): Promise<readonly Result[]> {
  const first = await cases()
  const missed = first.filter(failed).length
  return missed === 0 || missed > mostAccidents ? first : told(await cases(), first)
}

function hasFailed({ results }: Tried[number]): boolean {
  return results.some(failed)
}

function failed(it: Result): boolean {
  return !it.passed && it.skipped !== true
}

function told(second: readonly Result[], first: readonly Result[]): readonly Result[] {
  return second.map((it, index) => {
    const before = first[index]
    return before === undefined || before.passed ? it : { ...it, got: `${it.got} (second try; the first: ${before.got})` }
  })
}
