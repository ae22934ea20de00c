/*
 * The `error` of one GET: a code of Node's (`ECONNRESET`, `HPE_INVALID_CONSTANT`), or words of ours. Recordings hold
 * them, so they stay as they are; they are written and read here, and whoever decides does so by what is handed out.
 */

/**
 * Of a server that talks TLS to clients with a certificate of their own alone: its answer to a stranger, and no fault.
 */
export const wantsCertificate = 'wants a certificate of the client'

export const inACircle = 'redirects in a circle'

/** What did not come in time: the connection, the answer, or the end of its body. */
export type Late = 'connection' | 'answer' | 'body'

const forms: Readonly<Record<Late, RegExp>> = {
  connection: /^no connection within [\d.]{1,20} ms$/,
  answer: /^no complete answer within [\d.]{1,20} ms$/,
  body: /^no complete answer within [\d.]{1,20} ms: \d+ bytes of the body came, and no end$/,
}

export function lateError(late: Late, ms: number, bytes: number): string {
  if (late === 'connection') return `no connection within ${ms} ms`
  const answer = `no complete answer within ${ms} ms`
  return late === 'answer' ? answer : `${answer}: ${bytes} bytes of the body came, and no end`
}

/** Of what came of 1xx alone, again and again. */
const interim = /^(1\d\d) came \d{1,9} times?, and no answer$/

export function interimError(status: number, times: number): string {
  return `${status} came ${times === 1 ? '1 time' : `${times} times`}, and no answer`
}

export function isInterim(error: string | null): boolean {
  return error !== null && interim.test(error)
}

/** null: not for want of time. */
export function lateOf(error: string | null): Late | null {
  if (error === null) return null
  const late = (['connection', 'answer', 'body'] as const).find((it) => forms[it].test(error))
  return late ?? null
}
