import { type Diagnosis, exitCode } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { json, noRun, type Run, runOf } from '../report/diagnosis/json.ts'
import type { Paint } from '../report/paint.ts'
import { legLines } from '../report/diagnosis/legs.ts'
import { text } from '../report/diagnosis/text.ts'
import type { DiagnosedLive } from '../session/diagnose.ts'
import { foldersOf } from '../session/folders.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { ReportFlags } from './flags/report.ts'
import { keepAndSay } from './terminal/again.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { tell } from './terminal/say.ts'
import { stopwatch } from '../stopwatch.ts'

export type DiagnoseFlags = ClusterFlags & ProbeFlags & ReportFlags & { readonly from?: string }

/** What a command adds to a diagnosis: lines between the headline's section and the findings' own, and fields. */
export interface Shown {
  readonly above: (model: Model) => (paint: Paint) => readonly string[]
  readonly json: (diagnosis: Diagnosis, run: Run) => string
}

const plain: Shown = { above: legLines, json }

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
      const run = runOf(watch)
      const code = print(found.diagnosis, flags, {
        footer: footerOf(found),
        above: shown.above(model),
        run,
        json: shown.json,
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
  if (flags.probe === true || flags.nodeAccess === true)
    throw new ToolError(
      'usage',
      '--from reads a file, so there is nothing to probe',
      'leave out --from, or --probe and --node-access',
    )
  const { diagnoseFile } = await import('../session/diagnose-file.ts')
  const namespace = flags.allNamespaces === true ? null : flags.namespace
  const { model, diagnosis, t0 } = await diagnoseFile({ ...flags, target, namespace })
  const run = { ...noRun, started: t0.toISOString() }
  return print(diagnosis, flags, { footer: [], above: shown.above(model), run, json: shown.json })
}

function footerOf({ model, touched, seconds }: DiagnosedLive): readonly string[] {
  const hint =
    model.scope.level === 'read'
      ? ['--probe would measure lookups and connections from every node; --node-access adds their conntrack counters']
      : []
  return [`${seconds.toFixed(1)} s · ${touched}`, ...hint]
}

/** An answer from what had arrived in time. It may have findings; that there are no others was not seen. */
function lateCode(code: number, timeoutMs: number): number {
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
  readonly json: Shown['json']
}

function print(diagnosis: Diagnosis, flags: ReportFlags, { footer, above, run, json: asJson }: Around): number {
  const paint = terminalPaint(process.stdout, flags.color)
  process.stdout.write(
    flags.output === 'json'
      ? asJson(diagnosis, run)
      : text(diagnosis, { paint, detail: detailOf(flags), above: above(paint), footer }),
  )
  return exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
}

function detailOf({ quiet, verbose }: ReportFlags): 'quiet' | 'verbose' | 'normal' {
  if (quiet === true) return 'quiet'
  return verbose === true ? 'verbose' : 'normal'
}
