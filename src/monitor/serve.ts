import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Health } from '../answers/monitor/state.ts'
import { ToolError } from '../tool-error.ts'
import type { Book } from './book.ts'

/** Where it listens. `host` empty: every address. */
export interface Listen {
  readonly host: string
  readonly port: number
}

/** What a Prometheus, a kubelet and a person with curl need is far below these. */
const limits = { headerBytes: 4096, headersMs: 5000, requestMs: 10_000, connections: 64, keepAliveMs: 5000 } as const

export interface Served {
  /** `127.0.0.1:9467`, as it came to be. */
  readonly address: string
  /** At once: a scrape under way is cut off. */
  readonly close: () => Promise<void>
}

/** Who asks on loopback: a pod has no browser, and a proxy beside it hands on the Host of who asked it. */
type Asker = 'anyone' | 'machine'

/**
 * Serves what the book says; it holds no secret, and takes nothing from whoever asks. For `machine` it answers, on
 * loopback, under loopback's own names alone: any page of the web can point a name at 127.0.0.1 (DNS rebinding), and
 * would read from there what is sick in which cluster.
 */
export async function serveBook(listen: Listen, book: Book, asker: Asker = 'anyone'): Promise<Served> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => answer(request, response, { book, asker }),
  )
  server.maxConnections = limits.connections
  await listening(server, listen)
  const { address, port, family } = server.address() as AddressInfo
  return {
    address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function listening(server: Server, { host, port }: Listen): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening({ host, port }, error)))
    server.listen({ port, exclusive: true, ...(host === '' ? {} : { host }) }, resolve)
  })
}

function notListening({ host, port }: Listen, { code, message }: NodeJS.ErrnoException): ToolError {
  const known: Readonly<Record<string, string>> = {
    EADDRINUSE: 'it is taken',
    EACCES: 'it is not for every user',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such name',
  }
  const why = known[code ?? ''] ?? message
  return new ToolError(
    'usage',
    `the metrics can't be served on ${host === '' ? 'every address' : host}, port ${port}: ${why}`,
    'name another one: --listen 127.0.0.1:9468',
  )
}

const exposition = 'text/plain; version=0.0.4; charset=utf-8'
const plain = 'text/plain; charset=utf-8'

interface Open {
  readonly book: Book
  readonly asker: Asker
}

function answer(request: IncomingMessage, response: ServerResponse, { book, asker }: Open): void {
  // What is sent along is not read.
  request.resume()
  const { status, type, body } = asker === 'machine' && isByForeignName(request) ? foreign : replyTo(request, book)
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** 421 Misdirected Request: RFC 9110, 15.5.20. */
const foreign: Reply = {
  status: 421,
  type: plain,
  body: 'this listens on loopback, and is asked for by another name: use 127.0.0.1 or localhost\n',
}

function isByForeignName({ socket, headers }: IncomingMessage): boolean {
  const reached = (socket.localAddress ?? '').replace(/^::ffff:/, '')
  if (reached !== '::1' && !reached.startsWith('127.')) return false
  const name = (headers.host ?? '').replace(/:\d{1,5}$/, '')
  return !['localhost', '127.0.0.1', '[::1]', reached].includes(name)
}

function replyTo({ method, url = '/' }: IncomingMessage, book: Book): Reply {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: plain, body: 'GET and HEAD\n' }
  switch (url.split('?', 1)[0]) {
    case '/metrics':
      return { status: 200, type: exposition, body: book.metrics() }
    case '/healthz':
      return healthReply(book.ready())
    case '/livez':
      return healthReply(book.alive())
    case '/':
      return { status: 200, type: plain, body: 'hopscope monitor: /metrics /healthz /livez\n' }
    default:
      return { status: 404, type: plain, body: '/metrics /healthz /livez\n' }
  }
}

function healthReply({ ok, why }: Health): Reply {
  return { status: ok ? 200 : 503, type: plain, body: `${ok ? 'ok' : 'not ok'}: ${why}\n` }
}
