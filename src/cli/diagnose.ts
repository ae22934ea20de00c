import { diagnose, exitCode } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { json } from '../report/diagnosis/json.ts'
import { type Paint, paint } from '../report/paint.ts'
import { text } from '../report/diagnosis/text.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags, ProbeFlags, ReportFlags } from './flags.ts'
import { endOf, interruptible } from './interrupt.ts'
import { keepRun } from './keep-run.ts'
import { narrowed } from './narrowed.ts'
import { progressOn } from './progress.ts'
import { ignored, selected } from './select.ts'

export type DiagnoseFlags = ClusterFlags & ProbeFlags & ReportFlags & { readonly from?: string }

/** Returns 0, 1, 2 or 130. */
export async function diagnoseCommand(
  target: string | null,
  flags: DiagnoseFlags,
  above: (model: Model) => (paint: Paint) => readonly string[] = () => () => [],
): Promise<number> {
  const checks = selected(flags.only)
  const leaveOut = ignored(flags.ignore)
  if (flags.from !== undefined) {
    if (flags.probe === true || flags.nodeAccess === true)
      throw new ToolError(
        'usage',
        '--from reads a file, so there is nothing to probe',
        'leave out --from, or --probe and --node-access',
      )
    const { readSnapshot } = await import('../snapshot/read.ts')
    const read = await readSnapshot(flags.from)
    const model = await narrowed(read, target, {
      from: flags.from,
      namespace: flags.allNamespaces === true ? null : flags.namespace,
    })
    return print(model, { checks, leaveOut }, flags, [], above(model))
  }

  const started = performance.now()
  const progress = progressOn(process.stderr, flags.quiet === true || flags.output !== 'text')
  const interrupt = interruptible()
  const deadline = AbortSignal.timeout(flags.timeout)
  const { gather, open } = await import('./gather.ts')
  const signal = AbortSignal.any([interrupt.signal, deadline])
  const cluster = await open(flags, signal)
  try {
    const { model, touched, isLate } = await gather(cluster, target, flags, progress, signal)
    progress.done()
    const kept = await keepRun(model)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const hint =
      model.scope.level === 'read'
        ? ['--probe would measure lookups and connections from every node; --node-access adds their conntrack counters']
        : []
    const code = print(
      model,
      { checks, leaveOut },
      flags,
      [
        `${seconds} s · ${touched}`,
        ...hint,
        ...(kept === null ? [] : [`again, offline:  hopscope diagnose --from ${kept}`]),
      ],
      above(model),
    )
    return isLate ? lateCode(code, flags.timeout) : code
  } catch (error) {
    progress.done()
    return endOf(error, { interrupted: interrupt.interrupted(), deadline, timeoutMs: flags.timeout })
  } finally {
    interrupt.release()
    cluster.close()
  }
}

/** An answer from what had arrived in time. It may have findings; that there are no others was not seen. */
function lateCode(code: number, timeoutMs: number): number {
  process.stderr.write(
    `not done within ${timeoutMs / 1000} s: what had not arrived by then is unknown\n  help: give it longer: --timeout 10m\n`,
  )
  return code === 0 ? 2 : code
}

type Ask = Parameters<typeof diagnose>[1]

/** `above` = lines between the headline's section and the findings' own: a table that a command adds. */
export function print(
  model: Model,
  ask: Ask,
  flags: ReportFlags,
  footer: readonly string[],
  above: (paint: Paint) => readonly string[] = () => [],
): number {
  const diagnosis = diagnose(model, ask)
  const colour =
    flags.color === 'always' ||
    (flags.color === 'auto' &&
      process.stdout.isTTY &&
      process.env['NO_COLOR'] === undefined &&
      process.env['TERM'] !== 'dumb')
  const detail = detailOf(flags)
  const utf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? 'C.UTF-8')
  const look = paint({ colour, ascii: !utf8, width: Math.min(110, process.stdout.columns || 100) })
  process.stdout.write(
    flags.output === 'json' ? json(diagnosis) : text(diagnosis, { paint: look, detail, above: above(look), footer }),
  )
  return exitCode(diagnosis, { failOn: flags.failOn, strict: flags.strict === true })
}

function detailOf({ quiet, verbose }: ReportFlags): 'quiet' | 'verbose' | 'normal' {
  if (quiet === true) return 'quiet'
  return verbose === true ? 'verbose' : 'normal'
}
