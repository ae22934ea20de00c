import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PodRecord } from './records.ts'
import type { ProbeSpec, SeriesSpec } from './spec.ts'
import { onePathMs, resolvers } from '../plan/pace.ts'

/*
 * A pod whose every question meets silence, by a clock that no busy machine slows down: lines that answer nothing,
 * servers that take a request and say nothing, a C library that gives up after its 10 s.
 */
const silentLine = vi.hoisted(() => () => ({
  send: () => {},
  onMessage: () => {},
  onRefusal: () => {},
  close: () => {},
}))
vi.mock('./dns/udp-line.ts', () => ({ udpLine: async () => silentLine() }))
vi.mock('../../wire/resolv-conf.ts', async (original) => {
  const own = await original<typeof import('../../wire/resolv-conf.ts')>()
  return { ...own, parseResolvConf: () => own.parseResolvConf('nameserver 10.96.0.10\noptions ndots:5\n') }
})
vi.mock('./dns/tcp-line.ts', () => ({ tcpLine: silentLine }))
vi.mock('./clock.ts', () => ({
  machineClock: { sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) },
}))
vi.mock('./resolve/libc-lookup.ts', () => ({
  libcHere: () => 'glibc',
  nameserversHere: () => ['10.96.0.10'],
  libcAsker: () => ({ tool: 'getent', atOnce: 8 }),
  libcLookup: () =>
    new Promise((resolve) =>
      setTimeout(() => resolve({ ms: 10_000, a: 'timeout', aaaa: 'not-asked', retries: 0, firstLost: 'none' }), 10_000),
    ),
}))
vi.mock('./contacts/http-get.ts', async (original) => ({
  ...(await original<typeof import('./contacts/http-get.ts')>()),
  httpGet: ({ timeoutMs }: { readonly timeoutMs: number }) =>
    new Promise((resolve) =>
      setTimeout(
        () =>
          resolve({
            status: null,
            error: `no complete answer within ${timeoutMs} ms`,
            ms: timeoutMs,
            body: '',
            bytes: 0,
            connected: true,
            late: true,
            location: null,
            setsCookie: false,
            certificate: null,
            page: null,
            unended: null,
          }),
        timeoutMs,
      ),
    ),
}))

/*
 * Files share a worker and its modules: what another file has read already would not be replaced, and what is replaced
 * here would be there for the next.
 */
vi.resetModules()
const { measure } = await import('./measure.ts')
afterAll(() => void vi.resetModules())

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const its = new AbortController()
    setTimeout(() => its.abort(), ms)
    return its.signal
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const series = (about: Partial<SeriesSpec>): SeriesSpec => ({
  server: { role: 'service', ip: '10.96.0.10', pod: null },
  port: 53,
  transport: 'udp',
  method: 'pair',
  name: 'kubernetes.default.svc.cluster.local.',
  zone: 'cluster',
  count: 48,
  outstanding: 32,
  ...about,
})
const name = { types: ['A'], reason: { kind: 'service', service: { namespace: 'shop', name: 'web' } } } as const

const silent = (pace: 'usual' | 'one-path'): ProbeSpec => ({
  kind: 'probe',
  resolver: resolvers[pace],
  series: [
    series({}),
    series({ method: 'sequential', count: 20 }),
    series({ transport: 'tcp', count: 10 }),
    series({ zone: 'external', name: 'example.com.', count: 12, outstanding: 16 }),
    series({ method: 'getaddrinfo', count: 12, outstanding: 8 }),
  ],
  ownNameserver: null,
  names: {
    servers: [{ server: { role: 'endpoint', ip: '10.2.0.2', pod: 'coredns-1' }, port: 53 }],
    names: ['a.', 'b.'].map((it) => ({ name: `${it}svc.`, ...name })),
    outside: ['example.com'],
    suffixes: [],
    label: 'hopscope-a',
    queriesPerSecond: 18,
  },
  queriesPerSecond: 132,
  budgetMs: pace === 'one-path' ? onePathMs.lookups : 7255,
  connects: [],
  connectTries: 5,
  connectTimeoutMs: 3000,
  connectsPerSecond: 100,
  http: Array.from({ length: 14 }, (_, id) => ({
    id,
    ip: '10.2.0.3',
    port: 8080,
    scheme: 'http',
    host: 'web.example.com',
    path: '/',
    times: 6,
    follow: true,
    plainPort: 80,
    tlsPort: 443,
    orTls: false,
  })),
  httpPerSecond: 30,
  httpBudgetMs: pace === 'one-path' ? onePathMs.requests : 6000,
  ...(pace === 'one-path' ? { httpEndMs: onePathMs.all } : {}),
  metrics: [{ pod: 'coredns-1', ip: '10.2.0.2', port: 9153 }],
  metricsTwice: true,
})

async function run(spec: ProbeSpec): Promise<{ readonly ms: number; readonly records: readonly PodRecord[] }> {
  const records: PodRecord[] = []
  const began = performance.now()
  const ended: number[] = []
  void measure(spec, (it) => void records.push(it), began).then(() => ended.push(performance.now() - began))
  for (let i = 0; i < 800 && ended.length === 0; i++) await vi.advanceTimersByTimeAsync(50)
  return { ms: ended[0] ?? Infinity, records }
}

const rowsOf = (records: readonly PodRecord[]) => records.flatMap((it) => (it.t === 'lookups' ? it.rows : []))

test('of one path a pod has its end, however silent all is that it asks', async () => {
  const { ms, records } = await run(silent('one-path'))
  // Metrics hold the lookups back for 0.6 s at the most.
  expect(ms).toBeLessThanOrEqual(600 + onePathMs.all)
  expect(records.at(-1)).toMatchObject({ t: 'end' })
  const rows = rowsOf(records)
  expect(rows.length).toBeGreaterThan(60)
  // Nothing is called silent that was not waited for as long as CoreDNS waits for its upstream.
  for (const [, waited, a] of rows) {
    expect(a).toBe('timeout')
    expect(waited).toBeGreaterThanOrEqual(2500)
  }
  // The first of each server were asked twice, and the C library was given its five seconds.
  expect(rows.some(([, , , , retries]) => retries > 0)).toBe(true)
  const requests = records.flatMap((it) => (it.t === 'http' ? [it] : []))
  expect(new Set(requests.map((it) => it.id)).size).toBe(14)
  // Three SYNs each.
  for (const it of requests) expect(it.ms).toBeGreaterThanOrEqual(3200)
  // A name that was silent is told, though there was no time for a second try.
  const told = records.flatMap((it) => (it.t === 'names' ? it.answers : []))
  expect(told.map((it) => it.answer)).toEqual(told.map(() => 'timeout'))
  expect(new Set(told.map((it) => it.server.ip))).toEqual(new Set(['10.2.0.2', '10.96.0.10']))
  expect(records.filter((it) => it.t === 'metrics').map((it) => it.phase)).toEqual(['before', 'after'])
})

test('of a cluster as a whole it takes the time that glibc, and a proxy before a silent pod, take', async () => {
  const { ms, records } = await run(silent('usual'))
  expect(ms).toBeGreaterThan(15_000)
  expect(ms).toBeLessThan(25_000)
  expect(rowsOf(records).every(([, waited]) => waited >= 4900)).toBe(true)
})
