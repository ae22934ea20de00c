import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ToolError } from '../tool-error.ts'
import type { Allowed } from './allowed.ts'
import { type Door, door } from './door.ts'
import { type Times, usualTimes } from './live.ts'
import { outPage, welcomePage } from './pages/door.ts'
import { guards } from './pages/layout.ts'
import { reply, type Reply, seeOther } from './reply.ts'
import { type Routes, routes } from './routes.ts'
import { openedId, runsIn } from './runs.ts'
import { pageScript } from './script.ts'

export interface Serving {
  /** null: one that is free. */
  readonly port: number | null
  /** The run that the link leads to; null: the start. */
  readonly first: string | null
  /** Told once, when it can be opened: the link, good for one use. */
  readonly opened: (url: string) => void
  /** What runs did, line by line. */
  readonly audit: (line: string) => void
  readonly times?: Times
}

/** What a browser of a person sends is far below these. */
const limits = { headerBytes: 8192, bodyBytes: 8192, headersMs: 5000, requestMs: 10_000, connections: 32 } as const

const lastWordsMs = 200

/** Serves the page on loopback until `signal` ends it; a run that goes on is stopped, and what it made is removed. */
export async function serveUi(allowed: Allowed, signal: AbortSignal, serving: Serving): Promise<void> {
  const { port, first, opened, audit, times = usualTimes } = serving
  const runs = runsIn(allowed.runs, allowed.opened)
  // What can't be read is said where it was named, and not in a browser.
  if (allowed.opened !== null) await runs.answer(openedId, null)
  const inner = routes({ allowed, runs, script: await pageScript(), times, audit })
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: 1000,
  })
  server.maxConnections = limits.connections
  const entrance = door(await listening(server, port))
  const house = { entrance, inner, audit }
  server.on('request', (request, response) => void answered(request, response, house))
  const path = first === null ? '/' : `/run/${first}`
  opened(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}?token=${entrance.token}`)
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await inner.close()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    // The last words of a run reach its page first.
    setTimeout(() => server.closeAllConnections(), lastWordsMs)
  })
}

/** On loopback and nowhere else. */
async function listening(server: Server, port: number | null): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(port, error)))
    server.listen({ host: '127.0.0.1', port: port ?? 0, exclusive: true }, resolve)
  })
  return (server.address() as AddressInfo).port
}

function notListening(port: number | null, { code, message }: NodeJS.ErrnoException): ToolError {
  const known: Readonly<Record<string, string>> = { EADDRINUSE: 'it is taken', EACCES: 'it is not for every user' }
  return new ToolError(
    'usage',
    `the page can't be served on port ${port ?? 'any'} of 127.0.0.1: ${known[code ?? ''] ?? message}`,
    'leave out --port, and a free one is taken',
  )
}

interface House {
  readonly entrance: Door
  readonly inner: Routes
  readonly audit: (line: string) => void
}

async function answered(request: IncomingMessage, response: ServerResponse, house: House): Promise<void> {
  try {
    send(response, await replyTo(request, house))
  } catch (error) {
    // A client that went away in the middle of its form is no bug.
    if (!request.destroyed) house.audit(`the page failed: ${error instanceof Error ? error.message : String(error)}`)
    if (!response.headersSent) send(response, reply('text', 'hopscope failed here: this is a bug\n', 500))
    response.destroy()
  }
}

function send(response: ServerResponse, { status, headers, body, stream }: Reply): void {
  response.writeHead(status, { ...guards, ...headers })
  if (stream === undefined) return void response.end(body)
  response.flushHeaders()
  stream(response)
}

async function replyTo(request: IncomingMessage, { entrance, inner }: House): Promise<Reply> {
  const { method = '', headers } = request
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1')
  // A link of another server's makes no path of ours.
  if (url === null || !/^\/(?!\/)/.test(request.url ?? '')) return reply('html', outPage('this is no path'), 400)
  const path = url.pathname
  const entry = entrance.enter({
    method,
    path,
    token: url.searchParams.get('token'),
    host: headers.host,
    origin: headers.origin,
    site: one(headers['sec-fetch-site']),
    cookie: headers.cookie,
  })
  if (entry.kind === 'out') return reply('html', outPage(entry.why), 403)
  if (entry.kind === 'known') return seeOther(landing(path))
  if (entry.kind === 'welcome') {
    const welcome = reply('html', welcomePage(landing(path)))
    return { ...welcome, headers: { ...welcome.headers, 'set-cookie': entry.cookie } }
  }
  if (method !== 'GET' && method !== 'POST') return reply('text', 'GET and POST\n', 405)
  const form = method === 'POST' ? await formOf(request) : new URLSearchParams()
  if (form === null) return reply('text', 'this is no form of this page\n', 413)
  return inner.answer({ method, path, query: url.searchParams, form, lastEvent: one(headers['last-event-id']) ?? null })
}

/** Where a link may lead: never to another host. */
function landing(path: string): string {
  return /^(?:\/[\w.-]+)+$/.test(path) ? path : '/'
}

/** null: it is none, or too long. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  if (!/^application\/x-www-form-urlencoded(?:;|$)/.test(request.headers['content-type'] ?? '')) return null
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limits.bodyBytes) return null
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}
