import { constants } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { home } from '../home.ts'
import { ToolError } from '../tool-error.ts'
import { unwritable } from '../unwritable.ts'

/**
 * Where runs, plans and journals are kept. An empty XDG_STATE_HOME is an unset one, and so is one that is no absolute
 * path (XDG Base Directory Specification).
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const state = env['XDG_STATE_HOME'] ?? ''
  return join(isAbsolute(state) ? state : join(home(), '.local', 'state'), 'hopscope')
}

/** Never through a link: a plan is read where it was written, or not at all. Windows knows no such flag. */
export const noFollow = constants.O_NOFOLLOW ?? 0

/** Makes the folder if need be, and refuses one that others could have written to: a plan in it may be anybody's. */
export async function ownFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
  } catch (error) {
    throw unwritable(folder, error)
  }
  const is = await lstat(folder)
  const bad = (why: string): never => {
    throw new ToolError(
      'bad-file',
      `${folder} ${why}, so what is in it may be anybody's`,
      `look at it: ls -ld ${folder}; plans are kept in $XDG_STATE_HOME/hopscope`,
    )
  }
  if (!is.isDirectory()) bad(is.isSymbolicLink() ? 'is a link' : 'is no folder')
  const me = process.getuid?.()
  if (me !== undefined && is.uid !== me) bad('belongs to another user')
  if (me !== undefined && (is.mode & 0o022) !== 0) bad('can be written to by others')
}

/**
 * With those above it. Node's own way (`recursive`) tries for ever where a folder is there and takes no other, which
 * /proc answers with ENOENT.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await mkdir(folder, { mode: 0o700 })
  }
}
