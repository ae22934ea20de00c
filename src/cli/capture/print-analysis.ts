import { captureAnswer } from '../../report/capture/capture-json.ts'
import { captureLines } from '../../report/capture/capture-text.ts'
import { diagnosisJson, runOf } from '../../report/diagnosis/json.ts'
import { text } from '../../report/diagnosis/text.ts'
import type { CapturedLive } from '../../session/capture/capture.ts'
import type { Stopwatch } from '../../stopwatch.ts'
import type { ReportFlags } from '../flags/report.ts'
import { answered } from '../terminal/answer.ts'
import { terminalPaint } from '../terminal/look.ts'

/** What packets say, from files and from pods: the findings below the counts, or one document. */
export function printAnalysis(
  { capture, diagnosis }: Pick<CapturedLive, 'capture' | 'diagnosis'>,
  flags: ReportFlags,
  watch: Stopwatch,
): void {
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
}
