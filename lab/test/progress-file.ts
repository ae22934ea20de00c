// What `--all` has tried so far, so that `--resume` goes on after a stop. Beside the lab's caches: `down` leaves it.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CACHE } from '../plan.ts'
import type { Past } from './history.ts'
import type { Result } from './result.ts'

export interface Progress {
  /** Each with the commit it was tried with; what holds of it on a newer one is said by `stillHolds`. */
  readonly done: readonly Past[]
  readonly results: readonly Result[]
}

const file = join(CACHE, 'lab-test-progress.json')

/** Null when there is none, or it can't be read: nothing is done yet. */
export async function readProgress(): Promise<Progress | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const read = JSON.parse(text) as Partial<Progress>
    return Array.isArray(read.done) && Array.isArray(read.results) ? { done: read.done, results: read.results } : null
  } catch {
    return null
  }
}

/** Whole or not at all: a stop may come while it is written. */
export async function writeProgress(progress: Progress): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(progress))
  await rename(`${file}.new`, file)
}

export async function forgetProgress(): Promise<void> {
  await rm(file, { force: true })
}
