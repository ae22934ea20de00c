import { randomBytes } from 'node:crypto'
import { libcAsker, libcLookup, nameserversHere } from '../resolve/libc-lookup.ts'
import { lookup, type LookupResult } from '../dns/lookup.ts'
import { untilOf } from '../dns/until.ts'
import type { Emit, LookupRow } from '../records.ts'
import type { ProbeSpec, SeriesSpec } from '../spec.ts'
import { tokenBucket } from '../dns/token-bucket.ts'
import { type Watched, watchdog } from './watchdog.ts'

/** Rows wait for company, so that a log line carries many, but no longer than a progress record. */
const batch = 50
const tickMs = 500

/** A label that nobody else has made up: 48 random bits. */
function freshName(name: string): string {
  return `${randomBytes(6).toString('hex')}.${name}`
}

/** Through a cache of the node's, where the plan knows of none. */
const ednsCount = 8

/** What the cap counts for a lookup before it starts: A and AAAA. */
const questions = 2

/** All series at once under one rate cap; resolves when each lookup that was started has ended. */
export async function dnsStorm(
  spec: ProbeSpec,
  emit: Emit,
  began: number,
  servers: () => string | null = () => null,
): Promise<{ readonly queries: number; readonly lookups: number }> {
  const series = withOwnNameserver(spec)
  const bucket = tokenBucket(spec.queriesPerSecond)
  const asker = libcAsker()
  const dog = watchdog(spec.queriesPerSecond)
  const watched: Watched[][] = series.map(() => [])
  const rows: LookupRow[][] = series.map(() => [])
  const ending = new AbortController()
  const ended = aborted(ending.signal)
  const total = series.reduce((sum, it) => sum + it.count, 0)
  const until = untilOf(spec.resolver)
  const rules = { ...spec.resolver, until: until.at }
  let queries = 0
  let done = 0

  series.forEach((of, s) => emit({ t: 'series', s, of }))
  const flush = (s: number, least: number): void => {
    const waiting = rows[s] ?? []
    if (waiting.length >= least) emit({ t: 'lookups', s, rows: waiting.splice(0) })
  }
  const one = async (of: SeriesSpec, s: number): Promise<void> => {
    const start = performance.now()
    const entry: Watched = { startedAt: start, done: null }
    // What is asked in a way that some device may not like says nothing of the load.
    if (of.apart !== 'edns') watched[s]?.push(entry)
    // The tokens of a first sending were taken before it; what comes on top is a repeat.
    let paid = questions
    const sent = (n: number): void => {
      queries += n
      bucket.spend(Math.max(0, n - paid))
      paid = Math.max(0, paid - n)
    }
    if (of.method === 'getaddrinfo') sent(questions)
    const result =
      of.method === 'getaddrinfo'
        ? await until.or(libcLookup(of.name, asker.tool), silentLibc(start))
        : await lookup(of.fresh === true ? { ...of, name: freshName(of.name) } : of, rules, sent)
    // It was given up before it could be called silent: nothing was learnt.
    if (result === null) return
    entry.done = { at: start + result.ms, good: isGood(result) }
    done++
    rows[s]?.push([Math.round(start - began), result.ms, result.a, result.aaaa, result.retries, result.firstLost])
    flush(s, batch)
  }

  const budget = setTimeout(() => ending.abort(), spec.budgetMs)
  const tick = setInterval(() => {
    rows.forEach((_, s) => flush(s, 1))
    emit({ t: 'progress', done, of: total })
    const { act, why } = dog.judge(watched, performance.now(), servers())
    if (act === 'halve') {
      bucket.setRate(bucket.rate() / 2)
      emit({ t: 'slowed', why })
    } else if (act === 'stop' && !ending.signal.aborted) {
      ending.abort()
      emit({ t: 'stopped', why })
    }
  }, tickMs)

  await Promise.all(
    series.map(async (of, s) => {
      const slots = of.method === 'getaddrinfo' ? Math.min(of.outstanding, asker.atOnce) : of.outstanding
      const running = new Set<Promise<void>>()
      for (let i = 0; i < of.count; i++) {
        if (running.size >= slots) await Promise.race([...running, ended])
        if (ending.signal.aborted || !(await bucket.take(questions, ending.signal))) break
        const it: Promise<void> = one(of, s).finally(() => running.delete(it))
        running.add(it)
      }
      await Promise.all(running)
    }),
  )
  clearTimeout(budget)
  clearInterval(tick)
  rows.forEach((_, s) => flush(s, 1))
  return { queries, lookups: done }
}

/** glibc and musl send again after 5 and 2.5 s: whoever has no answer by then has none. */
const libcMs = 5000

function silentLibc(start: number): () => LookupResult | null {
  return () => {
    const ms = Math.round(performance.now() - start)
    return ms < libcMs ? null : { ms, a: 'timeout', aaaa: 'not-asked', retries: 0, firstLost: 'none' }
  }
}

const bad: ReadonlySet<string> = new Set(['servfail', 'refused', 'timeout', 'unreachable'])

function isGood(result: LookupResult): boolean {
  return !bad.has(result.a) && !bad.has(result.aaaa) && result.firstLost === 'none'
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/**
 * getaddrinfo asks whatever resolv.conf says, so its series get that server's name; and when no series asks that
 * server, or only a few do (a node cache takes the place of the Service), as many pairs to it as to the Service.
 */
export function withOwnNameserver(
  spec: ProbeSpec,
  nameservers: readonly string[] = nameserversHere(),
): readonly SeriesSpec[] {
  const own = nameservers[0]
  if (own === undefined) return spec.series
  const known = spec.series.find((it) => it.method !== 'getaddrinfo' && it.server.ip === own)?.server
  const server = known ?? { role: 'node-cache' as const, ip: own, pod: null }
  const series = spec.series.map((it) => (it.method === 'getaddrinfo' ? { ...it, server } : it))
  if ((known !== undefined && known.role !== 'node-cache') || spec.ownNameserver === null) return series
  const { name, count, outstanding } = spec.ownNameserver
  const others = series.filter(
    (it) => !(it.server.ip === own && it.method === 'pair' && it.transport === 'udp' && it.zone === 'cluster'),
  )
  const own53 = { server, port: 53, transport: 'udp', name, zone: 'cluster', outstanding } as const
  const withEdns = series.filter((it) => it.apart === 'edns')
  const edns =
    withEdns.length > 0 && !withEdns.some((it) => it.server.ip === own)
      ? [{ ...own53, method: 'sequential' as const, apart: 'edns' as const, count: ednsCount }]
      : []
  return [...others, { ...own53, method: 'pair', count }, ...edns]
}
