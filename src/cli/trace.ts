import { traceExitCode } from '../answers/trace/trace.ts'
import { exitCode } from '../engine.ts'
import { diagnosisJson, noRun, type Run, runOf } from '../report/diagnosis/json.ts'
import { text } from '../report/diagnosis/text.ts'
import { traceAnswer } from '../report/trace/trace-json.ts'
import { traceText } from '../report/trace/trace-text.ts'
import { foldersOf } from '../session/folders.ts'
import type { Traced } from '../session/trace.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { keepAndSay } from './terminal/again.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { stopwatch } from '../stopwatch.ts'

export type TraceFlags = ClusterFlags & ProbeFlags & ReportFlags & { readonly from?: string }

/** Returns 0 when the way is open, 1 when it is broken, 2 when nobody could tell, 130. */
export async function traceCommand(start: string | null, end: string | null, flags: TraceFlags): Promise<number> {
  const { traceCluster, traceFile } = await import('../session/trace.ts')
  if (flags.from !== undefined) {
    if (start !== null || flags.probe === true || flags.nodeAccess === true)
      throw new ToolError(
        'usage',
        '--from reads a trace that was made',
        'leave out its ends, --probe and --node-access',
      )
    return print(await traceFile({ ...flags, from: flags.from }), flags, { footer: [], run: noRun })
  }
  if (start === null || end === null)
    throw new ToolError('usage', 'a trace has two ends', 'hopscope trace pod/web-1 svc/cart:8080 -n shop')
  const watch = stopwatch()
  const ask = { ...flags, start, end, keepIn: foldersOf(process.env).runs }
  return onTerminal((caller) => traceCluster(ask, caller), {
    quiet: flags.quiet === true || flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    async print(found) {
      const footer = [
        `${found.seconds.toFixed(1)} s · ${found.touched}`,
        ...(found.model.scope.level === 'read'
          ? ['--probe would open the connection from inside the pod, and from probe pods beside it']
          : []),
      ]
      const code = print(found, flags, { footer, run: runOf(watch) })
      await keepAndSay(found.keep, 'trace', flags)
      return found.isLate && code === 0 ? 2 : code
    },
  })
}

function print(
  { trace, diagnosis }: Traced,
  flags: ReportFlags,
  { footer, run }: { readonly footer: readonly string[]; readonly run: Run },
): number {
  const paint = terminalPaint(process.stdout, flags.color)
  const detail = flags.verbose === true ? 'verbose' : 'normal'
  process.stdout.write(
    flags.output !== 'text'
      ? answered(flags.output, traceAnswer(trace, diagnosisJson(diagnosis, run)), flags.failOn)
      : traceText(trace, paint) + (flags.quiet === true ? '' : `\n${text(diagnosis, { paint, detail, footer })}`),
  )
  return traceExitCode(trace, exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true }))
}
