import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inMiB } from '../kube/limits.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { mostBytes } from './json-documents.ts'
import { ToolError } from '../tool-error.ts'

/** A cluster of Kubernetes has ten thousand namespaces at most; a folder may have any number of entries. */
const mostEntries = 20_000

/** Names in a folder, in order: of files and folders themselves, never of what a link leads to. */
export function namesIn(folder: string): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    return { files: [], folders: [] }
  }
  // A list without those that are left would be one of which some are gone.
  if (entries.length > mostEntries)
    throw new ToolError(
      'bad-file',
      `${folder} holds ${entries.length} files, more than ${mostEntries}`,
      'take a dump of one namespace: kubectl cluster-info dump --namespaces NS --output-directory=DIR',
    )
  const names = (them: typeof entries): readonly string[] => them.map((it) => it.name).toSorted()
  return { files: names(entries.filter((it) => it.isFile())), folders: names(entries.filter((it) => it.isDirectory())) }
}

/** Windows knows no such flags. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** Whoever made the bundle chose what is in it: a link out of it is not followed, and a pipe is not waited for. */
export function readPiece(folder: string, ...names: readonly string[]): Known<string> {
  const shown = names.join('/')
  let handle
  try {
    handle = openSync(join(folder, ...names), constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return unknown('cut-off', `${shown} can't be read`)
  }
  try {
    const found = fstatSync(handle)
    if (!found.isFile()) return unknown('cut-off', `${shown} is no file`)
    if (found.size > mostBytes) return unknown('cut-off', `${shown} has more than ${inMiB(mostBytes)}`)
    return known(readFileSync(handle, 'utf8'))
  } catch {
    return unknown('cut-off', `${shown} can't be read`)
  } finally {
    closeSync(handle)
  }
}
