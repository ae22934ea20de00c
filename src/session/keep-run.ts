import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Model } from '../model/sources.ts'
import { ownFolder } from '../plan/state-folder.ts'
import { ToolError } from '../tool-error.ts'
import { writeSnapshot } from '../snapshot/write.ts'

/** How many runs stay on disk. */
const kept = 20
/** `2026-11-28T042545-shop.hops`: nothing else in the folder is this program's to remove. */
const ownName = /^\d{4}-\d{2}-\d{2}T\d{6}-.+\.hops$/

/** The file of a run; without one, why it could not be written, or null where none was wanted. */
export type Kept = { readonly file: string } | { readonly file: null; readonly why: string | null }

/** Writes the run down, once it is asked to. */
export type Keep = () => Promise<Kept>

/** A disk that hangs must not cost the reader the answer: it is printed before this is called. */
export function keeper(model: Model, folder: string | null): Keep {
  return async () => (folder === null ? { file: null, why: null } : keepRun(model, folder))
}

/**
 * Every run leaves a file, so that an answer can be read again after the terminal is gone. A state folder that
 * can't be written must not cost the reader the answer; it is said, or `--last` were the run before.
 */
async function keepRun(model: Model, folder: string): Promise<Kept> {
  const now = new Date()
  const stamp = now.toISOString().replaceAll(/[:.]/g, '').slice(0, 17)
  const file = join(folder, `${stamp}-${(model.scope.namespace ?? 'all').replaceAll(/[^a-z0-9-]/g, '_')}.hops`)
  try {
    await ownFolder(folder)
    await writeSnapshot(file, model, { t0: now })
    const old = (await readdir(folder))
      // The clock may have been set back since the others were written: what was kept just now stays, by any name.
      .filter((it) => ownName.test(it) && it !== basename(file))
      .toSorted()
      .slice(0, 1 - kept)
    await Promise.all(old.map((it) => rm(join(folder, it), { force: true })))
    return { file }
  } catch (error) {
    return { file: null, why: error instanceof Error ? error.message : String(error) }
  }
}

/** The names of the runs that are kept, the newest first: each begins with its time. */
export async function keptRuns(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => []))
    .filter((it) => ownName.test(it))
    .toSorted()
    .toReversed()
}

/** The run that was kept last. */
export async function lastRun(folder: string): Promise<string> {
  const [last] = await keptRuns(folder)
  if (last === undefined) throw new ToolError('not-found', `no run is kept in ${folder}`, 'hopscope diagnose')
  return join(folder, last)
}
