import { createSocket } from 'node:dgram'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { PodRecord } from '../records.ts'
import { bulkAnswerer, bulkBytes, bulkHead, type BulkKind } from '../node/bulk-answerer.ts'
import { mtuAnswerer } from '../node/mtu-answerer.ts'
import { betweenAsks } from './between-asks.ts'

const token = 'run7f3a'
const streams = await bulkAnswerer(token)
const datagrams = await mtuAnswerer(token)
const port = streams?.port ?? 0

/** Few bytes pass, and of many the first 1200. */
const narrow = createServer((socket) => relay(socket))
await new Promise<void>((resolve) => narrow.listen(0, '127.0.0.1', resolve))

function relay(socket: Socket): void {
  const onward = connect(port, '127.0.0.1')
  onward.on('data', (chunk) => socket.write(chunk.subarray(0, chunk.length > 1200 ? 1200 : chunk.length)))
  socket.on('data', (chunk) => onward.write(chunk))
  for (const it of [socket, onward]) it.on('error', () => {})
  socket.on('close', () => onward.destroy())
}

afterAll(() => {
  streams?.close()
  datagrams?.close()
  narrow.close()
})

async function asked(ports: { readonly tcp: number | null; readonly udp: number | null }, whose = token) {
  const records: PodRecord[] = []
  await betweenAsks({ token: whose, peers: [{ id: 0, ip: '127.0.0.1', ...ports }] }, (it) => void records.push(it))
  return records.flatMap((it) => (it.t === 'between' ? [it] : []))
}

test('all of it passes over loopback, and what came once is not asked for again', async () => {
  const [it] = await asked({ tcp: port, udp: datagrams?.port ?? null })
  expect(it?.streams).toEqual({ asked: 1, small: 1, there: 1, back: 1 })
  // A machine without an interface beside loopback has no size to ask for.
  if (it?.mtu !== null) expect(it?.datagrams).toEqual({ asked: 3, small: 3, there: 3, back: 3 })
})

test('large answers do not come: the small ones do, and large questions arrive', async () => {
  const at = (narrow.address() as AddressInfo).port
  const [it] = await asked({ tcp: at, udp: null })
  expect(it).toMatchObject({ datagrams: null, streams: { asked: 2, small: 2, there: 1, back: 0 } })
}, 20_000)

test('where nothing comes back each is asked as often, and not waited for one after the other', async () => {
  const got: number[] = []
  const socket = createSocket('udp4').on('message', (bytes) => void got.push(bytes.length))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const mute = createServer((it) => it.on('error', () => {}))
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const began = performance.now()
  const [it] = await asked({ tcp: (mute.address() as AddressInfo).port, udp: socket.address().port })
  expect(it?.streams).toEqual({ asked: 2, small: 0, there: 0, back: 0 })
  // In turn they would take 11 s.
  expect(performance.now() - began).toBeLessThan(7500)
  if (it?.mtu !== null) {
    expect(it?.datagrams).toEqual({ asked: 3, small: 0, there: 0, back: 0 })
    expect(got).toHaveLength(9)
  }
  socket.close()
  mute.close()
}, 20_000)

test('a stranger is told nothing', async () => {
  const [it] = await asked({ tcp: port, udp: null }, 'stranger')
  expect(it?.streams).toEqual({ asked: 2, small: 0, there: 0, back: 0 })
})

function heard(bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    let got = 0
    socket.on('data', (chunk) => (got += chunk.length))
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
  })
}

test('hangs up on whatever is not of this run, and never says more than it does to its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((it) => Buffer.from(it)),
        fc
          .tuple(fc.constantFrom('other', 'run7f3', 'run7f3ab'), fc.constantFrom<BulkKind[]>('s', 'u', 'd'))
          .map(([whose, kind]) => Buffer.from(bulkHead(whose, kind))),
      ),
      async (bytes) => {
        expect(await heard(bytes)).toBe(0)
      },
    ),
    { numRuns: 50 },
  )
  expect(await heard(Buffer.from(bulkHead(token, 'd')))).toBe(bulkBytes)
})
