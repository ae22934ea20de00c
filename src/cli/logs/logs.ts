import { logSummaryJson } from '../../report/logs/summary-json.ts'
import { logSummaryText } from '../../report/logs/summary-text.ts'
import type { LogSummary } from '../../answers/tail/log-summary.ts'
import { summaryOfFiles } from '../../session/logs/log-files.ts'
import { type Colour, terminalPaint } from '../terminal/look.ts'

export interface LogsFlags {
  readonly from: readonly string[]
  readonly format?: readonly string[]
  readonly output: 'text' | 'json'
  readonly color: Colour
}

/** Returns 0 where no request ended with a server error, 1 where some did, 2 where no request was read. */
export async function logsCommand(flags: LogsFlags): Promise<number> {
  const { from, ...rest } = flags
  return printSummary(await summaryOfFiles({ files: from, ...rest }, process.stdin), flags)
}

function printSummary(summary: LogSummary, { output, color }: LogsFlags): number {
  process.stdout.write(
    output === 'json' ? logSummaryJson(summary) : logSummaryText(summary, terminalPaint(process.stdout, color)),
  )
  if (summary.lines.requests === 0) return 2
  return summary.serverErrors > 0 ? 1 : 0
}
