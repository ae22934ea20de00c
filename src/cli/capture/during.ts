import { spawn } from 'node:child_process'
import { ownCommand } from '../../packed.ts'
import { ToolError } from '../../tool-error.ts'
import { tell } from '../terminal/say.ts'
import { commandWords } from './command-words.ts'

/** After SIGTERM. */
const patienceMs = 3000

/** The command of --during as something to wait for: on this machine, its output on stderr. */
export function duringOf(line: string): (signal: AbortSignal) => Promise<void> {
  const read = commandWords(line)
  if (read.kind === 'refused')
    throw new ToolError(
      'usage',
      `--during can't be run: ${read.why}`,
      'it is one program with its arguments; what takes a shell goes into a script: --during ./test.sh',
    )
  const [program, ...args] = read.words
  // This very program, by whatever name it was called.
  const [file, ...more] = program === 'hopscope' ? [...ownCommand(), ...args] : [program, ...args]
  return (signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      tell(`runs ${line}`)
      const child = spawn(file ?? program, more, { stdio: ['ignore', 2, 2] })
      const stop = (): void => {
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGKILL'), patienceMs).unref()
      }
      signal.addEventListener('abort', stop, { once: true })
      const done = (how: string | null): void => {
        signal.removeEventListener('abort', stop)
        if (how !== null) tell(`${program} ${how}`)
        resolve()
      }
      child.on('error', (error: NodeJS.ErrnoException) => done(`can't be run: ${error.code ?? error.message}`))
      child.on('exit', (code, by) => done(code === 0 ? null : `ended with ${by ?? `code ${code}`}`))
    })
}
