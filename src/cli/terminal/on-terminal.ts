import type { Caller, SessionEvent } from '../../session/events.ts'
import type { Ended } from '../../session/with-cluster.ts'
import { type Ending, ending } from './interrupt.ts'
import { type Progress, progressOn } from './progress.ts'
import { tell } from './say.ts'

/** How a run of a use-case looks on a terminal. */
export interface Showing<T, E = never> {
  /** No line that is drawn again and again; announcements stay. */
  readonly quiet: boolean
  /** What is said of a run that was interrupted when nothing of it is left in the cluster. */
  readonly nothingLeft: string
  /** What else the use-case tells than others do. */
  readonly also?: (event: E, progress: Progress) => void
  /** Prints what came out; the exit code. */
  readonly print: (value: T) => number | Promise<number>
}

/**
 * The frame of every command that asks a cluster: Ctrl-C and its like end the use-case, what it tells goes to stderr,
 * what comes out is printed. Returns the exit code.
 */
export async function onTerminal<T, E extends { readonly kind: string } = never>(
  run: (caller: Caller<SessionEvent | E>) => Promise<Ended<T>>,
  { quiet, nothingLeft, also, print }: Showing<T, E>,
  own: Ending = ending,
): Promise<number> {
  const progress = progressOn(process.stderr, quiet)
  const interrupt = own.interruptible()
  let left = 0
  const told = (event: SessionEvent | E): void => {
    if (isCommon(event) && event.kind === 'left') left += event.what.length
    if (isCommon(event)) show(event, progress)
    else also?.(event, progress)
  }
  try {
    const ended = await run({ signal: interrupt.signal, tell: told }).finally(progress.done)
    if (ended.kind !== 'done') return interruptedEnd(ended, nothingLeft, own)
    const code = await print(ended.value)
    // What stays in the cluster is for a script to notice, however well the answer is.
    return code === 0 && left > 0 ? 2 : code
  } finally {
    interrupt.release()
  }
}

const common: ReadonlySet<string> = new Set<SessionEvent['kind']>(['step', 'announce', 'left'])

function isCommon(event: { readonly kind: string }): event is SessionEvent {
  return common.has(event.kind)
}

function show(event: SessionEvent, progress: Progress): void {
  if (event.kind === 'step') progress.step(event.line)
  else if (event.kind === 'announce') progress.announce(event.line)
  else
    for (const it of event.what) {
      progress.announce(`${it} was not seen to go: its deadline ends what runs in it, and not what holds it`)
      const [, namespace, name] = /^pod ([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(it) ?? []
      if (namespace !== undefined && name !== undefined)
        progress.announce(
          'a finalizer is for whoever set it to take off; then hopscope cleanup removes it: ' +
            `kubectl -n ${namespace} get pod ${name} -o jsonpath='{.metadata.finalizers}'`,
        )
    }
}

/** Says what became of an interrupted run; the exit code. */
export function interruptedEnd(
  { reached, left }: Exclude<Ended<unknown>, { kind: 'done' }>,
  nothingLeft: string,
  { interruptedWord, interruptedCode }: Ending = ending,
): number {
  if (!reached) tell(interruptedWord())
  else if (left.length === 0) tell(`${interruptedWord()}; ${nothingLeft}`)
  else tell(`${interruptedWord()}; NOT removed: ${left.join(', ')}; hopscope cleanup`)
  return interruptedCode()
}
