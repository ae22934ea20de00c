import { page } from '../../report/visible.ts'
import type { Keep } from '../../session/keep-run.ts'
import type { ReportFlags } from '../flags/report.ts'
import { terminalPaint } from './look.ts'
import { tell } from './say.ts'

/** After the answer: the run is written down, and the command is said that reads it again. */
export async function keepAndSay(
  keep: Keep,
  command: string,
  { output, color }: Pick<ReportFlags, 'output' | 'color'>,
): Promise<void> {
  const kept = await keep()
  if (kept.file === null) {
    if (kept.why !== null) tell(`this run is not kept: ${kept.why} (XDG_STATE_HOME=FOLDER: another place)`)
    return
  }
  if (output !== 'text') return
  process.stdout.write(
    page([`again, offline:  hopscope ${command} --from ${kept.file}`], terminalPaint(process.stdout, color)),
  )
}
