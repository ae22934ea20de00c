import type { IncomingMessage } from 'node:http'
import type { RawData, WebSocket } from 'ws'
import { known, unknown, type Known } from '../model/known.ts'
import { describeAction, pathOf } from './address.ts'
import type { Cluster, ExecResult } from './cluster.ts'
import { isStoppable, off } from './container-command.ts'
import { readExecStatus } from './exec-status.ts'
import { breakage, refusal } from './failure.ts'
import { execBytes, inMiB, refusalBytes } from './limits.ts'
import { pods } from './resources.ts'
import type { Connection } from './transport.ts'

/** The first byte of each message (k8s.io/apimachinery pkg/util/remotecommand/constants.go). */
const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const

// v5 can also close stdin (since Kubernetes 1.29); the server takes the first of these that it knows.
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/**
 * Runs a command in a container. `timed-out` when it has not ended in time; `not-there` for a missing pod, container or
 * executable; after an abort, what it printed so far with code null. Closing the connection does not kill the command:
 * a script of `shell` is told to end, and has an end of its own; others need one.
 */
export async function execCommand(
  connection: Connection,
  namespace: string,
  pod: string,
  options: Parameters<Cluster['exec']>[2],
): Promise<Known<ExecResult>> {
  const action = describeAction({ verb: 'create', resource: pods, subresource: 'exec', namespace })
  if (options.signal?.aborted === true) return unknown('cut-off', `${action}: stopped`)
  try {
    const socket = await dial(connection, namespace, pod, options)
    return await converse(socket, options, action, pod)
  } catch (error) {
    return breakage(error, action, { timedOut: false, stopped: false, midBody: false })
  }
}

async function dial(
  { transport, timeoutMs: connectMs }: Connection,
  namespace: string,
  pod: string,
  options: Parameters<Cluster['exec']>[2],
): Promise<WebSocket> {
  // 15 ms that a run without exec does not pay.
  const { WebSocket: Socket } = await import('ws')
  const { agent, headers } = await transport.upgradeOptions()
  const query = new URLSearchParams(options.command.map((word): [string, string] => ['command', word]))
  if (options.container !== undefined) query.set('container', options.container)
  if (options.stdin !== undefined || options.live !== undefined || canStop(options)) query.set('stdin', 'true')
  query.set('stdout', 'true')
  query.set('stderr', 'true')
  const server = transport.target.server.replace(/^http/, 'ws')
  const url = `${server}${pathOf(pods, namespace, pod, 'exec')}?${query.toString()}`
  return new Socket(url, protocols, {
    agent,
    headers,
    handshakeTimeout: Math.min(connectMs, options.timeoutMs),
    perMessageDeflate: false,
    maxPayload: (options.mostBytes ?? execBytes) + 1,
  })
}

function converse(
  socket: WebSocket,
  options: Parameters<Cluster['exec']>[2],
  action: string,
  pod: string,
): Promise<Known<ExecResult>> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  const soFar = (code: number | null): ExecResult => ({
    code,
    stdout: Buffer.concat(out).toString('utf8'),
    stderr: Buffer.concat(err).toString('utf8'),
  })
  let status: string | null = null
  let opened = false
  let held = 0
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        stop(unknown('timed-out', `${action}: ${options.command[0]} did not end within ${options.timeoutMs / 1000} s`)),
      options.timeoutMs,
    )
    const heart = { beats: undefined as NodeJS.Timeout | undefined }
    const onAbort = (): void => stop(opened ? known(soFar(null)) : unknown('cut-off', `${action}: stopped`))
    options.signal?.addEventListener('abort', onAbort)
    if (options.signal?.aborted === true) onAbort()

    /** Before the command has ended: it is told. */
    function stop(result: Known<ExecResult>): void {
      const isTold = canStop(options) && socket.readyState === socket.OPEN
      if (isTold) say(off)
      end(result, isTold ? hearsWithinMs : 0)
    }

    function end(result: Known<ExecResult>, afterMs: number = 0): void {
      clearTimeout(timer)
      clearInterval(heart.beats)
      options.live?.enough.removeEventListener('abort', enough)
      options.signal?.removeEventListener('abort', onAbort)
      // terminate() on a socket that is still opening reports an error that nobody waits for any more.
      socket.removeAllListeners().on('error', () => {})
      if (afterMs === 0) socket.terminate()
      else {
        socket.pause()
        setTimeout(() => socket.terminate(), afterMs).unref()
      }
      resolve(result)
    }

    const say = (text: string): void => {
      if (socket.readyState === socket.OPEN)
        socket.send(Buffer.concat([Uint8Array.of(channel.stdin), Buffer.from(text)]))
    }
    function enough(): void {
      clearInterval(heart.beats)
      // An older protocol can't close its input: an empty line says the same.
      say('\n')
      if (socket.protocol === 'v5.channel.k8s.io' && socket.readyState === socket.OPEN)
        socket.send(Uint8Array.of(channel.close, channel.stdin))
    }

    socket.on('open', () => {
      opened = true
      const { live } = options
      if (live !== undefined) {
        say(live.beat)
        heart.beats = setInterval(() => say(live.beat), live.everyMs)
        live.enough.addEventListener('abort', enough)
        if (live.enough.aborted) enough()
      }
      if (options.stdin === undefined) return
      if (options.stdin !== '') socket.send(Buffer.concat([Uint8Array.of(channel.stdin), Buffer.from(options.stdin)]))
      if (socket.protocol === 'v5.channel.k8s.io') socket.send(Uint8Array.of(channel.close, channel.stdin))
    })
    socket.on('message', (data: RawData) => {
      const message = toBuffer(data)
      const payload = message.subarray(1)
      if (options.live !== undefined && message[0] === channel.stdout) return options.live.out(payload)
      held += payload.length
      if (held > (options.mostBytes ?? execBytes)) return stop(tooMuch(action, options))
      if (message[0] === channel.stdout) out.push(payload)
      else if (message[0] === channel.stderr) err.push(payload)
      else if (message[0] === channel.status) status = (status ?? '') + payload.toString('utf8')
    })
    socket.on('close', () => {
      if (status === null) return end(known(soFar(null)))
      const outcome = readExecStatus(status)
      if ('code' in outcome) end(known(soFar(outcome.code)))
      else end(unknown(outcome.notThere ? 'not-there' : 'failed', `${action}: ${outcome.failed}`))
    })
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      readRefusal(response).then((body) => end(refusedUpgrade(response.statusCode ?? 0, body, action, pod)), reject)
    })
    socket.on('error', (error: Error) => {
      if ('code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return end(tooMuch(action, options))
      const timedOut = error.message.includes('handshake has timed out')
      try {
        end(opened ? known(soFar(null)) : breakage(error, action, { timedOut, stopped: false, midBody: false }))
      } catch (bug) {
        reject(bug)
      }
    })
  })
}

/** A connection that is broken off takes with it what was said last. */
const hearsWithinMs = 500

function canStop({ command, stdin, live }: Parameters<Cluster['exec']>[2]): boolean {
  return stdin === undefined && live === undefined && isStoppable(command)
}

/**
 * Before Kubernetes 1.35 a WebSocket exec needs `get pods/exec` and kubectl's SPDY `create`; from 1.35 on `create` as
 * well (https://github.com/kubernetes/kubernetes/pull/134577). The server's message says which one is missing.
 */
function refusedUpgrade(status: number, body: string, action: string, pod: string): Known<never> {
  const verb = /cannot (\w+) resource/.exec(body)?.[1]
  return refusal(status, body, status === 403 && verb !== undefined ? action.replace(/^\w+/, verb) : action, pod)
}

function tooMuch(action: string, { command, mostBytes }: Parameters<Cluster['exec']>[2]): Known<never> {
  return unknown('cut-off', `${action}: ${command[0]} printed more than ${inMiB(mostBytes ?? execBytes)}`)
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let held = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      held += chunk.length
      if (held > refusalBytes) break
      chunks.push(chunk)
    }
  } catch {
    // The status line has said enough.
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
