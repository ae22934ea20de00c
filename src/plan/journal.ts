import { constants } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '../manifest/object.ts'
import { noFollow, ownFolder } from './state-folder.ts'
import { unwritable } from '../unwritable.ts'
import { isEntry } from './stored.ts'

export type Action = 'apply' | 'undo'

/**
 * One line of a plan's journal. `expected`: what the dry run said the object becomes, to know the write by its result.
 */
export type Entry =
  | { readonly kind: 'begin'; readonly at: string; readonly action: Action; readonly run: string }
  | {
      readonly kind: 'intent'
      readonly at: string
      readonly action: Action
      readonly step: number | 'lock' | 'unlock'
      readonly expected: Manifest | null
    }
  | {
      readonly kind: 'done'
      readonly at: string
      readonly action: Action
      readonly step: number | 'lock' | 'unlock'
      readonly stored: Stored | null
    }
  | {
      readonly kind: 'end'
      readonly at: string
      readonly action: Action
      readonly outcome: 'complete' | 'stopped'
      readonly why: string | null
    }

/** An object as the API server answered that it stored it. */
export interface Stored {
  readonly uid: string
  readonly resourceVersion: string
  readonly object: Manifest
}

/**
 * What a run was about to write and what it wrote, one JSON a line, on disk before the next thing happens. After a
 * kill -9 an intent without its `done` means: may have been written, so look at the cluster.
 */
export interface Journal {
  readonly entries: readonly Entry[]
  /** Reads again: another process may have written in the meantime. */
  readonly reload: () => Promise<void>
  /** Returns when the line is on the disk. */
  readonly write: (entry: Entry) => Promise<void>
  readonly close: () => Promise<void>
}

const untouched = 'nothing was written in the cluster; make the disk writable, then the same again'

export async function openJournal(folder: string, id: string): Promise<Journal> {
  await ownFolder(folder)
  const file = join(folder, `${id}.journal`)
  const back = `make room, then: hopscope fix --undo ${id}`
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600).catch(
    (error: unknown) => {
      throw unwritable(`journal ${file}`, error, untouched)
    },
  )
  try {
    await handle.sync()
    await syncFolder(folder)
  } catch (error) {
    await handle.close()
    throw unwritable(`journal ${file}`, error, untouched)
  }
  let entries = parse(await textOf(file))
  // A kill may have cut off the last line; what comes next must not be joined to it.
  let start = '\n'
  return {
    get entries() {
      return entries
    },
    reload: async () => {
      entries = parse(await textOf(file))
    },
    write: async (entry) => {
      try {
        await handle.appendFile(`${start}${JSON.stringify(entry)}\n`)
        await handle.sync()
      } catch (error) {
        throw unwritable(`journal ${file}`, error, back)
      }
      start = ''
      entries = [...entries, entry]
    },
    close: () => handle.close(),
  }
}

/** For readers that do not write: what became of the plan so far. */
export async function readJournal(folder: string, id: string): Promise<readonly Entry[]> {
  return parse(await textOf(join(folder, `${id}.journal`)))
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/**
 * A line that is not whole was not on the disk when the run was killed: an intent without a write, or a write that
 * another look at the cluster must tell. Either way it says nothing.
 */
function parse(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = line === '' ? null : JSON.parse(line)
      return isEntry(value) ? [value] : []
    } catch {
      return []
    }
  })
}

/** A new file's name is on the disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | null = null
  try {
    handle = await open(folder, 'r')
    await handle.sync()
  } catch (error) {
    // Windows opens no folders; there the file system orders the two by itself.
    if (!(error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'EPERM'))) throw error
  } finally {
    await handle?.close()
  }
}
