import http from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { MonitorFact } from '../answers/monitor/state.ts'
import { type Book, newBook } from './book.ts'
import { serveBook, type Served } from './serve.ts'

const every = 60_000
const ended = (by: number): MonitorFact => ({
  kind: 'round',
  round: {
    at: 1_700_000_000_000,
    by,
    seconds: 1,
    outcome: 'done',
    why: null,
    facts: { standing: [], bySeverity: { error: 0, warning: 0, info: 0 }, leftOut: 0, verdicts: { ok: 1 } },
    servers: [],
    requests: 3,
  },
})

let served: Served | null = null
afterEach(async () => {
  await served?.close()
  served = null
})

async function serving(book: Book, asker: 'anyone' | 'machine' = 'anyone'): Promise<string> {
  served = await serveBook({ host: '127.0.0.1', port: 0 }, book, asker)
  return `http://${served.address}`
}

interface Got {
  readonly status: number
  readonly type: string
  readonly body: string
}

function get(url: string, options: http.RequestOptions = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asking = http.request(url, options, (it) => {
      let body = ''
      it.on('data', (chunk: Buffer) => (body += chunk.toString()))
      it.on('end', () => resolve({ status: it.statusCode ?? 0, type: it.headers['content-type'] ?? '', body }))
    })
    asking.once('error', reject).end()
  })
}

test('the metrics, in the type that Prometheus asks for', async () => {
  const book = newBook(every, () => 0)
  book.take(ended(0))
  const { status, type, body } = await get(`${await serving(book)}/metrics?x=1`)
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(body).toContain('\nhopscope_up 1\n')
  expect(body).toMatch(/^process_resident_memory_bytes \d{7,}$/m)
})

describe('health', () => {
  test.each([
    { it: 'before the first round', facts: [], now: 0, ready: 503, alive: 200 },
    { it: 'after a round', facts: [ended(0)], now: 60_000, ready: 200, alive: 200 },
    { it: 'four intervals after a round', facts: [ended(0)], now: 240_000, ready: 503, alive: 200 },
    { it: 'eleven minutes after a round', facts: [ended(0)], now: 660_000, ready: 503, alive: 503 },
    { it: 'eleven minutes after its start', facts: [], now: 660_000, ready: 503, alive: 503 },
  ])('$it', async ({ facts, now, ready, alive }) => {
    let clock = 0
    const book = newBook(every, () => clock)
    facts.forEach(book.take)
    clock = now
    const url = await serving(book)
    expect([(await get(`${url}/healthz`)).status, (await get(`${url}/livez`)).status]).toEqual([ready, alive])
    expect((await get(`${url}/healthz`)).body).toMatch(/^(?:ok|not ok): /)
  })
})

test.each([
  { path: '/', method: 'GET', status: 200 },
  { path: '/secrets', method: 'GET', status: 404 },
  { path: '/metrics/../../etc/passwd', method: 'GET', status: 404 },
  { path: '/metrics', method: 'POST', status: 405 },
  { path: '/metrics', method: 'HEAD', status: 200 },
])('$method $path: $status', async ({ path, method, status }) => {
  const got = await get(await serving(newBook(every)), { path, method })
  expect(got.status).toBe(status)
  if (method === 'HEAD') expect(got.body).toBe('')
})

test.each([
  { asker: 'machine', host: 'localhost:9467', status: 200 },
  { asker: 'machine', host: '127.0.0.1', status: 200 },
  { asker: 'machine', host: '[::1]:9467', status: 200 },
  { asker: 'machine', host: 'evil.example', status: 421 },
  { asker: 'machine', host: '127.0.0.1.evil.example:9467', status: 421 },
  { asker: 'machine', host: '10.0.0.1', status: 421 },
  { asker: 'anyone', host: 'monitor.shop:9467', status: 200 },
] as const)('asked as `$host`, for $asker: $status', async ({ asker, host, status }) => {
  const got = await get(`${await serving(newBook(every), asker)}/metrics`, { headers: { host } })
  expect(got.status).toBe(status)
})

test('a port that is taken is one line, and what to do', async () => {
  const url = await serving(newBook(every))
  const port = Number(new URL(url).port)
  await expect(serveBook({ host: '127.0.0.1', port }, newBook(every))).rejects.toMatchObject({
    code: 'usage',
    message: `the metrics can't be served on 127.0.0.1, port ${port}: it is taken`,
  })
})

test('a client that sends nothing holds up neither another one nor the end', async () => {
  const url = await serving(newBook(every))
  const idle = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  idle.on('error', () => undefined)
  expect((await get(`${url}/livez`)).status).toBe(200)
  const began = performance.now()
  await served?.close()
  served = null
  expect(performance.now() - began).toBeLessThan(1000)
  idle.destroy()
})

test('headers without end are refused', async () => {
  const url = await serving(newBook(every))
  const got = await get(`${url}/metrics`, { headers: { a: 'x'.repeat(8192) } })
  expect(got.status).toBe(431)
})
