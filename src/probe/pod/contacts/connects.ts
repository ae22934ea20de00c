import { connect } from 'node:net'
import type { ConnectResult } from '../../../model/contacts.ts'
import { since } from '../dns/lookup.ts'
import type { Emit } from '../records.ts'
import type { ProbeSpec } from '../spec.ts'
import { tokenBucket } from '../dns/token-bucket.ts'

export interface Try {
  readonly result: ConnectResult
  readonly ms: number
}

/** One TCP handshake, ended as soon as it is done; nothing is sent. */
export function tcpConnect(ip: string, port: number, timeoutMs: number): Promise<Try> {
  return new Promise((resolve) => {
    const start = performance.now()
    const socket = connect({ host: ip, port })
    const end = (result: ConnectResult): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ result, ms: since(start) })
    }
    const timer = setTimeout(() => end('timeout'), timeoutMs)
    socket.once('connect', () => end('open'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(results[error.code ?? ''] ?? 'error'))
  })
}

const results: Readonly<Record<string, ConnectResult>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'no-route',
  // What a route of type `prohibit` says on this very machine.
  EACCES: 'no-route',
  ENETUNREACH: 'no-route',
  ETIMEDOUT: 'timeout',
  EADDRNOTAVAIL: 'no-source',
}

/**
 * Every address `connectTries` times, or as often as it says, all tries of one address a moment apart, bounded by a
 * rate of its own. An address whose turn does not come within the budget has no record: it was not asked.
 */
export async function connects(spec: ProbeSpec, emit: Emit): Promise<void> {
  const bucket = tokenBucket(spec.connectsPerSecond)
  const signal = AbortSignal.timeout(spec.budgetMs)
  await Promise.all(
    spec.connects.map(async ({ id, ip, port, times = spec.connectTries }) => {
      const tries: Promise<Try>[] = []
      for (let i = 0; i < times; i++) {
        if (!(await bucket.take(1, signal))) break
        tries.push(tcpConnect(ip, port, spec.connectTimeoutMs))
      }
      const ended = await Promise.all(tries)
      if (ended.length > 0) emit({ t: 'connect', id, tries: ended.map((it) => [it.result, it.ms] as const) })
    }),
  )
}
