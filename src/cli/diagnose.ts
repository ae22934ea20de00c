import { isUndecided } from '../answers/undecided.ts'
import { type Diagnosis, exitCode } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import type { Answer } from '../report/formats/answer.ts'
import type { AnswerFormat } from '../report/formats/formats.ts'
import { diagnosisJson, dnsAnswer, noRun, type Run, runOf } from '../report/diagnosis/json.ts'
import type { Paint } from '../report/paint.ts'
import { besideWords } from '../report/diagnosis/beside.ts'
import { legLines } from '../report/diagnosis/legs.ts'
import { text } from '../report/diagnosis/text.ts'
import type { DiagnosedLive } from '../session/diagnose.ts'
import type { PacketsAsk } from '../session/packets.ts'
import { foldersOf } from '../session/folders.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { keepAndSay } from './terminal/again.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { tell } from './terminal/say.ts'
import { stopwatch } from '../stopwatch.ts'

export type DiagnoseFlags = ClusterFlags & ProbeFlags & ReportFlags & PacketsAsk & { readonly from?: string }

/** What a command adds to a diagnosis: lines between the headline's section and the findings' own, and fields. */
export interface Shown {
  readonly above: (model: Model) => (paint: Paint) => readonly string[]
  readonly answer: (diagnosis: Diagnosis, run: Run, format: AnswerFormat) => Answer
}

/** What is drawn, or scraped, has what was measured on each path beside the findings. */
const plain: Shown = {
  above: legLines,
  answer: (diagnosis, run, format) =>
    format === 'json' || format === 'yaml' ? diagnosisJson(diagnosis, run) : dnsAnswer(diagnosis, run),
}

/** Returns 0, 1, 2 or 130. */
export async function diagnoseCommand(
  target: string | null,
  flags: DiagnoseFlags,
  shown: Shown = plain,
): Promise<number> {
  if (flags.from !== undefined) return diagnoseRecording(target, { ...flags, from: flags.from }, shown)
  const watch = stopwatch()
  const { diagnoseCluster } = await import('../session/diagnose.ts')
  return onTerminal((caller) => diagnoseCluster({ ...flags, target, keepIn: foldersOf(process.env).runs }, caller), {
    quiet: flags.quiet === true || flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    async print(found) {
      const { model } = found
      const run = { ...runOf(watch), ...found.beside }
      const code = print(found.diagnosis, flags, {
        footer: footerOf(found),
        above: shown.above(model),
        run,
        answer: shown.answer,
      })
      await keepAndSay(found.keep, 'diagnose', flags)
      return found.isLate ? lateCode(code, flags.timeout) : code
    },
  })
}

async function diagnoseRecording(
  target: string | null,
  flags: DiagnoseFlags & { readonly from: string },
  shown: Shown,
): Promise<number> {
  checkReading(flags)
  const { diagnoseFile } = await import('../session/diagnose-file.ts')
  const namespace = flags.allNamespaces === true ? null : flags.namespace
  const { model, diagnosis, t0, taken, beside } = await diagnoseFile({ ...flags, target, namespace })
  const run = { ...noRun, ...beside, started: t0.toISOString() }
  return print(diagnosis, flags, {
    footer: taken === null ? [] : [taken],
    above: shown.above(model),
    run,
    answer: shown.answer,
  })
}

/** A file can't be measured from. */
export function checkReading({ probe, nodeAccess }: Pick<DiagnoseFlags, 'probe' | 'nodeAccess'>): void {
  if (probe === true || nodeAccess === true)
    throw new ToolError(
      'usage',
      '--from reads a file, so there is nothing to probe',
      'leave out --from, or --probe and --node-access',
    )
}

export function footerOf({
  model,
  touched,
  seconds,
}: Pick<DiagnosedLive, 'model' | 'touched' | 'seconds'>): readonly string[] {
  const hint =
    model.scope.level === 'read'
      ? ['--probe would measure lookups and connections from every node; --node-access adds their conntrack counters']
      : []
  return [`${seconds.toFixed(1)} s · ${touched}`, ...hint]
}

/** An answer from what had arrived in time. It may have findings; that there are no others was not seen. */
export function lateCode(code: number, timeoutMs: number): number {
  tell(
    `not done within ${timeoutMs / 1000} s: what had not arrived by then is unknown`,
    '  help: give it longer: --timeout 10m',
  )
  return code === 0 ? 2 : code
}

interface Around {
  readonly footer: readonly string[]
  readonly above: (paint: Paint) => readonly string[]
  readonly run: Run
  readonly answer: Shown['answer']
}

function print(diagnosis: Diagnosis, flags: ReportFlags, { footer, above, run, answer }: Around): number {
  const paint = terminalPaint(process.stdout, flags.color)
  process.stdout.write(
    flags.output !== 'text'
      ? answered(flags.output, answer(diagnosis, run, flags.output), flags.failOn)
      : text(diagnosis, {
          paint,
          detail: detailOf(flags),
          above: above(paint),
          footer: [...besideLines(diagnosis, run), ...footer],
        }),
  )
  return exitCode(diagnosis, { ...askedCode(flags, run), undecided: isUndecided(diagnosis) })
}

/** Beside an earlier run, what was there already fails nothing. */
export function askedCode({ failOn, strict }: ReportFlags, { baseline = null }: Run): Parameters<typeof exitCode>[1] {
  return { failOn, strict: strict === true, ...(baseline === null ? {} : { counts: baseline.isNew }) }
}

export function besideLines(diagnosis: Diagnosis, run: Run): readonly string[] {
  return run.rules === undefined && run.baseline === undefined ? [] : besideWords(diagnosisJson(diagnosis, run))
}

export function detailOf({ quiet, verbose }: ReportFlags): 'quiet' | 'verbose' | 'normal' {
  if (quiet === true) return 'quiet'
  return verbose === true ? 'verbose' : 'normal'
}
