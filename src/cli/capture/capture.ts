import { fileOutlet } from './file-outlet.ts'
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
  const file = write === undefined ? null : fileOutlet(write)
  const isAnalysed = flags.analyze === true || (write === undefined && !stdout)
  const sink = (bytes: Uint8Array): void => {
    file?.write(bytes)
    if (stdout) process.stdout.write(bytes)
  }
  const name = write ?? 'capture'
  try {
    const outlet = { sink, during, name, ...(file === null ? {} : { broken: file.broken }) }
    return await onTerminal((caller) => captureCluster({ ...flags, target }, outlet, caller), {
      quiet: stdout || flags.output !== 'text',
      nothingLeft: 'nothing of it is left in the cluster',
      print: (it) => {
        // Some systems say only then that there was no room.
        file?.close()
        return print(it, { flags, isAnalysed, watch, unwritten: file?.failure() ?? null })
      },
    })
  } finally {
    file?.close()
  }
}

function print(
  its: CapturedLive,
  {
    flags,
    isAnalysed,
    watch,
    unwritten,
  }: {
    readonly flags: CaptureFlags
    readonly isAnalysed: boolean
    readonly watch: Stopwatch
    readonly unwritten: ToolError | null
  },
): number {
  const { diagnosis, points } = its
  for (const it of points.filter(({ why }) => why !== null)) tell(`${it.name}: ${it.why}`)
  const all = points.map((it) => `${it.name} ${it.packets}`).join(', ')
  const isWritten = flags.write !== undefined && unwritten === null
  tell(
    `packets: ${all}${isWritten ? `; ${Math.ceil(its.bytes / 1024)} KiB in ${flags.write}` : ''}; ` +
      `ended by ${endings[its.endedBy]}; the capture pods are ${its.left.length === 0 ? 'removed' : 'NOT all removed'}`,
  )
  if (isAnalysed) printAnalysis(its, flags, watch)
  // What was asked for is not there, whatever the packets say.
  if (unwritten !== null) throw unwritten
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
  file: 'its file, which can not be written',
}
