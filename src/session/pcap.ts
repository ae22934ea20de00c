import { closeSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { setImmediate as others } from 'node:timers/promises'
import { analyseCapture, type CaptureAnalysis } from '../answers/capture/capture.ts'
import { diagnose } from '../engine.ts'
import type { Capture } from '../model/capture.ts'
import { known } from '../model/known.ts'
import { model as modelOf } from '../model/build.ts'
import { ToolError } from '../tool-error.ts'
import { fromOutside } from '../wire/outside.ts'
import { type CaptureReader, captureReader, type Read } from '../wire/pcap/reader.ts'
import { version } from '../version.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'

export interface PcapAsk extends ChecksAsk {
  readonly files: readonly string[]
}

/** `bytes`: how much may be kept in mind of it, where that is less than usual. */
interface Reading extends PcapAsk {
  readonly bytes?: number
}

export interface PcapDiagnosed extends Diagnosed {
  readonly capture: Capture
}

/** What is read at a time: memory does not grow with the file. */
const piece = 256 * 1024
/** Reading at once costs a fifth less than by promises; Ctrl-C is heard after each so many pieces. */
const untilOthers = 16

/** Reads the files one after the other, once each, and judges what is in them. Touches no cluster. */
export async function diagnosePcap(ask: Reading): Promise<PcapDiagnosed> {
  const how = captureChecks(ask)
  return judged(await analysed(ask), how)
}

/** What the files say, to stand beside what was read of the cluster. */
export async function captureOf(files: readonly string[]): Promise<Capture> {
  return fromOutside((await analysed({ files })).told())
}

async function analysed(ask: Pick<Reading, 'files' | 'bytes'>): Promise<CaptureAnalysis> {
  const names = shortNames(ask.files)
  const analysis = analyseCapture({
    compares: ask.files.length > 1,
    ...(ask.bytes === undefined ? {} : { bytes: ask.bytes }),
  })
  for (const [index, path] of ask.files.entries()) {
    const reader = captureReader((it) => file.packet(it))
    const file = analysis.file(names[index] ?? path, () => reader.points)
    const read = await readInto(path, reader)
    if (read.end.kind === 'no-capture')
      throw new ToolError(
        'usage',
        `${path} is no capture: ${read.end.why}`,
        'hopscope pcap reads pcap and pcapng files',
      )
    file.end(read)
  }
  return analysis
}

/** The same of a file that is still being written. */
export interface PcapAnalysis {
  readonly push: (bytes: Uint8Array) => void
  readonly end: () => PcapDiagnosed
}

export function createPcapAnalysis(ask: ChecksAsk, name: string): PcapAnalysis {
  const how = captureChecks(ask)
  const analysis = analyseCapture({ compares: false })
  const reader = captureReader((it) => file.packet(it))
  const file = analysis.file(name, () => reader.points)
  return {
    push: (bytes) => reader.push(bytes),
    end() {
      file.end(reader.end())
      return judged(analysis, how)
    },
  }
}

function captureChecks(ask: ChecksAsk): ReturnType<typeof checksOf> {
  const asked = checksOf(ask)
  return { ...asked, checks: asked.checks.filter((it) => it.slug.startsWith('capture/')) }
}

function judged(analysis: CaptureAnalysis, how: ReturnType<typeof checksOf>): PcapDiagnosed {
  const capture = fromOutside(analysis.told())
  const model = modelOf(
    { capture: known(capture) },
    {
      scope: { namespace: null, target: { kind: 'everything' }, level: 'node' },
      cluster: { context: 'none', version: 'unknown', tool: version },
    },
  )
  return { model, diagnosis: diagnose(model, how), capture }
}

/** File names, or whole paths where two have one name. */
function shortNames(files: readonly string[]): readonly string[] {
  const names = files.map((it) => basename(it))
  return new Set(names).size === names.length ? names : files
}

async function readInto(path: string, reader: CaptureReader): Promise<Read> {
  try {
    const file = openSync(path, 'r')
    try {
      const buffer = new Uint8Array(piece)
      for (let pieces = 1; ; pieces++) {
        const size = readSync(file, buffer, 0, piece, null)
        // A device that is no capture has no end either.
        if (size === 0 || reader.isOver()) return reader.end()
        reader.push(size === piece ? buffer : buffer.subarray(0, size))
        if (pieces % untilOthers === 0) await others()
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new ToolError('usage', `${path} can't be read: ${error.message}`, 'name a file that tcpdump -w has written')
    throw error
  }
}
