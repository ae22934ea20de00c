// What of earlier runs counts on a newer commit: a run of hours meets commits, and would never end if each began it
// again.
import { type Case, isTouched } from './budget.ts'
import type { History, Past } from './history.ts'
import type { Result } from './result.ts'

export interface Held {
  readonly done: readonly Past[]
  readonly results: readonly Result[]
}

/** The paths of the files that differ since a commit; null = not known, and then nothing of that commit holds. */
export type ChangedSince = (commit: string) => Promise<readonly string[] | null>

/**
 * Drops what failed, and each case that the commits since it was tried are about: its own files, and what it shares
 * with others.
 * `table`: what the committed table says of a case that the stopped run has not tried; its rows are written there.
 */
export async function stillHolds(
  cases: readonly Case[],
  { done, results }: Held,
  table: History,
  changedSince: ChangedSince,
): Promise<Held> {
  const last = new Map<string, Past>(table)
  for (const it of done) last.set(it.name, it)
  const commits = [...new Set([...last.values()].map((it) => it.triedAt))]
  const changed = new Map(await Promise.all(commits.map(async (it) => [it, await changedSince(it)] as const)))
  const held = cases.flatMap((it) => {
    const past = last.get(it.name)
    const since = past === undefined ? null : (changed.get(past.triedAt) ?? null)
    if (past === undefined || since === null || past.verdict === 'failed') return []
    return isTouched(it.own, since) || isTouched(it.shared, since) ? [] : [past]
  })
  return { done: held, results: results.filter((it) => held.some(({ name }) => isOf(it, name))) }
}

/** A fault's results have its name, those of a group its group. */
function isOf({ group, name }: Result, of: string): boolean {
  return group === of || name === of || name.startsWith(`${of}, `)
}
