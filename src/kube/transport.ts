import type { Agent, AgentOptions, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { RequestOptions } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { connect as tlsConnect, createSecureContext, type SecureContextOptions } from 'node:tls'
import { createGunzip } from 'node:zlib'
import { ToolError } from '../tool-error.ts'
import { credentialSource, pem, type CredentialSource } from './credentials.ts'
import type { Target } from './kubeconfig.ts'
import { http, https } from './node-http.ts'
import { portOf } from './dial.ts'
import { dialThrough, proxyFor } from './proxy.ts'

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: object
  readonly accept?: string
  /** Streams are read as they come: compression would hold lines back. */
  readonly stream?: boolean
  /** Not one of those that requests share: it is held for hours. */
  readonly ownConnection?: boolean
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Decoded. Ends with an error when the connection breaks before the body's end. */
  readonly body: Readable
}

/** A transport, and how long one request through it may take. */
export interface Connection {
  readonly transport: Transport
  readonly timeoutMs: number
}

/** One API server and one user over one keep-alive agent. */
export interface Transport {
  readonly target: Target
  readonly credentials: CredentialSource
  /** One HTTP exchange. Throws Node's connection errors, ToolError from the credentials, and AbortError. */
  send(sent: Sent): Promise<Reply>
  /** What a WebSocket needs to open with the same TLS and credentials. */
  upgradeOptions(): Promise<{ readonly agent: Agent; readonly headers: Record<string, string | string[]> }>
  /** The server's clock by its last Date header, in milliseconds since 1970; null before any. */
  serverNow(): number | null
  close(): void
}

export interface Impersonation {
  readonly as?: string | undefined
  readonly asGroup?: readonly string[] | undefined
}

interface Agents {
  readonly cert: string | null
  readonly kept: Agent
  /** For upgrades: after refusing one, the API server closes a connection that a kept agent would use again. */
  readonly single: Agent
}

// Enough to read every resource type at once, few enough that a start does not pay for dozens of TLS handshakes.
const maxSockets = 64

/** Reads certificates; opens no connection. Throws ToolError bad-kubeconfig. */
export function openTransport(
  target: Target,
  who: Impersonation,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Transport {
  const server = new URL(target.server)
  const secure = server.protocol === 'https:'
  const ca = pem(target.cluster.caData, target.cluster.caFile, `certificate authority of cluster at ${target.server}`)
  const credentials = credentialSource(target, ca)
  const proxy = proxyFor(server, target.cluster.proxyUrl, env)
  const basePath = server.pathname.replace(/\/$/, '')
  let open: Agents | null = null
  const closing = new AbortController()
  let clock: { readonly server: number; readonly at: number } | null = null

  function agentsWith(cert: string | null, key: string | null): Agents {
    if (open !== null && open.cert === cert) return open
    open?.kept.destroy()
    const tls: SecureContextOptions & { rejectUnauthorized: boolean; servername?: string } = {
      rejectUnauthorized: !target.cluster.skipTlsVerify,
      ...(ca === null ? {} : { ca }),
      ...(cert === null || key === null ? {} : { cert, key }),
      ...(target.cluster.tlsServerName === null ? {} : { servername: target.cluster.tlsServerName }),
    }
    if (secure) checkSecureContext(tls, target)
    const agent = (options: AgentOptions): Agent => {
      const made = secure ? new https.Agent({ ...options, ...tls }) : new http.Agent(options)
      if (proxy !== null) tunnel(made, { proxy, server, tls, signal: closing.signal })
      return made
    }
    open = { cert, kept: agent({ keepAlive: true, maxSockets }), single: agent({ keepAlive: false }) }
    return open
  }

  async function prepare(): Promise<{ agents: Agents; headers: Record<string, string | string[]> }> {
    const { cert, key, authorization } = await credentials.current()
    const as = who.as ?? target.user.as
    const groups = who.asGroup ?? (who.as === undefined ? target.user.asGroups : [])
    if (!isSendable(authorization ?? ''))
      throw notSendable(`the token of user \`${target.userName}\``, 'see what the kubeconfig, or its plugin, gives')
    if (![as ?? '', ...groups].every(isSendable))
      throw notSendable('the user or group to impersonate', 'see --as, --as-group and the kubeconfig')
    return {
      agents: agentsWith(cert, key),
      headers: {
        'user-agent': 'hopscope',
        ...(authorization === null ? {} : { authorization }),
        ...(as === null ? {} : { 'impersonate-user': as }),
        ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
      },
    }
  }

  async function send(sent: Sent): Promise<Reply> {
    // A credential plugin takes as long as it takes; who asks does not have to wait for it.
    const { agents, headers } = await unlessAborted(prepare(), sent.signal)
    const body = sent.body === undefined ? null : JSON.stringify(sent.body)
    const options: RequestOptions = {
      agent: sent.ownConnection === true ? agents.single : agents.kept,
      method: sent.method ?? 'GET',
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(server),
      path: basePath + sent.path,
      signal: sent.signal,
      headers: {
        ...headers,
        accept: sent.accept ?? 'application/json',
        'accept-encoding': sent.stream === true ? 'identity' : 'gzip',
        ...(body === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      } satisfies OutgoingHttpHeaders,
    }
    const reply = await exchange(secure, options, body)
    const told = Date.parse(reply.headers.date ?? '')
    if (!Number.isNaN(told)) clock = { server: told, at: performance.now() }
    return reply
  }

  async function upgradeOptions(): ReturnType<Transport['upgradeOptions']> {
    const { agents, headers } = await prepare()
    return { agent: agents.single, headers }
  }

  function close(): void {
    closing.abort(new Error('closed'))
    credentials.close()
    open?.kept.destroy()
  }

  const serverNow = (): number | null => (clock === null ? null : clock.server + performance.now() - clock.at)
  return { target, credentials, send, upgradeOptions, serverNow, close }
}

/** What node:http takes in a header, RFC 9110, 5.5. */
function isSendable(value: string): boolean {
  return /^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value)
}

/** It is not the network that is at fault. */
function notSendable(what: string, hint: string): ToolError {
  return new ToolError('unauthorized', `${what} has characters that no request can carry`, hint)
}

function exchange(secure: boolean, options: RequestOptions, body: string | null, retried = false): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(options)
    let again = false
    // An abort between the last byte and the socket's return to the agent, or after the reader left, is nobody's error:
    // Node 24 emits it on the socket and the response, where without a listener it would end the process.
    request.on('socket', (socket) => socket.off('error', ignore).on('error', ignore))
    request.once('response', (response) => {
      response.on('error', ignore)
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response.headers['content-encoding'] === 'gzip' ? pipeline(response, createGunzip(), () => {}) : response,
      })
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close an idle connection in the moment in which it is used again; RFC 9112, 9.3.1 lets a GET
      // repeat.
      if (request.reusedSocket && error.code === 'ECONNRESET' && options.method === 'GET' && !retried) {
        again = true
        exchange(secure, options, body, true).then(resolve, reject)
      } else reject(error)
    })
    request.once('upgrade', (response, socket) => {
      socket.destroy()
      reject(
        surprise(`the server answered ${response.statusCode ?? 101} (switching protocols), which nobody asked for`),
      )
    })
    // The last word in any case: a promise that nothing settles would end the process without one.
    request.once('close', () => again || reject(surprise('the connection ended without an answer')))
    // While a connection is being made through a proxy, Node tells an aborted request nothing.
    const { signal } = options
    const stop = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    request.once('close', () => signal?.removeEventListener('abort', stop))
    request.end(body ?? undefined)
  })
}

/** As an error of Node's HTTP parser: what came is not what HTTP says. */
function surprise(message: string): Error {
  return Object.assign(new Error(message), { code: 'HPE_SURPRISE' })
}

/** Rejects as `signal` aborts; what was waited for goes on for whoever else waits for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function ignore(): void {}

function checkSecureContext(tls: SecureContextOptions, target: Target): void {
  try {
    createSecureContext(tls)
  } catch {
    // OpenSSL's own message may quote the PEM.
    throw new ToolError(
      'bad-kubeconfig',
      `the kubeconfig's certificates for context \`${target.context}\` are unusable: ` +
        'damaged, or the client key does not belong to the client certificate',
      'get a fresh kubeconfig',
    )
  }
}

interface Tunnel {
  readonly proxy: URL
  readonly server: URL
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized: boolean; readonly servername?: string }
  readonly signal: AbortSignal
}

function tunnel(agent: Agent, { proxy, server, tls, signal }: Tunnel): void {
  const host = server.hostname.replace(/^\[|\]$/g, '')
  agent.createConnection = (_options, done) => {
    dialThrough(proxy, { host, port: portOf(server), signal }).then(
      (socket: Socket) => {
        if (server.protocol !== 'https:') return done?.(null, socket)
        const servername = tls.servername ?? (isIP(host) === 0 ? host : '')
        const wrapped = tlsConnect({ ...tls, socket, host, servername })
        done?.(null, wrapped)
      },
      (error: Error) => done?.(error, undefined as never),
    )
    return undefined
  }
}
