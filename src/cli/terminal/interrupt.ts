import { owed, payAll } from '../../owed.ts'
import { visible } from '../../report/visible.ts'
import { redactText } from '../../wire/secrets.ts'
import { spoken } from './called.ts'

/** What ended a run before its end. `pipe`: nobody reads its output any more. */
export type Cause = 'signal' | 'pipe' | 'output' | 'crash'

export interface Interrupt {
  readonly signal: AbortSignal
  readonly interrupted: () => boolean
  readonly release: () => void
}

/** 128 + SIGPIPE, as a shell tells of `yes | head`. */
const brokenPipe = 141

/** Signals that come closer together are one. */
const sameOneMs = 1000

let cause: Cause | null = null
/** Signals come to a process, not to a call: one run ends as a whole. */
const ending = new AbortController()

function end(why: Cause): void {
  cause ??= why
  if (!ending.signal.aborted) ending.abort(new Error('interrupted'))
}

/**
 * Ctrl-C, SIGTERM, SIGHUP (an ssh that drops), a reader that goes away and an uncaught error abort `signal`, so that
 * the step in hand is finished and what was started is taken down before the process ends. A second Ctrl-C, a second
 * later, ends at once and says what is left: the pods then end by their own deadline and `hopscope cleanup` removes
 * them. Sooner it is the same one: a terminal, a shell and a wrapper may each pass it on.
 */
export function interruptible(): Interrupt {
  let askedAt = 0
  const abort = (): void => {
    const now = performance.now()
    if (cause !== 'signal') {
      askedAt = now
      return end('signal')
    }
    if (now - askedAt < sameOneMs) return
    const left = owed()
    if (left.length > 0)
      process.stderr.write(`${spoken(visible(`NOT removed: ${left.join(', ')}; hopscope cleanup`))}\n`)
    process.exit(130)
  }
  const hangUp = (): void => end('signal')
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  process.on('SIGHUP', hangUp)
  return {
    signal: ending.signal,
    interrupted: () => ending.signal.aborted,
    release: () => {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
      process.off('SIGHUP', hangUp)
    },
  }
}

/** Whether the process is on its way out. */
export function isEnding(): boolean {
  return ending.signal.aborted
}

/** What the exit code of a run is that did not come to its end. One that had computed its answer keeps its own. */
export function interruptedCode(): 130 | 141 | 2 {
  if (cause === 'pipe') return brokenPipe
  return cause === 'signal' || cause === null ? 130 : 2
}

/** `interrupted`, or why else the run ends early: the first words of what is said about it. */
export function interruptedWord(): string {
  if (cause === 'pipe') return 'nobody reads the output any more, so this stopped'
  return cause === 'signal' || cause === null ? 'interrupted' : 'stopped by the error above'
}

/**
 * How long a run has for its own way out after an uncaught error, and then what is owed: together less than a pod's
 * deadline.
 */
const ownWayOutMs = 3000
const paymentMs = 15_000

/** For the process as a whole; called once, before the first command. */
export function guardProcess(): void {
  process.stdout.on('error', outputFailed)
  // What is said about a run must not end it; whoever listened there has gone as well.
  process.stderr.on('error', () => {})
  // Rejections that nobody handles come here, too: Node raises them as uncaught.
  process.on('uncaughtException', crashed)
  // A promise that can no longer settle, with nothing left to wait for: Node would end with 13 and no word.
  process.on('exit', (code) => {
    if (code !== 13) return
    process.stderr.write(
      'error: hopscope waited for something that can no longer come\n  help: this is a bug; please report it with the command line\n',
    )
    process.exitCode = 2
  })
}

/** The exit code of a process whose command returned `code`. */
export function finalCode(code: number): number {
  return cause === 'crash' || cause === 'output' ? 2 : code
}

/** EPIPE: the reader has gone; EIO: the terminal has. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'ERR_STREAM_DESTROYED') return end('pipe')
  if (cause === 'output') return
  process.stderr.write(`error: the output could not be written: ${error.code ?? error.message}\n`)
  end('output')
  // Also when the command has returned already.
  process.exitCode = 2
}

/**
 * The run gets the time to take down what it made; then whatever it noted and did not strike out is taken down for it.
 */
function crashed(error: unknown): void {
  if (cause === 'crash') return
  cause = 'crash'
  process.exitCode = 2
  process.stderr.write(
    `error: hopscope failed: ${visible(redactText(inOneLine(error)))}\n  help: this is a bug; please report it with this line and the command line\n`,
  )
  end('crash')
  setTimeout(() => {
    void payAll(paymentMs).then((left) => {
      if (left.length > 0)
        process.stderr.write(`${spoken(visible(`NOT removed: ${left.join(', ')}; hopscope cleanup`))}\n`)
      process.exit(2)
    })
  }, ownWayOutMs)
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).split('\n')[0] ?? ''
  const place = /\n\s+at (.+)/.exec(error.stack ?? '')?.[1]
  return `${error.name}: ${error.message.split('\n')[0] ?? ''}${place === undefined ? '' : ` at ${place}`}`
}
