import { exitCode } from '../engine.ts'
import { diagnosePcap } from '../session/pcap.ts'
import { stopwatch } from '../stopwatch.ts'
import { printAnalysis } from './capture/print-analysis.ts'
import type { ReportFlags } from './flags/report.ts'

/** Returns 0 where nothing was found, 1 with findings, 2 where the files could not tell. */
export async function pcapCommand(files: readonly string[], flags: ReportFlags): Promise<number> {
  const watch = stopwatch()
  const { capture, diagnosis } = await diagnosePcap({ ...flags, files })
  printAnalysis({ capture, diagnosis }, flags, watch)
  const code = exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
  // Some could not be judged, and of the rest nothing is wrong: no health was seen.
  return code === 0 && diagnosis.results.some((it) => it.verdict === 'cannot-tell') ? 2 : code
}
