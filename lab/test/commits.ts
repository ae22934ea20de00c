// What git knows of this tree: the commit, and what changed since the lab's table was last written.
import { resolve } from 'node:path'
import { run } from '../process.ts'

const root = resolve(import.meta.dirname, '../..')

export interface Changes {
  readonly hash: string
  /** The commit since which `touched` counts; null = not known here, and then nothing counts as touched. */
  readonly since: string | null
  readonly touched: readonly string[]
}

/** A clone without its past (or no clone at all) knows of no change; the day then shuffles the cases. */
export async function changes(table: string): Promise<Changes> {
  const hash = (await git('rev-parse', 'HEAD')) ?? `no commit on ${new Date().toISOString().slice(0, 10)}`
  const written = (await git('log', '-1', '--format=%H', '--', table)) ?? ''
  // The commit that wrote the table may carry a change of its own.
  const base = written === '' || written === hash ? 'HEAD~1' : written
  const since = await git('rev-parse', '--verify', '--quiet', base)
  const changed = since === null ? null : await git('diff', '--name-only', since, 'HEAD')
  return changed === null
    ? { hash, since: null, touched: [] }
    : { hash, since, touched: changed.split('\n').filter((it) => it !== '') }
}

/** The files that differ between an older commit and this one; null when git doesn't know it as this one's past. */
export async function changedSince(older: string): Promise<readonly string[] | null> {
  if ((await git('merge-base', '--is-ancestor', older, 'HEAD')) === null) return null
  const changed = await git('diff', '--name-only', older, 'HEAD')
  return changed === null ? null : changed.split('\n').filter((it) => it !== '')
}

async function git(...args: readonly string[]): Promise<string | null> {
  // In CI the clone may be another user's.
  const ran = await run(['git', '-c', `safe.directory=${root}`, '-C', root, ...args])
  return ran.code === 0 ? ran.stdout.trim() : null
}
