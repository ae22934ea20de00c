// What `--all` has tried so far, so that `--resume` goes on after a stop. Beside the lab's caches: `down` leaves it.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CACHE } from '../plan.ts'
import type { Past } from './history.ts'
import type { Result } from './result.ts'

export interface Progress {
  readonly hash: string
  readonly done: readonly Past[]
  readonly results: readonly Result[]
}

const file = join(CACHE, 'lab-test-progress.json')

/** Of another commit, or not to be read: nothing is done yet. */
export async function readProgress(hash: string): Promise<Progress> {
  const none: Progress = { hash, done: [], results: [] }
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return none
  try {
    const read = JSON.parse(text) as Partial<Progress>
    return read.hash === hash && Array.isArray(read.done) && Array.isArray(read.results)
      ? { hash, done: read.done, results: read.results }
      : none
  } catch {
    return none
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
