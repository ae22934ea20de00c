import { type Diagnosis, exitCode } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { json } from '../report/diagnosis/json.ts'
import type { Paint } from '../report/paint.ts'
import { text } from '../report/diagnosis/text.ts'
import type { DiagnosedLive } from '../session/diagnose.ts'
import { foldersOf } from '../session/folders.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { ReportFlags } from './flags/report.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { tell } from './terminal/say.ts'

export type DiagnoseFlags = ClusterFlags & ProbeFlags & ReportFlags & { readonly from?: string }

/** Lines between the headline's section and the findings' own: a table that a command adds. */
type Above = (model: Model) => (paint: Paint) => readonly string[]

/** Returns 0, 1, 2 or 130. */
export async function diagnoseCommand(
  target: string | null,
  flags: DiagnoseFlags,
  above: Above = () => () => [],
): Promise<number> {
  if (flags.from !== undefined) return diagnoseRecording(target, { ...flags, from: flags.from }, above)
  const { diagnoseCluster } = await import('../session/diagnose.ts')
  return onTerminal((caller) => diagnoseCluster({ ...flags, target, keepIn: foldersOf(process.env).runs }, caller), {
    quiet: flags.quiet === true || flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    print(found) {
      const code = print(found.diagnosis, flags, { footer: footerOf(found), above: above(found.model) })
      return found.isLate ? lateCode(code, flags.timeout) : code
    },
  })
}

async function diagnoseRecording(
  target: string | null,
  flags: DiagnoseFlags & { readonly from: string },
  above: Above,
): Promise<number> {
  if (flags.probe === true || flags.nodeAccess === true)
    throw new ToolError(
      'usage',
      '--from reads a file, so there is nothing to probe',
      'leave out --from, or --probe and --node-access',
    )
  const { diagnoseFile } = await import('../session/diagnose-file.ts')
  const namespace = flags.allNamespaces === true ? null : flags.namespace
  const { model, diagnosis } = await diagnoseFile({ ...flags, target, namespace })
  return print(diagnosis, flags, { footer: [], above: above(model) })
}

function footerOf({ model, touched, kept, seconds }: DiagnosedLive): readonly string[] {
  const hint =
    model.scope.level === 'read'
      ? ['--probe would measure lookups and connections from every node; --node-access adds their conntrack counters']
      : []
  return [
    `${seconds.toFixed(1)} s · ${touched}`,
    ...hint,
    ...(kept === null ? [] : [`again, offline:  hopscope diagnose --from ${kept}`]),
  ]
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
}

function print(diagnosis: Diagnosis, flags: ReportFlags, { footer, above }: Around): number {
  const paint = terminalPaint(process.stdout, flags.color)
  process.stdout.write(
    flags.output === 'json'
      ? json(diagnosis)
      : text(diagnosis, { paint, detail: detailOf(flags), above: above(paint), footer }),
  )
  return exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
}

function detailOf({ quiet, verbose }: ReportFlags): 'quiet' | 'verbose' | 'normal' {
  if (quiet === true) return 'quiet'
  return verbose === true ? 'verbose' : 'normal'
}
