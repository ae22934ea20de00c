import { exitCode } from '../engine.ts'
import { captureAnswer } from '../report/capture/capture-json.ts'
import { captureLines } from '../report/capture/capture-text.ts'
import { diagnosisJson, runOf } from '../report/diagnosis/json.ts'
import { text } from '../report/diagnosis/text.ts'
import { diagnosePcap } from '../session/pcap.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { terminalPaint } from './terminal/look.ts'
import { stopwatch } from '../stopwatch.ts'

/** Returns 0 where nothing was found, 1 with findings, 2 where the files could not tell. */
export async function pcapCommand(files: readonly string[], flags: ReportFlags): Promise<number> {
  const watch = stopwatch()
  const { capture, diagnosis } = await diagnosePcap({ ...flags, files })
  const paint = terminalPaint(process.stdout, flags.color)
  const detail = flags.verbose === true ? 'verbose' : 'normal'
  process.stdout.write(
    flags.output !== 'text'
      ? answered(flags.output, captureAnswer(capture, diagnosisJson(diagnosis, runOf(watch))), flags.failOn)
      : text(diagnosis, {
          paint,
          detail: flags.quiet === true ? 'quiet' : detail,
          above: flags.quiet === true ? [] : captureLines(capture),
          footer: [],
        }),
  )
  const code = exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
  // Some could not be judged, and of the rest nothing is wrong: no health was seen.
  return code === 0 && diagnosis.results.some((it) => it.verdict === 'cannot-tell') ? 2 : code
}
