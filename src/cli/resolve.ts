import { outcomeOf, resolveExitCode } from '../answers/resolution.ts'
import { runOf } from '../report/diagnosis/json.ts'
import { resolveAnswer } from '../report/resolve/resolve-json.ts'
import { type DocumentFormat, serialised } from '../report/formats/formats.ts'
import { resolveText } from '../report/resolve/resolve-text.ts'
import { type ResolveAsk, resolveName } from '../session/resolve/resolve.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { stopwatch } from '../stopwatch.ts'

export type ResolveFlags = Omit<ResolveAsk, 'name'> & { readonly output: 'text' | DocumentFormat }

/** Returns 0 when the name is resolved, 1 when it is not or not well, 2 when it could not be asked, 130 interrupted. */
export function resolveCommand(name: string, flags: ResolveFlags): Promise<number> {
  const watch = stopwatch()
  return onTerminal((caller) => resolveName({ ...flags, name }, caller), {
    quiet: flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    print({ resolution, touched, left, seconds }) {
      process.stdout.write(
        flags.output === 'text'
          ? resolveText(resolution, terminalPaint(process.stdout), [`${seconds.toFixed(1)} s · ${touched}`])
          : serialised(flags.output, resolveAnswer(resolution, { ...runOf(watch), left })),
      )
      return resolveExitCode(outcomeOf(resolution))
    },
  })
}
