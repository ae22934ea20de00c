import { matrixExitCode } from '../answers/matrix.ts'
import { exitCode } from '../engine.ts'
import { diagnosisJson, noRun, type Run, runOf } from '../report/diagnosis/json.ts'
import { text } from '../report/diagnosis/text.ts'
import { matrixAnswer } from '../report/matrix/matrix-json.ts'
import { matrixText } from '../report/matrix/matrix-text.ts'
import { foldersOf } from '../session/folders.ts'
import type { Matrixed } from '../session/matrix.ts'
import type { ClusterFlags } from './flags/cluster.ts'
import type { ProbeFlags } from './flags/probe.ts'
import type { ReportFlags } from './flags/report.ts'
import { answered } from './terminal/answer.ts'
import { keepAndSay } from './terminal/again.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { stopwatch } from '../stopwatch.ts'

export type MatrixFlags = ClusterFlags &
  ProbeFlags &
  Pick<ReportFlags, 'output' | 'color'> & { readonly from?: string; readonly port?: number }

/** Returns 0 where nothing disagrees with the policies, 1 where something does, 2, 130. */
export async function matrixCommand(flags: MatrixFlags): Promise<number> {
  const { matrixOfCluster, matrixOfFile } = await import('../session/matrix.ts')
  const port = flags.port ?? null
  if (flags.from !== undefined)
    return print(await matrixOfFile({ from: flags.from, port }), flags, { footer: [], run: noRun })
  const watch = stopwatch()
  return onTerminal((caller) => matrixOfCluster({ ...flags, port, keepIn: foldersOf(process.env).runs }, caller), {
    quiet: flags.output !== 'text',
    nothingLeft: 'nothing was started in the cluster',
    async print(found) {
      const code = print(found, flags, { footer: [], run: runOf(watch) })
      await keepAndSay(found.keep, 'matrix', flags)
      return found.isLate && code === 0 ? 2 : code
    },
  })
}

function print(
  found: Matrixed,
  flags: MatrixFlags,
  { footer, run }: { readonly footer: readonly string[]; readonly run: Run },
): number {
  const { matrix, diagnosis } = found
  const paint = terminalPaint(process.stdout, flags.color)
  const findings = diagnosis.roots.length > 0
  process.stdout.write(
    flags.output !== 'text'
      ? answered(flags.output, matrixAnswer(matrix, found, diagnosisJson(diagnosis, run)))
      : matrixText(matrix, found, paint) +
          (findings
            ? `\n${text(diagnosis, { paint, detail: 'normal', footer })}`
            : footer.map((it) => `${it}\n`).join('')),
  )
  return Math.max(matrixExitCode(matrix), findings ? exitCode(diagnosis, { failOn: 'warning', strict: false }) : 0)
}
