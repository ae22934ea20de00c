import type { Caller, SessionEvent } from '../../session/events.ts'
import type { Ended } from '../../session/with-cluster.ts'
import { interruptedCode, interruptedWord, interruptible } from './interrupt.ts'
import { type Progress, progressOn } from './progress.ts'
import { tell } from './say.ts'

/** How a run of a use-case looks on a terminal. */
export interface Showing<T> {
  /** No line that is drawn again and again; announcements stay. */
  readonly quiet: boolean
  /** What is said of a run that was interrupted when nothing of it is left in the cluster. */
  readonly nothingLeft: string
  /** Prints what came out; the exit code. */
  readonly print: (value: T) => number | Promise<number>
}

/**
 * The frame of every command that asks a cluster: Ctrl-C and its like end the use-case, what it tells goes to stderr,
 * what comes out is printed. Returns the exit code.
 */
export async function onTerminal<T>(
  run: (caller: Caller) => Promise<Ended<T>>,
  { quiet, nothingLeft, print }: Showing<T>,
): Promise<number> {
  const progress = progressOn(process.stderr, quiet)
  const interrupt = interruptible()
  try {
    const ended = await run({ signal: interrupt.signal, tell: (event) => show(event, progress) }).finally(progress.done)
    return ended.kind === 'done' ? await print(ended.value) : interruptedEnd(ended, nothingLeft)
  } finally {
    interrupt.release()
  }
}

export function show(event: SessionEvent, progress: Progress): void {
  if (event.kind === 'step') progress.step(event.line)
  else if (event.kind === 'announce') progress.announce(event.line)
  else
    for (const it of event.what)
      progress.announce(`${it} would not go; its own deadline ends it, and \`hopscope cleanup\` removes it`)
}

/** Says what became of an interrupted run; the exit code. */
export function interruptedEnd(
  { reached, left }: Exclude<Ended<unknown>, { kind: 'done' }>,
  nothingLeft: string,
): number {
  if (!reached) tell(interruptedWord())
  else if (left.length === 0) tell(`${interruptedWord()}; ${nothingLeft}`)
  else tell(`${interruptedWord()}; NOT removed: ${left.join(', ')}; hopscope cleanup`)
  return interruptedCode()
}
