import { exitCode } from '../engine.ts'
import { diagnosisJson, runOf } from '../report/diagnosis/json.ts'
import { text } from '../report/diagnosis/text.ts'
import { spansAnswer } from '../report/spans/spans-json.ts'
import { spansLines } from '../report/spans/spans-text.ts'
import { diagnoseSpans, type SpansAsk, type SpansDiagnosed } from '../session/spans/spans.ts'
import { type Stopwatch, stopwatch } from '../stopwatch.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'

export type SpansFlags = Omit<SpansAsk, 'service'> & ReportFlags

/** Returns 0 where no call waits or fails, 1 with findings, 2 where the traces could not tell, 130 interrupted. */
export function spansCommand(service: string | null, flags: SpansFlags): Promise<number> {
  const watch = stopwatch()
  return onTerminal((caller) => diagnoseSpans({ ...flags, service }, caller), {
    quiet: flags.quiet === true || flags.output !== 'text',
    nothingLeft: 'nothing was started in the cluster',
    print(found) {
      print(found, flags, watch)
      const { diagnosis } = found
      const code = exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
      // What could not be judged is no health, and here nothing else was looked at.
      return code === 0 && diagnosis.results.some((it) => it.verdict === 'cannot-tell') ? 2 : code
    },
  })
}

function print({ spans, diagnosis }: SpansDiagnosed, flags: ReportFlags, watch: Stopwatch): void {
  const detail = flags.verbose === true ? 'verbose' : 'normal'
  process.stdout.write(
    flags.output === 'text'
      ? text(diagnosis, {
          paint: terminalPaint(process.stdout, flags.color),
          detail: flags.quiet === true ? 'quiet' : detail,
          above: flags.quiet === true ? [] : spansLines(spans),
          footer: [],
        })
      : answered(flags.output, spansAnswer(spans, diagnosisJson(diagnosis, runOf(watch))), flags.failOn),
  )
}
