import { setTimeout as sleep } from 'node:timers/promises'
import { known, unknown, type Known } from '../model/known.ts'
import { breakage, refusal } from './failure.ts'
import type { Reply, Sent, Transport } from './transport.ts'

export type Ask = Omit<Sent, 'signal'> & {
  /** What this does, in `describeAction`'s words. */
  readonly action: string
  /** The object that a 404 is about. */
  readonly name?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** One request with its whole answer, decoded. Answers that are no 2xx, broken connections and time-outs are unknown. */
export async function ask(transport: Transport, wanted: Ask): Promise<Known<string>> {
  const answer = await exchange(transport, wanted)
  if (!answer.known) return answer
  const { status, text } = answer.value
  return status >= 200 && status < 300 ? known(text) : refusal(status, text, wanted.action, wanted.name)
}

/** As `ask`, but any HTTP status is an answer: for callers to whom 404, 409 or 410 means something. */
export async function exchange(transport: Transport, wanted: Ask): Promise<Known<{ readonly status: number; readonly text: string }>> {
  const timeout = AbortSignal.timeout(wanted.timeoutMs)
  const signal = wanted.signal === undefined ? timeout : AbortSignal.any([timeout, wanted.signal])
  let midBody = false
  try {
    const reply = await sendPatiently(transport, { ...wanted, signal })
    midBody = true
    return known({ status: reply.status, text: await readText(reply) })
  } catch (error) {
    return breakage(error, wanted.action, { timedOut: timeout.aborted, stopped: wanted.signal?.aborted ?? false, midBody })
  }
}

/** An object from JSON that a server sent; `failed` when it is none. */
export function parseObject(text: string, action: string): Known<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return known(value as Readonly<Record<string, unknown>>)
  } catch {
    // Said below: what JSON.parse complains about quotes the text, which may hold a secret.
  }
  return unknown('failed', `${action}: the answer is not a JSON object`)
}

const attempts = 4

/**
 * Sends; waits and sends again when the server asks for that (429 or 5xx with Retry-After in seconds: the rule of
 * client-go's rest/with_retry.go) and once more with fresh credentials after a 401. The time-out covers the waiting.
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

function retryAfterMs({ status, headers }: Reply): number | null {
  const seconds = Number(headers['retry-after'])
  return (status === 429 || status >= 500) && headers['retry-after'] !== undefined && Number.isInteger(seconds) && seconds >= 0 ? seconds * 1000 : null
}

export async function readText(reply: Reply): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of reply.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
