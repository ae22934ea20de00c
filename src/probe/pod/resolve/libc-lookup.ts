import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { LookupResult } from '../dns/lookup.ts'
import { since } from '../dns/lookup.ts'

/** The C library that this process is linked to, by what is mapped into it: a machine may have both installed. */
export function libcHere(maps = '/proc/self/maps'): 'glibc' | 'musl' | null {
  try {
    const mapped = readFileSync(maps, 'utf8')
    if (/\/ld-musl-|\/libc\.musl-/.test(mapped)) return 'musl'
    return /\/libc(\.so\.6|-2\.\d+\.so)$/m.test(mapped) ? 'glibc' : null
  } catch {
    return null
  }
}

export function nameserversHere(path = '/etc/resolv.conf'): readonly string[] {
  try {
    return [...readFileSync(path, 'utf8').matchAll(/^[^\S\n]*nameserver[^\S\n]+(\S+)/gm)].map((it) => it[1] ?? '')
  } catch {
    return []
  }
}

/**
 * How this container asks its own C library in a process of its own. `getent ahosts` costs a millisecond, but passes
 * AI_ADDRCONFIG: without an IPv6 address besides loopback glibc would then send no AAAA at all, and there would be
 * no pair to lose. Not every getent beside musl knows `ahosts`. Node's own dns.lookup passes no flags; starting it
 * costs some 50 ms of CPU, so fewer run at once.
 */
export function libcAsker(): { readonly tool: 'getent' | 'node'; readonly atOnce: number } {
  const six = Object.values(networkInterfaces()).some((list) =>
    list?.some((it) => it.family === 'IPv6' && !it.internal),
  )
  return six && libcHere() === 'glibc' && existsSync('/usr/bin/getent')
    ? { tool: 'getent', atOnce: 8 }
    : { tool: 'node', atOnce: 2 }
}

/** glibc gives up after 10 s with one nameserver, and 2 s more tell its own end from ours. */
const killAfterMs = 21_000

/** Prints the time that the lookup itself took, so that Node's own start does not count. */
const script = `
const t = performance.now()
require('node:dns').lookup(process.argv[1], { all: true }, (e, l) => {
  const ms = performance.now() - t
  console.log(JSON.stringify({ ms, code: e ? e.code : null, list: l ? l.map((i) => i.address) : [] }))
})`

/**
 * One getaddrinfo() in a new process. Found nothing, fast: `servfail` for EAI_AGAIN, else `nxdomain`; it does not
 * say which question failed, so the other one reads `not-asked`. Slow (4.5 s and more) without a result is `timeout`.
 * Losses that a retry healed can only be told from `ms`: retries and firstLost stay empty.
 */
export function libcLookup(name: string, tool: 'getent' | 'node'): Promise<LookupResult> {
  return new Promise((resolve) => {
    const start = performance.now()
    const [file, ...args] = tool === 'getent' ? ['getent', 'ahosts', name] : [process.execPath, '-e', script, name]
    const child = spawn(file ?? 'getent', args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: killAfterMs,
      killSignal: 'SIGKILL',
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.on('error', () => resolve(nothing(since(start), null)))
    child.on('close', () => resolve(tool === 'getent' ? fromGetent(text, since(start)) : fromNode(text, since(start))))
  })
}

export function fromGetent(text: string, ms: number): LookupResult {
  const addresses = [...text.matchAll(/^(\S+)\s+STREAM/gm)].map((it) => it[1] ?? '')
  return addresses.length === 0 ? nothing(ms, null) : something(addresses, ms)
}

export function fromNode(text: string, elapsed: number): LookupResult {
  try {
    const { ms, code, list } = JSON.parse(text) as { ms: number; code: string | null; list: string[] }
    const exact = Math.round(ms * 10) / 10
    return list.length === 0 ? nothing(exact, code) : something(list, exact)
  } catch {
    return nothing(elapsed, null)
  }
}

function something(addresses: readonly string[], ms: number): LookupResult {
  const six = addresses.some((it) => isIPv6(it))
  const four = addresses.some((it) => !isIPv6(it))
  return { ms, a: four ? 'ok' : 'not-asked', aaaa: six ? 'ok' : 'not-asked', retries: 0, firstLost: 'none' }
}

function nothing(ms: number, code: string | null): LookupResult {
  const inTime = code === 'EAI_AGAIN' ? 'servfail' : 'nxdomain'
  const answer = ms >= 4500 ? 'timeout' : inTime
  return { ms, a: answer, aaaa: 'not-asked', retries: 0, firstLost: 'none' }
}
