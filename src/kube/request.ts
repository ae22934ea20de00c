import { setTimeout as sleep } from 'node:timers/promises'
import { known, unknown, type Known } from '../model/known.ts'
import { breakage, refusal } from './failure.ts'
import { jsonNodes } from '../wire/json-nodes.ts'
import { inTurn } from './in-turn.ts'
import { inMiB, largeBytes, mostNodes, pageBytes, TooMuch } from './limits.ts'
import type { Reply, Sent, Transport } from './transport.ts'

export type Ask = Omit<Sent, 'signal'> & {
  /** What this does, in `describeAction`'s words. */
  readonly action: string
  /** The object that a 404 is about. */
  readonly name?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Of the decoded answer. */
  readonly maxBytes?: number
}

/**
 * One request with its whole answer, decoded. Answers that are no 2xx, broken connections and timeouts are unknown.
 */
export async function ask(transport: Transport, wanted: Ask): Promise<Known<string>> {
  const answer = await exchange(transport, wanted)
  if (!answer.known) return answer
  const { status, text } = answer.value
  return status >= 200 && status < 300 ? known(text) : refusal(status, text, wanted.action, wanted.name)
}

/** An HTTP status and a body. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** As `ask`, but any HTTP status is an answer: for callers to whom 404, 409 or 410 means something. */
export async function exchange(transport: Transport, wanted: Ask): Promise<Known<Answer>> {
  const answer = await exchangeUpTo(transport, wanted)
  return answer === 'too-much' ? tooMuch(wanted) : answer
}

/** `cut-off`: more came than is read. */
function tooMuch({ action, maxBytes = pageBytes }: Ask): Known<never> {
  return unknown('cut-off', `${action}: more than ${inMiB(maxBytes)}`)
}

/** As `exchange`, for those who can ask for less. */
export async function exchangeUpTo(transport: Transport, wanted: Ask): Promise<Known<Answer> | 'too-much'> {
  const timeout = AbortSignal.timeout(wanted.timeoutMs)
  const signal = wanted.signal === undefined ? timeout : AbortSignal.any([timeout, wanted.signal])
  let midBody = false
  try {
    const reply = await sendPatiently(transport, { ...wanted, signal })
    midBody = true
    return known({ status: reply.status, text: await readText(reply, wanted.maxBytes ?? pageBytes) })
  } catch (error) {
    if (error instanceof TooMuch) return 'too-much'
    return breakage(error, wanted.action, {
      timedOut: timeout.aborted,
      stopped: wanted.signal?.aborted ?? false,
      midBody,
    })
  }
}

/** An object from JSON that a server sent; `failed` when it is none. */
export function parseObject(text: string, action: string): Known<Readonly<Record<string, unknown>>> {
  if (isTooDense(text)) return unknown('cut-off', `${action}: more than ${mostNodes} values in one answer`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return known(value as Readonly<Record<string, unknown>>)
  } catch {
    // Said below: what JSON.parse complains about quotes the text, which may hold a secret.
  }
  return unknown('failed', `${action}: the answer is not a JSON object`)
}

/** Whether parsing it would take far more memory than the text has. */
export function isTooDense(text: string): boolean {
  return text.length > mostNodes && jsonNodes(text) > mostNodes
}

const attempts = 4

/**
 * Sends; waits and sends again when the server asks for that (429 or 5xx with Retry-After in seconds: the rule of
 * client-go's rest/with_retry.go) and once more with fresh credentials after a 401. The timeout covers the waiting.
 */
export async function sendPatiently(transport: Transport, sent: Sent): Promise<Reply> {
  let renewed = false
  for (let attempt = 1; ; attempt++) {
    const reply = await transport.send(sent)
    if (reply.status === 401 && !renewed && transport.credentials.renew()) {
      renewed = true
      reply.body.resume()
      continue
    }
    const waitMs = retryAfterMs(reply)
    if (waitMs === null || attempt >= attempts) return reply
    reply.body.resume()
    await sleep(waitMs, undefined, { signal: sent.signal })
  }
}

/** A server that says "in a year" has refused. */
const longestWait = 60

function retryAfterMs({ status, headers }: Reply): number | null {
  const seconds = Number(headers['retry-after'])
  return (status === 429 || status >= 500) &&
    headers['retry-after'] !== undefined &&
    Number.isInteger(seconds) &&
    seconds >= 0 &&
    seconds <= longestWait
    ? seconds * 1000
    : null
}

/** Large bodies wait for each other: what is in memory is a page, not a page for each connection. */
const largeBodies = inTurn()

/**
 * Throws TooMuch; leaving the loop closes the connection. Counts what was unpacked, so that a small bomb is one, too.
 */
export async function readText({ body }: Reply, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let held = 0
  let done: (() => void) | null = null
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      held += chunk.length
      if (held > maxBytes) throw new TooMuch(maxBytes)
      chunks.push(chunk)
      if (held > largeBytes) done ??= await largeBodies()
    }
    return Buffer.concat(chunks).toString('utf8')
  } finally {
    // After whoever waits for the text has made of it what it wants.
    if (done !== null) setImmediate(done)
  }
}
