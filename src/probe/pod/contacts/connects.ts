import { connect, type Socket } from 'node:net'
import type { ConnectResult, ConnectTry, Refusal } from '../../../model/contacts.ts'
import { since } from '../dns/lookup.ts'
import type { Emit } from '../records.ts'
import type { ProbeSpec } from '../spec.ts'
import { refusalIn } from './first-refusal.ts'
import { portRange, sourcePort } from './source-ports.ts'
import { tokenBucket } from '../dns/token-bucket.ts'

/**
 * How long a connection is stayed on, once it stands. A server that takes no more hangs up as soon as it accepts, or as
 * soon as it knows that nobody stands behind it.
 */
const stayMs = 300

/** Whoever hung up is asked again, alone, some while later: so many times. */
const againTimes = 2
const againMs = 400

/** One TCP handshake, ended as soon as it is done; nothing is sent. */
export function tcpConnect(ip: string, port: number, timeoutMs: number, from?: number): Promise<ConnectTry> {
  return new Promise((resolve) => {
    const start = performance.now()
    const socket = connect({ host: ip, port, ...leaving(from) })
    const end = (ended: Ended): void => {
      clearTimeout(timer)
      const own = portOf(socket)
      socket.destroy()
      resolve({ ms: since(start), ...ended, ...own })
    }
    const timer = setTimeout(() => end({ result: 'timeout' }), timeoutMs)
    socket.once('connect', () => end({ result: 'open' }))
    socket.on('error', (error) => {
      if (!isTaken(error, from)) return end(unopened(error))
      clearTimeout(timer)
      resolve(tcpConnect(ip, port, timeoutMs))
    })
  })
}

/** The same, staying on for a while: a server that hangs up then, without a byte, took nobody. Nothing is sent. */
export function tcpStay(ip: string, port: number, timeoutMs: number, from?: number): Promise<ConnectTry> {
  return new Promise((resolve) => {
    const start = performance.now()
    const socket = connect({ host: ip, port, ...leaving(from) })
    let opened: number | null = null
    let timer = setTimeout(() => end({ result: 'timeout' }), timeoutMs)
    const end = (ended: Ended): void => {
      clearTimeout(timer)
      const own = portOf(socket)
      socket.destroy()
      resolve({ ms: opened ?? since(start), ...ended, ...own })
    }
    const stayed = (): void => end({ result: 'open', hungUpMs: null })
    const hungUp = (at: number): void => end({ result: 'open', hungUpMs: Math.round((since(start) - at) * 10) / 10 })
    socket.once('connect', () => {
      opened = since(start)
      clearTimeout(timer)
      timer = setTimeout(stayed, stayMs)
    })
    socket.once('data', (first: Buffer) => {
      const refusal = refusalIn(first)
      if (refusal === null) stayed()
      else end({ result: 'open', hungUpMs: Math.round((since(start) - (opened ?? 0)) * 10) / 10, refusal })
    })
    socket.once('end', () => opened !== null && hungUp(opened))
    socket.on('error', (error) => {
      if (opened !== null) return hungUp(opened)
      if (!isTaken(error, from)) return end(unopened(error))
      clearTimeout(timer)
      resolve(tcpStay(ip, port, timeoutMs))
    })
  })
}

function leaving(from: number | undefined): { readonly localPort?: number } {
  return from === undefined ? {} : { localPort: from }
}

/** Another socket has the port that was meant: then the kernel chooses one. */
function isTaken({ code }: NodeJS.ErrnoException, from: number | undefined): boolean {
  return from !== undefined && (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL')
}

/** Known while the socket is there: an error takes it away. */
function portOf({ localPort }: Socket): { readonly sourcePort?: number } {
  return localPort === undefined || localPort === 0 ? {} : { sourcePort: localPort }
}

type Ended = Omit<ConnectTry, 'ms'>

/**
 * An RST to a SYN is ECONNREFUSED to Linux (tcp_reset in net/ipv4/tcp_input.c); ECONNRESET is of a connection that
 * stood, and was ended before this program had a look at it.
 */
function unopened({ code = '' }: NodeJS.ErrnoException): Ended {
  if (code === 'ECONNRESET') return { result: 'open', hungUpMs: 0 }
  return { result: results[code] ?? 'error' }
}

const results: Readonly<Record<string, ConnectResult>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'no-route',
  // What a route of type `prohibit` says on this very machine.
  EACCES: 'no-route',
  ENETUNREACH: 'no-route',
  ETIMEDOUT: 'timeout',
  EADDRNOTAVAIL: 'no-source',
}

/**
 * Every address `connectTries` times, or as often as it says, all tries of one address a moment apart, bounded by a
 * rate of its own. An address whose turn does not come within the budget has no record: it was not asked. The last try
 * of each stays on for a moment, by itself: many at once would fill a server that takes few.
 */
export async function connects(spec: ProbeSpec, emit: Emit): Promise<void> {
  const bucket = tokenBucket(spec.connectsPerSecond)
  const range = portRange()
  const signal = AbortSignal.timeout(spec.budgetMs)
  await Promise.all(
    spec.connects.map(async ({ id, ip, port, times = spec.connectTries }) => {
      const tries: Promise<ConnectTry>[] = []
      for (let i = 0; i < times; i++) {
        if (!(await bucket.take(1, signal))) break
        const from = sourcePort(i, times, range)
        tries.push(
          i < times - 1
            ? tcpConnect(ip, port, spec.connectTimeoutMs, from)
            : pause(againMs / 2).then(() => tcpStay(ip, port, spec.connectTimeoutMs, from)),
        )
      }
      const ended = await Promise.all(tries)
      const again = hasHungUp(ended.at(-1)) ? await askAgain(ip, port) : []
      const all = [...ended, ...again]
      if (all.length > 0)
        emit({ t: 'connect', id, tries: all.map(tryRecord), from: all.map((it) => it.sourcePort ?? 0) })
    }),
  )

  /** Other nodes' tries, or our own to another address of it, may have taken the place that was left. */
  async function askAgain(ip: string, port: number): Promise<readonly ConnectTry[]> {
    const again: ConnectTry[] = []
    for (let i = 0; i < againTimes && (await bucket.take(1, signal)); i++) {
      await pause(againMs + againMs * 2 * Math.random())
      again.push(await tcpStay(ip, port, spec.connectTimeoutMs))
    }
    return again
  }
}

export type TryRecord =
  | readonly [ConnectResult, number]
  | readonly [ConnectResult, number, number | null]
  | readonly [ConnectResult, number, number | null, Refusal]

export function tryRecord({ result, ms, hungUpMs, refusal }: ConnectTry): TryRecord {
  if (hungUpMs === undefined) return [result, ms]
  return refusal === undefined ? [result, ms, hungUpMs] : [result, ms, hungUpMs, refusal]
}

function hasHungUp(it: ConnectTry | undefined): boolean {
  return typeof it?.hungUpMs === 'number'
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
