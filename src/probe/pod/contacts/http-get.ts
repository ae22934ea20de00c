import { createHash } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Certificate, PageMarks } from '../../../model/contacts.ts'
import { interimError, lateError, wantsCertificate } from '../../../model/http-error.ts'
import { certificateOf } from './certificate.ts'
import { since } from '../dns/lookup.ts'
import { pageMaker } from './page-maker.ts'
import { anyOf } from '../../../wire/pattern.ts'

export interface HttpAnswer {
  readonly status: number | null
  readonly error: string | null
  readonly ms: number
  readonly body: string
  readonly bytes: number
  /** Whether the TCP connection stood. */
  readonly connected: boolean
  /** Whether it was given up because of the time alone. */
  readonly late: boolean
  readonly location: string | null
  readonly setsCookie: boolean
  readonly certificate: Certificate | null
  readonly page: PageMarks | null
  /** Why its end was not awaited; null: it ended, or failed. */
  readonly unended: 'stream' | 'long' | null
}

export interface HttpAsk {
  readonly ip: string
  readonly port: number
  /** `https` speaks TLS, with the host's name for SNI; what certificate comes is noted, and never a reason to stop. */
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly path: string
  /** Bytes of the body after which the connection is dropped. */
  readonly atMost: number
  readonly timeoutMs: number
  /** Ends it sooner, as if its time were up. */
  readonly until?: AbortSignal
  /** As many bytes as the whole request is to have: a header that means nothing makes up for what is missing. */
  readonly padTo?: number
}

/** What is meant to go on for ever: its headers are its answer. */
const endless = /^(?:text\/event-stream|multipart\/x-mixed-replace|application\/(?:x-ndjson|stream\+json|grpc))/i

/** Node's own limit for all headers together is 16 KiB; of one, no more than this is kept. */
const longestHeader = 1000
const pageBytes = 4096

/** Of a server that sends 1xx for ever: each is a step of an answer (RFC 9110 15.2), and none of them is one. */
const mostInterim = 100

/** Linux sends a SYN again after 1 and 3 s: what is silent now was silent three times. */
const connectMs = 4000

/** One GET on a connection of its own. Redirects are not followed here: the status is the answer. */
export function httpGet(ask: HttpAsk): Promise<HttpAnswer> {
  const { ip, port, host, path, atMost, timeoutMs } = ask
  return new Promise((resolve) => {
    const start = performance.now()
    const chunks: Buffer[] = []
    let head: IncomingMessage | null = null
    let certificate: Certificate | null = null
    let bytes = 0
    let interim = { status: 0, times: 0 }
    let connected = false
    let over = false
    let unended: HttpAnswer['unended'] = null
    const end = (error: string | null, late = false): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      clearTimeout(opening)
      ask.until?.removeEventListener('abort', giveUp)
      const body = Buffer.concat(chunks).toString()
      resolve({
        status: head?.statusCode ?? null,
        error,
        ms: since(start),
        body,
        bytes,
        connected,
        late,
        certificate,
        location: kept(head?.headers.location),
        setsCookie: head?.headers['set-cookie'] !== undefined,
        page: head === null ? null : marksOf(head, body, ask),
        unended,
      })
      asking?.destroy()
    }
    const options: RequestOptions = {
      host: ip,
      port,
      // An Ingress names a path; `http://elsewhere/` in its place would ask a proxy.
      path: path.startsWith('/') ? path : `/${path}`,
      headers: headersOf(ask),
      agent: false,
    }
    const name = hostname(host)
    const patience = Math.min(connectMs, timeoutMs)
    const giveUp = (): void => (head === null && interim.times > 0 ? end(interimText()) : end(lateText(), true))
    const timer = setTimeout(giveUp, timeoutMs)
    const opening = setTimeout(() => (connected ? null : giveUp()), patience)
    ask.until?.addEventListener('abort', giveUp)
    let asking: ClientRequest | null = null
    try {
      asking =
        ask.scheme === 'https'
          ? tlsRequest({ ...options, rejectUnauthorized: false, servername: isIP(name) === 0 ? name : '' }, onAnswer)
          : plainRequest(options, onAnswer)
    } catch (error) {
      // A host or path that no header can carry; it must not take the other requests with it.
      return end(connectionError(error as NodeJS.ErrnoException))
    }
    asking.on('socket', (socket) => {
      socket.once('connect', () => (connected = true))
      socket.once('secureConnect', () => (certificate = certificateOf(socket as TLSSocket, name)))
    })
    asking.on('information', ({ statusCode }) => {
      interim = { status: statusCode, times: interim.times + 1 }
      if (interim.times >= mostInterim) end(interimText())
    })
    asking.on('error', (error: NodeJS.ErrnoException) => end(connectionError(error)))
    asking.end()

    function onAnswer(answer: IncomingMessage): void {
      head = answer
      if (endless.test(answer.headers['content-type'] ?? '')) {
        unended = 'stream'
        return end(null)
      }
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > atMost) {
          unended = 'long'
          return end(null)
        }
        chunks.push(chunk)
      })
      answer.on('end', () => end(null))
      answer.on('error', (error: NodeJS.ErrnoException) => end(`the body did not end: ${error.code ?? error.message}`))
    }

    function interimText(): string {
      return interimError(interim.status, interim.times)
    }

    /** Which of the three steps was late is half of the diagnosis. */
    function lateText(): string {
      const isEnded = ask.until?.aborted === true
      if (!connected) return lateError('connection', isEnded ? Math.round(since(start)) : patience, bytes)
      const waited = isEnded ? Math.round(since(start)) : timeoutMs
      return lateError(head === null ? 'answer' : 'body', waited, bytes)
    }
  })
}

/**
 * TLS 1.3 has an alert for it; before, servers ended the handshake with one of the others (RFC 8446 6.2, RFC 5246
 * 7.2.2).
 */
const clientAlerts = new RegExp(
  anyOf(
    /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)$/,
    /alert (?:certificate required|bad certificate|handshake failure)/,
  ),
  'i',
)

function connectionError({ code, message }: NodeJS.ErrnoException): string {
  if (clientAlerts.test(code ?? '') || clientAlerts.test(message)) return wantsCertificate
  return (code ?? message).slice(0, longestHeader)
}

const padding = 'X-Hopscope-Padding'

/** Those that Node adds by itself, with `agent: false`, among them: the length is that of what is sent. */
function headersOf({ host, path, padTo = 0 }: HttpAsk): Record<string, string> {
  const plain = { Host: host, 'User-Agent': 'hopscope' }
  if (padTo === 0) return plain
  const lines = [
    `GET ${path.startsWith('/') ? path : `/${path}`} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: hopscope',
    `${padding}: `,
    'Connection: close',
    '',
    '',
  ]
  return { ...plain, [padding]: 'x'.repeat(Math.max(1, padTo - Buffer.byteLength(lines.join('\r\n'), 'latin1'))) }
}

/** A `Host` header without its port. */
export function hostname(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

function kept(header: string | undefined): string | null {
  return header === undefined || header === '' ? null : header.slice(0, longestHeader)
}

/** Headers that differ from one answer to the next, or by whether a host has TLS. */
const restless = new Set([
  'date',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'set-cookie',
  'strict-transport-security',
  'etag',
  'age',
])

/** Pages repeat the host and path that they were asked for: without them, two pages of one maker are the same. */
function marksOf(answer: IncomingMessage, body: string, { host, path }: HttpAsk): PageMarks {
  const page = [host, hostname(host), path]
    .filter((it) => it.length > 1)
    .reduce((text, it) => text.replaceAll(it, ''), body.slice(0, pageBytes))
  const names = Object.keys(answer.headers)
    .filter((it) => !restless.has(it))
    .sort()
  const server = [answer.headers.server ?? ''].flat().join(' ')
  const by = (answer.statusCode ?? 0) >= 400 ? pageMaker(body, server) : null
  return {
    body: digest(`${answer.statusCode} ${page}`),
    head: digest([...names, server, answer.headers['content-type'] ?? ''].join('\n')),
    ...(by === null ? {} : { by }),
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
