import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { PodRecord } from '../records.ts'
import type { ProbeSpec } from '../spec.ts'
import { connects, tcpConnect, tcpStay } from './connects.ts'

const servers: Server[] = []

afterEach(() => {
  for (const it of servers.splice(0)) it.close()
})

async function serving(on: (socket: Socket, nth: number) => void, most?: number): Promise<number> {
  let calls = 0
  const it = createServer((socket) =>
    on(
      socket.on('error', () => {}),
      calls++,
    ),
  )
  if (most !== undefined) it.maxConnections = most
  servers.push(it)
  await new Promise<void>((done) => it.listen(0, '127.0.0.1', done))
  return (it.address() as AddressInfo).port
}

test.each<[string, (socket: Socket) => void, 'hangs up' | 'stays']>([
  ['one that waits', () => {}, 'stays'],
  ['FIN at once', (it) => it.end(), 'hangs up'],
  ['FIN a moment later', (it) => void setTimeout(() => it.end(), 120), 'hangs up'],
  ['RST at once', (it) => it.resetAndDestroy(), 'hangs up'],
  ['a banner, and FIN: daytime', (it) => it.end('12:00:00\r\n'), 'stays'],
  ['a banner, and no more: SMTP', (it) => void it.write('220 mail\r\n'), 'stays'],
  ['one that waits for a request, and hangs up after a second', (it) => void setTimeout(() => it.end(), 1000), 'stays'],
])('%s', async (_, on, expected) => {
  const port = await serving(on)
  const { result, hungUpMs } = await tcpStay('127.0.0.1', port, 1000)
  expect(result).toBe('open')
  if (expected === 'stays') expect(hungUpMs).toBeNull()
  else expect(hungUpMs).toBeGreaterThanOrEqual(0)
})

test('a refusal in words is one, however the server ends it', async () => {
  const port = await serving((it) => void it.write('-ERR max number of clients reached\r\n'))
  expect(await tcpStay('127.0.0.1', port, 1000)).toMatchObject({ result: 'open', refusal: 'full' })
})

test('it leaves from the port that it is told to, else from another', async () => {
  const port = await serving(() => {})
  const first = await tcpConnect('127.0.0.1', port, 1000)
  expect(first.sourcePort).toBeGreaterThan(0)
  const own = (first.sourcePort ?? 0) < 50_000 ? 60_123 : 40_123
  expect(await tcpConnect('127.0.0.1', port, 1000, own)).toMatchObject({ result: 'open', sourcePort: own })
  expect(await tcpStay('127.0.0.1', port, 1000, port)).toMatchObject({ result: 'open' })
})

test('nobody listens: there is nothing to stay on', async () => {
  const port = await serving(() => {})
  await new Promise((done) => servers.splice(0)[0]?.close(done))
  expect(await tcpStay('127.0.0.1', port, 1000)).toEqual({ result: 'refused', ms: expect.any(Number) })
})

/** Of the last tries what the other side did: `true` where it hung up. */
async function triesOf(port: number, times = 3): Promise<readonly (boolean | null)[]> {
  const records: PodRecord[] = []
  const spec = {
    connects: [{ id: 0, ip: '127.0.0.1', port }],
    connectTries: times,
    connectTimeoutMs: 1000,
    connectsPerSecond: 100,
    budgetMs: 6000,
  } as unknown as ProbeSpec
  await connects(spec, (it) => void records.push(it))
  return records.flatMap((it) =>
    it.t === 'connect' ? it.tries.map(([, , hungUpMs]) => (hungUpMs === undefined ? null : hungUpMs !== null)) : [],
  )
}

test('the last try of each address stays on, and no more is asked of who stays as well', async () => {
  expect(await triesOf(await serving(() => {}))).toEqual([null, null, false])
})

test('who hangs up is asked twice more, alone', async () => {
  expect(await triesOf(await serving((it) => it.end()))).toEqual([null, null, true, true, true])
})

test('who hung up once is told as it was', async () => {
  const port = await serving((it, nth) => void (nth === 2 && it.end()))
  expect(await triesOf(port)).toEqual([null, null, true, false, false])
})

test('a server that takes one at a time is not filled by this alone', async () => {
  expect(await triesOf(await serving(() => {}, 1), 5)).toEqual([null, null, null, null, false])
})
