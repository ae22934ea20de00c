import { known, unknown, type Known } from '../model/known.ts'
import { breakage, refusal } from './failure.ts'
import { lineBytes, refusalBytes, TooMuch } from './limits.ts'
import { lines } from './lines.ts'
import { readText, sendPatiently } from './request.ts'
import type { Transport } from './transport.ts'

export interface OpenStream {
  readonly path: string
  readonly action: string
  readonly name?: string
  /** Until the answer's status; the lines may then take for ever. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What is longer is cut. */
  readonly longestLine?: number
  /** Lines keep their ends: one that has none was cut, or never had one. */
  readonly keepsEnds?: boolean
  /** It stays open for long, and must not take the place of requests. */
  readonly ownConnection?: boolean
  /** Told when the connection broke before the answer's end; not told when it ended as it should. */
  readonly onBroken?: () => void
}

/**
 * Opens an answer that is read line by line while it grows. The lines end quietly when the connection does or on
 * abort; the connection is closed when the reader stops early.
 */
export async function openLines(transport: Transport, wanted: OpenStream): Promise<Known<AsyncGenerator<string>>> {
  const { path, action, name, timeoutMs, signal } = wanted
  const slow = new AbortController()
  const timer = setTimeout(() => slow.abort(), timeoutMs)
  const limits = { timedOut: false, stopped: false, midBody: false }
  try {
    const reply = await sendPatiently(transport, {
      path,
      accept: '*/*',
      stream: true,
      ...(wanted.ownConnection === true ? { ownConnection: true } : {}),
      signal: signal === undefined ? slow.signal : AbortSignal.any([slow.signal, signal]),
    })
    if (reply.status !== 200) return refusal(reply.status, await readText(reply, refusalBytes), action, name)
    clearTimeout(timer)
    const its = lines(reply.body, wanted.longestLine ?? lineBytes, wanted.keepsEnds === true ? '\n' : '')
    return known(untilBroken(its, wanted.onBroken))
  } catch (error) {
    if (error instanceof TooMuch) return unknown('cut-off', `${action}: ${error.message}`)
    return breakage(error, action, { ...limits, timedOut: slow.signal.aborted, stopped: signal?.aborted ?? false })
  } finally {
    clearTimeout(timer)
  }
}

async function* untilBroken(source: AsyncGenerator<string>, onBroken?: () => void): AsyncGenerator<string> {
  try {
    yield* source
  } catch (error) {
    // A bug of the reader's does not come through here: `yield` only rethrows what the source threw.
    if (!(error instanceof Error) || !('code' in error)) throw error
    onBroken?.()
  }
}

// Between a silent container and us may stand something that sends no header before the first line, so that it looks
// like a slow server. A refusal comes from the API server at once; after this long without one, the request counts as
// accepted.
const acceptedMs = 1000

/** As `openLines`, for an answer whose header may only come with its first line. */
export async function openQuietLines(transport: Transport, wanted: OpenStream): Promise<Known<AsyncGenerator<string>>> {
  const stop = new AbortController()
  const signal = wanted.signal === undefined ? stop.signal : AbortSignal.any([wanted.signal, stop.signal])
  const opening = openLines(transport, { ...wanted, signal, timeoutMs: 2 ** 31 - 1 })
  const patience = new AbortController()
  const waited = new Promise<null>((resolve) => {
    const timer = setTimeout(() => resolve(null), Math.min(acceptedMs, wanted.timeoutMs))
    patience.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const first = await Promise.race([opening, waited])
  patience.abort()
  if (first === null) return known(later(opening, stop))
  return first
}

async function* later(opening: Promise<Known<AsyncGenerator<string>>>, stop: AbortController): AsyncGenerator<string> {
  try {
    const opened = await opening
    if (opened.known) yield* opened.value
  } finally {
    stop.abort()
  }
}

/** Reads a whole answer as lines; broken off is `cut-off`, and so is anything beyond `maxBytes`. */
export function wholeLines(text: string, maxBytes: number, action: string): Known<string[]> {
  if (Buffer.byteLength(text) >= maxBytes)
    return unknown('cut-off', `${action}: more than ${Math.floor(maxBytes / 2 ** 20)} MiB`)
  const all = text.split(/\r?\n/)
  if (all.at(-1) === '') all.pop()
  return known(all)
}
