import { closeSync, openSync, writeSync } from 'node:fs'
import { ToolError } from '../../tool-error.ts'

/** A file that grows while packets are taken. One that can't be written any more ends the capture, and no more. */
export interface FileOutlet {
  readonly write: (bytes: Uint8Array) => void
  readonly broken: AbortSignal
  readonly failure: () => ToolError | null
  readonly close: () => void
}

/** What a capture holds may be anybody's secrets: for its owner alone. */
export function fileOutlet(path: string): FileOutlet {
  const broken = new AbortController()
  let failed: ToolError | null = null
  let file: number
  let isClosed = false
  try {
    file = openSync(path, 'w', 0o600)
  } catch (error) {
    throw unwritable(path, error, 'name a file in a folder that is there and can be written, -w FILE')
  }
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      failed ??= unwritable(path, error, 'the file is not whole: name one on a disk that has room, -w FILE')
      broken.abort()
    }
  }
  return {
    write(bytes) {
      if (failed !== null) return
      guarded(() => {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      })
    },
    broken: broken.signal,
    failure: () => failed,
    close() {
      if (isClosed) return
      isClosed = true
      guarded(() => closeSync(file))
    },
  }
}

/** What the system says: EIO, ENOSPC, EBADF, …; anything else is a fault of hopscope's own. */
function unwritable(path: string, error: unknown, hint: string): ToolError {
  if (!(error instanceof Error && 'code' in error)) throw error
  return new ToolError('usage', `${path} can't be written: ${error.message}`, hint)
}
