import { isUndecided } from '../answers/undecided.ts'
import { exitCode } from '../engine.ts'
import { diagnosisJson, noRun, type Run, runOf } from '../report/diagnosis/json.ts'
import { legLines } from '../report/diagnosis/legs.ts'
import { targetsJson } from '../report/diagnosis/several.ts'
import { text } from '../report/diagnosis/text.ts'
import { page } from '../report/visible.ts'
import { foldersOf } from '../session/folders.ts'
import type { OneOfSeveral, Several, SeveralLive } from '../session/several.ts'
import { stopwatch } from '../stopwatch.ts'
import { askedCode, besideLines, checkReading, type DiagnoseFlags, detailOf, footerOf, lateCode } from './diagnose.ts'
import { answered } from './terminal/answer.ts'
import { keepAndSay } from './terminal/again.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'

export type SeveralFlags = DiagnoseFlags & { readonly selector?: string }

/** `diagnose svc/a svc/b`, `diagnose -l app=web`: an answer for each over one reading. Returns the worst code. */
export async function severalCommand(targets: readonly string[], flags: SeveralFlags): Promise<number> {
  if (flags.from !== undefined) return severalInFile(targets, { ...flags, from: flags.from })
  const watch = stopwatch()
  const { diagnoseSeveral } = await import('../session/several.ts')
  return onTerminal((caller) => diagnoseSeveral({ ...flags, targets, keepIn: foldersOf(process.env).runs }, caller), {
    quiet: flags.quiet === true || flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    async print(found: SeveralLive) {
      const footer = footerOf({ ...found, model: found.whole })
      const code = print(found, flags, { run: runOf(watch), footer })
      await keepAndSay(found.keep, `diagnose ${typed(targets, found, flags)}`, flags)
      return found.isLate ? lateCode(code, flags.timeout) : code
    },
  })
}

async function severalInFile(
  targets: readonly string[],
  flags: SeveralFlags & { readonly from: string },
): Promise<number> {
  checkReading(flags)
  const { diagnoseSeveralInFile } = await import('../session/several.ts')
  const namespace = flags.allNamespaces === true ? null : flags.namespace
  const found = await diagnoseSeveralInFile({ ...flags, targets, namespace })
  const footer = found.taken === null ? [] : [found.taken]
  return print(found, flags, { run: { ...noRun, started: found.t0.toISOString() }, footer })
}

/** To be typed again: the targets by their names; of several namespaces, and of many, as they were chosen. */
function typed(targets: readonly string[], { each }: Several, { selector }: SeveralFlags): string {
  const names = each.map((it) => it.target)
  if (selector === undefined || (names.length <= 6 && !names.some((it) => it.includes(' ')))) return names.join(' ')
  return [...targets, `-l '${selector}'`].join(' ')
}

interface Around {
  readonly run: Run
  readonly footer: readonly string[]
}

function print(found: Several, flags: SeveralFlags, { run, footer }: Around): number {
  const { output, failOn } = flags
  if (output === 'text') process.stdout.write(`${found.each.map((it) => textOf(it, flags)).join('\n')}`)
  else {
    const answers = found.each.map((it) => ({
      target: it.target,
      diagnosis: diagnosisJson(it.diagnosis, { ...run, ...it.beside }),
    }))
    process.stdout.write(answered(output, targetsJson(found.whole, answers, run), failOn))
  }
  if (output === 'text' && footer.length > 0)
    process.stdout.write(page(['', ...footer], terminalPaint(process.stdout, flags.color)))
  return Math.max(...found.each.map((it) => codeOf(it, { flags, run })))
}

/** Under its name, as `head` and `tail` head files. */
function textOf({ target, diagnosis, beside }: OneOfSeveral, flags: SeveralFlags): string {
  const paint = terminalPaint(process.stdout, flags.color)
  const above = legLines(diagnosis.model)(paint)
  const footer = besideLines(diagnosis, { ...noRun, ...beside })
  return (
    page([paint.strong(`==> ${target} <==`)], paint) +
    text(diagnosis, { paint, detail: detailOf(flags), above, footer })
  )
}

function codeOf({ diagnosis, beside }: OneOfSeveral, { flags, run }: { flags: SeveralFlags; run: Run }): number {
  return exitCode(diagnosis, { ...askedCode(flags, { ...run, ...beside }), undecided: isUndecided(diagnosis) })
}
