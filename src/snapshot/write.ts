import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { type Model, sourceNames } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import { canonicalParts } from '../manifest/canonical.ts'
import { redaction } from './redact.ts'
import { writingTo } from './open-file.ts'
import { format, schemaVersion } from './schema.ts'
import { walksOf } from './walks.ts'

export interface WriteOptions {
  /** When the run began: the one clock reading in a file, and in its header only. */
  readonly t0: Date
  /** Ends the writing: whoever reads a pipe may have stopped to. */
  readonly signal?: AbortSignal
}

/** Records are handed on in pieces of about this many characters: one write each would cost more than it holds. */
const pieceSize = 64 * 1024

/**
 * Writes the model as a `.hops` file: zstd-compressed NDJSON, redacted. Same model and t0, same bytes. The file
 * appears whole or not at all, readable by its owner. Rejects with ToolError `bad-file` when it can't be written.
 */
export async function writeSnapshot(path: string, model: Model, options: WriteOptions): Promise<void> {
  // A rename would put a file in the place of a pipe or of /dev/stdout.
  const replaceable = (await stat(path).catch(() => null))?.isFile() ?? true
  // Nobody else knows its name beforehand, and what is there already is not written to: a folder may be everybody's.
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`
  try {
    const out = replaceable ? createWriteStream(partial, { mode: 0o600, flags: 'wx' }) : await writingTo(path)
    await writeSnapshotTo(out, model, options)
    if (replaceable) await rename(partial, path)
  } catch (error) {
    if (replaceable) await rm(partial, { force: true }).catch(() => {})
    throw new ToolError(
      'bad-file',
      `cannot write ${path}: ${whyNot(error)}`,
      'name another file: --out FILE.hops',
      error,
    )
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENXIO') return 'it is a pipe, and nobody reads it'
  return error instanceof Error ? error.message : String(error)
}

/** As `writeSnapshot`, to any stream, which is ended. Holds no more than a piece at a time. */
export async function writeSnapshotTo(out: Writable, model: Model, options: WriteOptions): Promise<void> {
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  await pipeline(Readable.from(pieces(model, options)), zstd, out, signal)
}

function* pieces(model: Model, options: WriteOptions): Generator<string> {
  let piece = ''
  for (const record of records(model, options)) {
    for (const part of canonicalParts(record)) {
      piece += part
      if (piece.length < pieceSize) continue
      yield piece
      piece = ''
    }
    piece += '\n'
  }
  yield piece
}

/**
 * Header, then each source in its order: its state, and a record per item of a list; then the end, with their count.
 */
function* records(model: Model, options: WriteOptions): Generator<object> {
  const redacted = walksOf(redaction())
  let count = 1
  yield {
    hopscope: format,
    schema: schemaVersion,
    tool: model.cluster.tool,
    t0: options.t0.toISOString(),
    cluster: redacted.cluster(model.cluster),
    scope: redacted.scope(model.scope),
  }
  for (const source of sourceNames) {
    const state = model.sources[source]
    count += 1
    if (!state.known) {
      yield { source, known: false, why: redacted.why(state.why) }
    } else if (Array.isArray(state.value)) {
      yield { source, known: true, items: state.value.length }
      for (const item of state.value) {
        count += 1
        yield { source, item: redacted.sources[source](item) }
      }
    } else {
      yield { source, known: true, value: redacted.sources[source](state.value) }
    }
  }
  yield { end: true, records: count }
}
