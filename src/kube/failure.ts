import { unknown, type Known } from '../model/known.ts'
import { ToolError } from '../tool-error.ts'
import { ProxyError } from './proxy-error.ts'
import { firstLine } from './redact.ts'
import { anyOf } from '../wire/pattern.ts'
import { told } from '../phrases.ts'

/** Why a request has no answer. */
export type Unanswered = Extract<Known<never>, { known: false }>

/**
 * What the answer's status means. `action` is `describeAction`'s words, which alone are the detail of a `forbidden` by
 * RBAC.
 */
export function refusal(status: number, body: string, action: string, name?: string): Unanswered {
  const message = statusMessage(body)
  // RBAC's refusal only repeats the action; a quota's or an admission plugin's says what is in the way.
  if (status === 403)
    return unknown(
      'forbidden',
      message === null || /cannot \w+ resource/.test(message) ? action : `${action}: ${told(message, longestSaid)}`,
    )
  if (status === 404) return unknown('not-there', name === undefined ? action : `${action}: ${name}`)
  if (status === 504 || status === 408) return unknown('timed-out', `${action}: ${saidOr(message, status)}`)
  if (status === 401)
    return unknown('failed', `${action}: the API server does not accept this user's credentials (401)`)
  return unknown('failed', `${action}: ${saidOr(message, status)}`)
}

/** A quota and a webhook have names and numbers in theirs. */
const longestSaid = 400

/** Its own words, or a webhook's, which is anybody's: between quotation marks. */
function saidOr(message: string | null, status: number): string {
  return message === null ? `the API server answered ${status}` : told(message, longestSaid)
}

/**
 * The `message` of a Kubernetes Status
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/), redacted.
 */
export function statusMessage(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body)
    const { message } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as { readonly message?: unknown }
    return typeof message === 'string' && message !== '' ? firstLine(message, 400) : null
  } catch {
    return null
  }
}

/** What an exception of `Transport.send` or of reading its body means. */
export function breakage(
  error: unknown,
  action: string,
  limits: { readonly timedOut: boolean; readonly stopped: boolean; readonly midBody: boolean },
): Unanswered {
  if (limits.stopped) return unknown('cut-off', `${action}: stopped`)
  if (limits.timedOut) return unknown('timed-out', action)
  if (error instanceof ToolError) return unknown('failed', `${action}: ${error.message}`)
  if (!(error instanceof Error)) throw error
  if (limits.midBody && isBroken(error))
    return unknown('cut-off', `${action}: the connection ended in the middle of the answer`)
  if (networkReason(error) === null) throw error
  return unknown('failed', `${action}: ${networkReason(error)}`)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function isBroken(error: Error): boolean {
  return (
    ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR', 'Z_DATA_ERROR', 'ETIMEDOUT'].includes(
      codeOf(error),
    ) || codeOf(error).startsWith('HPE_')
  )
}

/** An operating system's or OpenSSL's reason in plain words; null for an error that is no network's, a bug of ours. */
export function networkReason(error: Error): string | null {
  // With several addresses behind a name (`localhost`), Node reports all attempts in one AggregateError.
  if (error instanceof AggregateError) return error.errors[0] instanceof Error ? networkReason(error.errors[0]) : null
  const code = codeOf(error)
  if (error instanceof ProxyError) return firstLine(error.message)
  const plain = reasons[code]
  if (plain !== undefined) return plain
  return ofNetwork.test(code) ? firstLine(error.message) : null
}

/** The operating system's errno, Node's, its HTTP parser's, OpenSSL's of a certificate, and zlib's. */
const ofNetwork = new RegExp(
  `^${anyOf(
    /E[A-Z]+$/,
    /ERR_(?:SSL_|TLS_|STREAM_|HTTP_|INVALID_CHAR|STRING_TOO_LONG)/,
    /HPE_/,
    /CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO/,
    /Z_/,
  )}`,
)

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be resolved now',
  ETIMEDOUT: 'no answer within the timeout',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other end does not speak TLS',
  EPROTO: 'the TLS handshake failed',
}
