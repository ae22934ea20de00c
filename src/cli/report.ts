import { traceExitCode } from '../answers/trace/trace.ts'
import { isUndecided } from '../answers/undecided.ts'
import { exitCode } from '../engine.ts'
import { diagnosisJson, dnsAnswer, noRun, type Run } from '../report/diagnosis/json.ts'
import { legLines } from '../report/diagnosis/legs.ts'
import { text } from '../report/diagnosis/text.ts'
import { dnsPaths } from '../report/dns/dns-paths.ts'
import type { Model } from '../model/sources.ts'
import type { Answer } from '../report/formats/answer.ts'
import type { Paint } from '../report/paint.ts'
import { traceAnswer } from '../report/trace/trace-json.ts'
import { traceText } from '../report/trace/trace-text.ts'
import { foldersOf } from '../session/folders.ts'
import { lastRun } from '../session/keep-run.ts'
import { type Reported, reportFile } from '../session/report.ts'
import { ToolError } from '../tool-error.ts'
import { askedCode, besideLines, detailOf } from './diagnose.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { terminalPaint } from './terminal/look.ts'

export type ReportCommandFlags = ReportFlags & { readonly last?: boolean }

/** Returns what the run itself returned: 0, 1, 2. */
export async function reportCommand(run: string | null, flags: ReportCommandFlags): Promise<number> {
  const reported = await reportFile({ ...flags, from: await fileOf(run, flags) })
  const paint = terminalPaint(process.stdout, flags.color)
  process.stdout.write(
    flags.output === 'text' ? textOf(reported, flags, paint) : answered(flags.output, answerOf(reported), flags.failOn),
  )
  const code = exitCode(reported.diagnosis, {
    ...askedCode(flags, runOfFile(reported)),
    undecided: isUndecided(reported.diagnosis),
  })
  return reported.trace === null ? code : traceExitCode(reported.trace, code)
}

async function fileOf(run: string | null, { last }: ReportCommandFlags): Promise<string> {
  if (run !== null && last === true)
    throw new ToolError('usage', '--last is the run that was kept last, and a run is named as well', 'one of the two')
  if (run === null && last !== true)
    throw new ToolError('usage', 'no run is named', 'hopscope report RUN.hops -o html, or hopscope report --last')
  return run ?? lastRun(foldersOf(process.env).runs)
}

function runOfFile({ t0, beside }: Reported): Run {
  return { ...noRun, ...beside, started: t0.toISOString() }
}

function answerOf(reported: Reported): Answer {
  const { model, diagnosis, trace } = reported
  const run = runOfFile(reported)
  if (trace !== null) return traceAnswer(trace, diagnosisJson(diagnosis, run))
  return model.sources.dnsProbe.known ? dnsAnswer(diagnosis, run) : diagnosisJson(diagnosis, run)
}

function textOf(reported: Reported, flags: ReportFlags, paint: Paint): string {
  const { model, diagnosis, trace, taken } = reported
  const footer = [...besideLines(diagnosis, runOfFile(reported)), ...(taken === null ? [] : [taken])]
  const detail = detailOf(flags)
  const above = flags.quiet === true ? [] : aboveOf(model, paint)
  if (trace === null) return text(diagnosis, { paint, detail, above, footer })
  return `${traceText(trace, paint)}\n${text(diagnosis, { paint, detail, footer })}`
}

function aboveOf(model: Model, paint: Paint): readonly string[] {
  return model.scope.target.kind === 'dns' ? dnsPaths(model, paint) : legLines(model)(paint)
}
