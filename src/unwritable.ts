import { ToolError } from './tool-error.ts'

const elsewhere = 'make room, or write it elsewhere: XDG_STATE_HOME=FOLDER'

/** `hint`: what to do, where another disk does not do. */
export function unwritable(what: string, error: unknown, hint: string = elsewhere): ToolError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const known: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
    EACCES: 'permission denied',
    EDQUOT: 'the quota is used up',
    ELOOP: 'it is a link',
  }
  return new ToolError('bad-file', `${what} could not be written: ${known[code] ?? code}`, hint, error)
}
