import { closeSync, constants, openSync, readSync } from 'node:fs'

/** A kubeconfig of a thousand clusters has 5 MiB; a device has no end. */
const mostBytes = 32 * 2 ** 20
/** `KUBECONFIG=<(decrypt …)` is a pipe, which a person may have to type a password for. */
const patienceMs = 15_000

/**
 * A file that the user or a kubeconfig names, which may be a pipe that nobody writes to or a device without an end:
 * reading those plainly blocks the whole process, Ctrl-C included.
 */
export function readLocalFile(path: string, waitMs = patienceMs): Buffer {
  // Opened so, a pipe is there at once, and says EAGAIN while its writer thinks. Windows knows no such flag.
  const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    return readAll(handle, performance.now() + waitMs)
  } finally {
    closeSync(handle)
  }
}

function readAll(handle: number, until: number): Buffer {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024)
    const read = readNow(handle, chunk)
    if (read === 0) return Buffer.concat(chunks)
    if (read === null) {
      if (performance.now() > until) throw coded('ETIMEDOUT', 'it is a pipe, and nobody writes to it')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
      continue
    }
    length += read
    if (length > mostBytes) throw coded('EFBIG', `it has more than ${mostBytes / 2 ** 20} MiB`)
    chunks.push(chunk.subarray(0, read))
  }
}

/** Null: nothing yet. */
function readNow(handle: number, into: Buffer): number | null {
  try {
    return readSync(handle, into)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null
    throw error
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
