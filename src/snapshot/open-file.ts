import { constants, createReadStream, createWriteStream, openSync, read } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

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

/** Of a read that found nothing yet. */
const lookAgainMs = 20

/**
 * Standard input to its end. Node makes it a pipe that never waits as soon as anything imports `node:process`, as a
 * package does: what is not there yet is then an error of a read, and no end.
 */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(64 * 1024)
  for (;;) {
    const length = await readInto(chunk)
    if (length === 0) return
    if (length === null) await sleep(lookAgainMs)
    else yield Buffer.from(chunk.subarray(0, length))
  }
}

/** Null: nothing yet. Windows says the end of a pipe as an error. */
function readInto(chunk: Buffer): Promise<number | null> {
  return new Promise((resolve, reject) => {
    read(0, chunk, 0, chunk.length, null, (error, length) => {
      if (error === null) resolve(length)
      else if (error.code === 'EAGAIN') resolve(null)
      else if (error.code === 'EOF') resolve(0)
      else reject(error)
    })
  })
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
