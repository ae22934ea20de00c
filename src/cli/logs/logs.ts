import type { LogSummary } from '../../answers/tail/log-summary.ts'
import { logSummaryJson } from '../../report/logs/summary-json.ts'
import { logSummaryText } from '../../report/logs/summary-text.ts'
import { summaryOfFiles } from '../../session/logs/log-files.ts'
import type { Logged, LogsAsk } from '../../session/logs/logs.ts'
import { ToolError } from '../../tool-error.ts'
import { ending } from '../terminal/interrupt.ts'
import { terminalPaint } from '../terminal/look.ts'
import { interruptedEnd } from '../terminal/on-terminal.ts'
import { progressOn } from '../terminal/progress.ts'
import { linesOutput, type OutputFlags } from './output.ts'

export type LogsFlags = Omit<LogsAsk, 'target' | 'follow' | 'summary'> &
  OutputFlags & { readonly from?: readonly string[]; readonly follow: boolean; readonly summary?: boolean }

/**
 * Lines: 0 when they were read, 2 where some may be missing, 130 after Ctrl-C. With --summary 0 where no request ended
 * with a server error or in the middle of its answer, 1 where some did, 2 where none was read.
 */
export async function logsCommand(target: string | null, flags: LogsFlags): Promise<number> {
  const { from, summary = false } = flags
  if (from !== undefined) {
    if (!summary)
      throw new ToolError(
        'usage',
        'a log that was kept is read with --summary',
        `hopscope logs --summary --from ${from[0]}`,
      )
    return printSummary(await summaryOfFiles({ files: from, ...flags }, process.stdin), flags)
  }
  if (summary && flags.output === 'raw') throw new ToolError('usage', '--summary prints text or json', '-o json')
  const { logsOf } = await import('../../session/logs/logs.ts')
  const progress = progressOn(process.stderr, flags.output !== 'text')
  const interrupt = ending.interruptible()
  const output = linesOutput(process.stdout, flags, interrupt.signal)
  // Counts are of a stretch of time: without one, of the last hour.
  const ask = summary ? { since: anHour, ...flags, follow: flags.for !== undefined } : flags
  try {
    const ended = await logsOf(
      { ...ask, target, summary },
      {
        signal: interrupt.signal,
        write: output.line,
        tell(event) {
          if (event.kind === 'step') progress.step(event.line)
          else if (event.kind === 'announce') progress.announce(event.line)
          else if (event.kind !== 'left' || 'place' in event) showMark(event)
        },
      },
    ).finally(progress.done)
    if (ended.kind !== 'done') return interruptedEnd(ended, 'nothing was started in the cluster')
    return codeOf(ended.value, flags)
  } finally {
    interrupt.release()
  }

  function showMark(mark: Parameters<typeof output.mark>[0]): void {
    progress.done()
    if (!summary || mark.kind === 'gap' || mark.kind === 'unread') output.mark(mark)
  }
}

const anHour = 3_600_000

function codeOf({ summary, gaps }: Logged, flags: LogsFlags): number {
  const code = summary === null ? 0 : printSummary(summary, flags)
  if (ending.isEnding() && flags.follow && summary === null) return ending.interruptedCode()
  return code === 0 && gaps > 0 ? 2 : code
}

function printSummary(summary: LogSummary, { output, color }: OutputFlags): number {
  process.stdout.write(
    output === 'json' ? logSummaryJson(summary) : logSummaryText(summary, terminalPaint(process.stdout, color)),
  )
  if (summary.lines.requests === 0) return 2
  return summary.serverErrors > 0 || summary.cut.length > 0 ? 1 : 0
}
