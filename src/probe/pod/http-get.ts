import { request } from 'node:http'
import { since } from './lookup.ts'
import type { Emit } from './records.ts'
import type { ProbeSpec } from './spec.ts'

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
}

export interface HttpAsk {
  readonly ip: string
  readonly port: number
  readonly host: string
  readonly path: string
  /** Bytes of the body after which the connection is dropped. */
  readonly atMost: number
  readonly timeoutMs: number
}

/** nginx gives up on a silent upstream after 5 s, three upstreams in turn, and then says 504: that word is worth the wait. */
const answerMs = 18_000

/** One GET on a connection of its own. Redirects are not followed: the status is the answer. */
export function httpGet({ ip, port, host, path, atMost, timeoutMs }: HttpAsk): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const start = performance.now()
    const chunks: Buffer[] = []
    let status: number | null = null
    let bytes = 0
    let connected = false
    const end = (error: string | null, late = false): void => {
      clearTimeout(timer)
      resolve({ status, error, ms: since(start), body: Buffer.concat(chunks).toString(), bytes, connected, late })
      asking.destroy()
    }
    const asking = request({ host: ip, port, path, headers: { Host: host, 'User-Agent': 'hopscope' }, agent: false }, (answer) => {
      status = answer.statusCode ?? null
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > atMost) return end(null)
        chunks.push(chunk)
      })
      answer.on('end', () => end(null))
      answer.on('error', (error) => end(error.message))
    })
    const timer = setTimeout(() => end(`no complete answer within ${timeoutMs} ms`, true), timeoutMs)
    asking.on('socket', (socket) => socket.once('connect', () => (connected = true)))
    asking.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    asking.end()
  })
}

/** Each Ingress host once, one after the other: an answer, not a load. */
export async function httpContacts(spec: ProbeSpec, emit: Emit): Promise<void> {
  for (const { id, ...where } of spec.http) {
    const { status, error, ms } = await httpGet({ ...where, atMost: 64 * 1024, timeoutMs: answerMs })
    emit({ t: 'http', id, status, error, ms })
  }
}
