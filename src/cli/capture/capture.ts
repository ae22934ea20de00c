import { closeSync, openSync, writeSync } from 'node:fs'
import { exitCode } from '../../engine.ts'
import type { PointPlace } from '../../session/capture/places.ts'
import { captureCluster, type CaptureAsk, type CapturedLive } from '../../session/capture/capture.ts'
import { type Stopwatch, stopwatch } from '../../stopwatch.ts'
import { ToolError } from '../../tool-error.ts'
import type { ReportFlags } from '../flags/report.ts'
import { ending } from '../terminal/interrupt.ts'
import { onTerminal } from '../terminal/on-terminal.ts'
import { tell } from '../terminal/say.ts'
import { duringOf } from './during.ts'
import { printAnalysis } from './print-analysis.ts'

export type CaptureFlags = Omit<CaptureAsk, 'target' | 'points'> &
  ReportFlags & {
    readonly points?: readonly PointPlace[]
    readonly write?: string
    readonly stdout?: boolean
    readonly analyze?: boolean
    readonly during?: string
  }

/** Returns 0, 1 with findings, 2 where the packets can't tell or a point could not be opened, 130 after Ctrl-C. */
export async function captureCommand(target: string, flags: CaptureFlags): Promise<number> {
  const { write, stdout = false } = flags
  if (stdout && process.stdout.isTTY)
    throw new ToolError(
      'usage',
      'a capture is no text for a terminal',
      'hopscope capture pod/x --stdout | wireshark -k -i -',
    )
  if (stdout && flags.analyze === true)
    throw new ToolError('usage', '--stdout and --analyze print both on stdout', '-w FILE --analyze does both')
  const during = flags.during === undefined ? null : duringOf(flags.during)
  const watch = stopwatch()
  const file = write === undefined ? null : opened(write)
  const isAnalysed = flags.analyze === true || (write === undefined && !stdout)
  const sink = (bytes: Uint8Array): void => {
    if (file !== null) writeWhole(file, bytes)
    if (stdout) process.stdout.write(bytes)
  }
  const name = write ?? 'capture'
  try {
    return await onTerminal((caller) => captureCluster({ ...flags, target }, { sink, during, name }, caller), {
      quiet: stdout || flags.output !== 'text',
      nothingLeft: 'nothing of it is left in the cluster',
      print: (it) => print(it, { flags, isAnalysed, watch }),
    })
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** What a capture holds may be anybody's secrets: for its owner alone. */
function opened(path: string): number {
  try {
    return openSync(path, 'w', 0o600)
  } catch (error) {
    throw new ToolError(
      'usage',
      `${path} can't be written: ${error instanceof Error ? error.message : String(error)}`,
      'name a file in a folder that is there',
    )
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}

function print(
  its: CapturedLive,
  {
    flags,
    isAnalysed,
    watch,
  }: { readonly flags: CaptureFlags; readonly isAnalysed: boolean; readonly watch: Stopwatch },
): number {
  const { diagnosis, points } = its
  for (const it of points.filter(({ why }) => why !== null)) tell(`${it.name}: ${it.why}`)
  const all = points.map((it) => `${it.name} ${it.packets}`).join(', ')
  tell(
    `packets: ${all}${flags.write === undefined ? '' : `; ${Math.ceil(its.bytes / 1024)} KiB in ${flags.write}`}; ` +
      `ended by ${endings[its.endedBy]}; the capture pods are ${its.left.length === 0 ? 'removed' : 'NOT all removed'}`,
  )
  if (isAnalysed) printAnalysis(its, flags, watch)
  if (its.endedBy === 'caller') return ending.interruptedCode()
  const broken = points.some(({ why }) => why !== null)
  if (!isAnalysed) return broken ? 2 : 0
  const code = exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
  const isOpen = broken || diagnosis.results.some((it) => it.verdict === 'cannot-tell')
  return code === 0 && isOpen ? 2 : code
}

const endings: Readonly<Record<CapturedLive['endedBy'], string>> = {
  caller: 'Ctrl-C',
  time: 'the end of its time or of its command',
  bytes: 'its limit of bytes',
  packets: 'its limit of packets, or the end of each point',
  pod: 'the removal of its pod',
}
