import { constants, createReadStream, createWriteStream, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/*
 * A path that the user names may lead to a pipe that nobody has opened at its other end. Opening such a one blocks a
 * thread of Node's for good, and a process with such a thread cannot even exit: no Ctrl-C helps. So pipes are opened
 * without waiting, and waited for as sockets are.
 */

/** As for a kubeconfig: `--from <(ssh …)` may ask for a password first. */
const patienceMs = 15_000

/** More than any recording has, packed: a pipe, a device or a file with holes may have no end. */
const mostBytes = 512 * 2 ** 20

/** Its bytes; rejects with ETIMEDOUT when a pipe is silent for so long, and EFBIG when there is no end of it. */
export async function* bytesIn(path: string, waitMs = patienceMs): AsyncGenerator<Uint8Array> {
  const stream = (await isPipe(path)) ? silentUntil(readEnd(path), waitMs) : createReadStream(path)
  let length = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > mostBytes) throw coded('EFBIG', `it has more than ${mostBytes / 2 ** 20} MiB`)
    yield chunk
  }
}

/** What is written to it; a pipe that nobody reads is an error, ENXIO. */
export async function writingTo(path: string): Promise<Writable> {
  if (!(await isPipe(path))) return createWriteStream(path, { mode: 0o600 })
  const handle = openSync(path, constants.O_WRONLY | nonBlocking)
  return new Socket({ fd: handle, readable: false, writable: true })
}

/** Windows knows no such flag, and no such files. */
const nonBlocking = constants.O_NONBLOCK ?? 0

async function isPipe(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFIFO() ?? false
}

function readEnd(path: string): Socket {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | nonBlocking), readable: true, writable: false })
}

function silentUntil(pipe: Socket, waitMs: number): Readable {
  pipe.setTimeout(waitMs, () => pipe.destroy(coded('ETIMEDOUT', 'it is a pipe, and nobody writes to it')))
  return pipe
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
