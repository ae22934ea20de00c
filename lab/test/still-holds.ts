// What of a stopped `--all` counts on a newer commit: a run of hours meets commits, and would never end if each began
// it again.
import { type Case, isTouched } from './budget.ts'
import type { Past } from './history.ts'
import type { Result } from './result.ts'

export interface Held {
  readonly done: readonly Past[]
  readonly results: readonly Result[]
}

/**
 * Drops what failed, and each case that the commits since are about: its own files, and what it shares with others.
 * `changed`: paths of the files that differ between the two commits; null = not known, and then nothing holds.
 */
export function stillHolds(cases: readonly Case[], { done, results }: Held, changed: readonly string[] | null): Held {
  if (changed === null) return { done: [], results: [] }
  const gone = cases.filter((it) => isTouched(it.own, changed) || isTouched(it.shared, changed)).map((it) => it.name)
  const failed = done.filter((it) => it.verdict === 'failed').map((it) => it.name)
  const again = new Set([...gone, ...failed])
  const known = new Set(cases.map((it) => it.name))
  const held = done.filter((it) => known.has(it.name) && !again.has(it.name))
  return { done: held, results: results.filter((it) => held.some(({ name }) => isOf(it, name))) }
}

/** A fault's results have its name, those of a group its group. */
function isOf({ group, name }: Result, of: string): boolean {
  return group === of || name === of || name.startsWith(`${of}, `)
}
