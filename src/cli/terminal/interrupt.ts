import { owed, payAll } from '../../owed.ts'
import { visible } from '../../report/visible.ts'
import { redactText } from '../../wire/secrets.ts'
import { spoken } from './called.ts'

/** What ended a run before its end. `pipe`: nobody reads its output any more. */
export type Cause = 'signal' | 'pipe' | 'output' | 'crash'

export interface Interrupt {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** 128 + SIGPIPE, as a shell tells of `yes | head`. */
const brokenPipe = 141

/** 128 + SIGQUIT, Ctrl-\ on a terminal: what a shell tells of a process that it ended. */
const quitCode = 131

/** Signals that come closer together are one. */
const sameOneMs = 1000

/**
 * How long a run has for its own way out after an uncaught error, and then what is owed: together less than a pod's
 * deadline.
 */
const ownWayOutMs = 3000
const paymentMs = 15_000

/** What is taken of a process: Node's own, or a test's. */
export interface Host {
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
  exit(code: number): void
  exitCode?: number | string | null | undefined
  readonly stdout: { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown }
  readonly stderr: {
    on(event: 'error', listener: () => void): unknown
    write(text: string): unknown
  }
}

/** How one process comes to its end. Signals come to a process, not to a call: one run ends as a whole. */
export interface Ending {
  /**
   * Ctrl-C, Ctrl-\, SIGTERM, SIGHUP (an ssh that drops), a reader that goes away and an uncaught error abort
   * `signal`, so that the step in hand is finished and what was started is taken down before the process ends. A second
   * Ctrl-C, a second later, ends at once and says what is left: the pods then end by their own deadline and `hopscope
   * cleanup` removes them. Sooner it is the same one: a terminal, a shell and a wrapper may each pass it on.
   */
  readonly interruptible: () => Interrupt
  /** Whether the process is on its way out. */
  readonly isEnding: () => boolean
  /** What the exit code of a run is that did not come to its end. One that had computed its answer keeps its own. */
  readonly interruptedCode: () => 130 | 131 | 141 | 2
  /** `interrupted`, or why else the run ends early: the first words of what is said about it. */
  readonly interruptedWord: () => string
  /** For the process as a whole; called once, before the first command. */
  readonly guard: () => void
  /** The exit code of a process whose command returned `code`. */
  readonly finalCode: (code: number) => number
}

export function endingOf(host: Host, now: () => number = () => performance.now()): Ending {
  let cause: Cause | null = null
  let hasQuit = false
  const stop = new AbortController()
  const end = (why: Cause): void => {
    cause ??= why
    if (!stop.signal.aborted) stop.abort(new Error('interrupted'))
  }
  const isOther = (): boolean => cause === 'output' || cause === 'crash'

  /** EPIPE: the reader has gone; EIO: the terminal has. */
  const outputFailed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'ERR_STREAM_DESTROYED') return end('pipe')
    if (cause === 'output') return
    host.stderr.write(`error: the output could not be written: ${error.code ?? error.message}\n`)
    end('output')
    // Also when the command has returned already.
    host.exitCode = 2
  }

  /** The run gets the time to take down what it made; then whatever it noted and did not strike out is taken down. */
  const crashed = (error: unknown): void => {
    if (cause === 'crash') return
    cause = 'crash'
    host.exitCode = 2
    host.stderr.write(
      `error: hopscope failed: ${visible(redactText(inOneLine(error)))}\n` +
        '  help: this is a bug; please report it with this line and the command line\n',
    )
    end('crash')
    setTimeout(() => {
      void payAll(paymentMs).then((left) => {
        if (left.length > 0)
          host.stderr.write(`${spoken(visible(`NOT removed: ${left.join(', ')}; hopscope cleanup`))}\n`)
        host.exit(2)
      })
    }, ownWayOutMs)
  }

  return {
    interruptible() {
      let first: number | null = null
      const isAgain = (): boolean => {
        first ??= now()
        return now() - first >= sameOneMs
      }
      const abort = (code: 130 | typeof quitCode): void => {
        if (!isAgain()) return end('signal')
        const left = owed()
        if (left.length > 0)
          host.stderr.write(`${spoken(visible(`NOT removed: ${left.join(', ')}; hopscope cleanup`))}\n`)
        host.exit(code)
      }
      const interrupted = (): void => abort(130)
      const quit = (): void => {
        hasQuit ||= cause === null
        abort(quitCode)
      }
      // Comes once, and often with a SIGTERM behind it: that is no second Ctrl-C.
      const hangUp = (): void => {
        isAgain()
        end('signal')
      }
      const wanted = { SIGINT: interrupted, SIGTERM: interrupted, SIGHUP: hangUp, SIGQUIT: quit } as const
      for (const [name, listener] of Object.entries(wanted)) host.on(name, listener)
      return {
        signal: stop.signal,
        release: () => {
          for (const [name, listener] of Object.entries(wanted)) host.off(name, listener)
        },
      }
    },
    isEnding: () => stop.signal.aborted,
    interruptedCode() {
      if (cause === 'pipe') return brokenPipe
      if (isOther()) return 2
      return hasQuit ? quitCode : 130
    },
    interruptedWord() {
      if (cause === 'pipe') return 'nobody reads the output any more, so this stopped'
      return isOther() ? 'stopped by the error above' : 'interrupted'
    },
    guard() {
      host.stdout.on('error', outputFailed)
      // What is said about a run must not end it; whoever listened there has gone as well.
      host.stderr.on('error', () => {})
      // Rejections that nobody handles come here, too: Node raises them as uncaught.
      host.on('uncaughtException', crashed)
      // A promise that can no longer settle, with nothing left to wait for: Node would end with 13 and no word.
      host.on('exit', (code: number) => {
        if (code !== 13) return
        host.stderr.write(
          'error: hopscope waited for something that can no longer come\n' +
            '  help: this is a bug; please report it with the command line\n',
        )
        host.exitCode = 2
      })
    },
    finalCode: (code) => (isOther() ? 2 : code),
  }
}

function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).split('\n')[0] ?? ''
  const place = /\n\s+at (.+)/.exec(error.stack ?? '')?.[1]
  return `${error.name}: ${error.message.split('\n')[0] ?? ''}${place === undefined ? '' : ` at ${place}`}`
}

/** This process's own end. */
export const ending: Ending = endingOf(process as unknown as Host)
