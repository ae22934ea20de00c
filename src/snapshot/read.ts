import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import type { Model } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import { assemble } from './assemble.ts'
import { BadRecord, again } from './bad-record.ts'
import { jsonLines } from './json-lines.ts'
import { bytesIn, standardInput } from './open-file.ts'

export interface Snapshot {
  readonly model: Model
  /** When the run began. */
  readonly t0: Date
}

/** The model in a `.hops` file. Rejects with ToolError `bad-file`: not there, foreign, newer, cut off or damaged. */
export async function readSnapshot(path: string): Promise<Model> {
  return (await readRecording(path)).model
}

/** As `readSnapshot`, with the time of its making; `-` is standard input. */
export function readRecording(path: string): Promise<Snapshot> {
  return path === '-' ? readSnapshotFrom(standardInput(), 'standard input') : readSnapshotFrom(bytesIn(path), path)
}

/** As `readSnapshot`, from any bytes; `name` is how errors call them. Holds one record beside the model. */
export async function readSnapshotFrom(bytes: AsyncIterable<Uint8Array>, name: string): Promise<Snapshot> {
  let snapshot: Snapshot | null = null
  try {
    await pipeline(magicChecked(bytes), createZstdDecompress(), async (chunks: AsyncIterable<Buffer>) => {
      snapshot = await assemble(jsonLines(chunks))
    })
  } catch (error) {
    throw badFile(name, error)
  }
  if (snapshot === null) throw badFile(name, new BadRecord('is cut off: it ends too early', again))
  return snapshot
}

/** RFC 8878, 3.1.1: every zstd frame starts so. */
const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** zlib says "unknown frame descriptor" of foreign bytes and "unexpected end" of none: neither helps a reader. */
async function* magicChecked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (start.length >= magic.length) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    if (!magic.subarray(0, start.length).equals(start.subarray(0, magic.length))) throw foreign(start)
    if (start.length >= magic.length) yield start
  }
  if (start.length === 0) throw new BadRecord('is empty', again)
  if (start.length < magic.length) throw new BadRecord('is cut off: it ends too early', again)
}

function foreign(start: Buffer): BadRecord {
  const isJson = /^\s*\{/.test(start.toString('latin1'))
  return new BadRecord(
    'is no hopscope snapshot',
    isJson
      ? 'a report (-o json) can not be read back; hopscope collect --out FILE.hops writes what --from reads'
      : 'hopscope collect --out FILE.hops writes one; kubectl get -o json or -o yaml is read as well',
  )
}

function badFile(name: string, error: unknown): ToolError {
  if (error instanceof BadRecord) return new ToolError('bad-file', `${name} ${error.message}`, error.hint, error)
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT')
    return new ToolError('bad-file', `no file ${name}`, 'hopscope collect --out FILE.hops writes one', error)
  if (code === 'EISDIR') return new ToolError('bad-file', `${name} is a folder`, 'name the .hops file in it', error)
  if (code === 'EACCES' || code === 'EPERM')
    return new ToolError(
      'bad-file',
      `no permission to read ${name}`,
      'snapshots are readable by the user who wrote them',
      error,
    )
  if (code === 'ETIMEDOUT')
    return new ToolError('bad-file', `${name} is a pipe, and nobody writes to it`, 'write it to a file first', error)
  if (code === 'EFBIG')
    return new ToolError('bad-file', `${name} has no end`, 'hopscope collect --out FILE.hops writes one', error)
  if (code === 'Z_BUF_ERROR') return new ToolError('bad-file', `${name} is cut off: it ends too early`, again, error)
  return new ToolError(
    'bad-file',
    `${name} is damaged: ${error instanceof Error ? error.message : String(error)}`,
    again,
    error,
  )
}
