import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { known, unknown } from '../model/known.ts'
import { script, shell } from './container-command.ts'
import { execCommand } from './exec.ts'
import { lines } from './lines.ts'
import { createIntern } from '../wire/intern.ts'
import { listAll } from './list.ts'
import { rawBytes } from './limits.ts'
import { readLogs } from './logs.ts'
import { ask } from './request.ts'
import { pods } from './resources.ts'
import { sendJson, serve, type TestServer, transportTo } from '../../test/fakes/api-server.ts'
import type { Transport } from './transport.ts'

let server: TestServer
let transport: Transport

afterEach(async () => {
  transport.close()
  await server.close()
})

async function serveWith(...args: Parameters<typeof serve>): Promise<void> {
  server = await serve(...args)
  transport = transportTo(server)
}

const metrics = { path: '/metrics', action: 'get /metrics', timeoutMs: 5000, maxBytes: rawBytes }
const MiB = Buffer.alloc(2 ** 20, 'a')

describe('more than is read is cut off', () => {
  it('an answer without end', async () => {
    await serveWith((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(MiB));
      }
      response.on('drain', more)
      more()
    })
    expect(await ask(transport, metrics)).toEqual(unknown('cut-off', 'get /metrics: more than 8 MiB'))
  })

  it('a small answer that unpacks to a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20))
    expect(bomb.length).toBeLessThan(2 ** 20)
    await serveWith((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    const before = process.memoryUsage().rss
    expect(await ask(transport, metrics)).toEqual(unknown('cut-off', 'get /metrics: more than 8 MiB'))
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20)
  })

  it('a list whose pages have no end, and one that does not go on', async () => {
    let at = 0
    await serveWith((_, response) =>
      sendJson(response, 200, { metadata: { continue: `${at++ < 3 ? at : 'same'}` }, items: [] }),
    )
    expect(await listAll({ transport, timeoutMs: 2000 }, pods, { namespace: 'shop' }, () => null)).toEqual(
      unknown('cut-off', 'list pods in namespace shop: the list does not go on'),
    )
  })

  it('a list of more objects than any cluster has', async () => {
    const items = Array.from({ length: 50_000 }, () => ({ metadata: { name: 'a' } }))
    let at = 0
    await serveWith((_, response) => sendJson(response, 200, { metadata: { continue: `${at++}` }, items }))
    expect(
      await listAll({ transport, timeoutMs: 9000 }, pods, { namespace: 'shop' }, (raw) => raw.metadata.name),
    ).toEqual(unknown('cut-off', 'list pods in namespace shop: more than 400000 objects'))
  })

  it('a list with an object that holds more than there is room for: it is named, and the list is none', async () => {
    const labels = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`key-${n}`, 'a value of a label']))
    const items = ['web-1', 'web-2', 'web-3'].map((name, n) => ({
      metadata: { name, namespace: 'shop', labels: n === 1 ? { app: 'web' } : { ...labels, own: name } },
    }))
    await serveWith((_, response) => sendJson(response, 200, { metadata: {}, items }))
    const listed = async (room: number) => {
      const intern = createIntern({ room })
      return listAll(
        { transport, timeoutMs: 2000 },
        pods,
        { namespace: 'shop' },
        ({ metadata }) => Object.keys(intern.labels(metadata.labels ?? {})).length,
      )
    }
    expect(await listed(200_000)).toEqual(known([2001, 1, 2001]))
    expect(await listed(100_000)).toEqual(
      unknown('cut-off', 'list pods in namespace shop: shop/web-3 has 2001 labels, more than is read'),
    )
  })

  it('a page is asked for with fewer objects, until it fits, and the rest of the list so', async () => {
    const large = { metadata: { name: 'a', annotations: { a: 'x'.repeat(1_000_000) } } }
    const limits: number[] = []
    await serveWith((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      const [limit, from] = [Number(query.get('limit')), Number(query.get('continue') ?? 0)]
      limits.push(limit)
      const to = Math.min(14, from + limit)
      const metadata = to < 14 ? { continue: String(to) } : {}
      sendJson(response, 200, { metadata, items: Array.from({ length: to - from }, () => large) })
    })
    const list = await listAll({ transport, timeoutMs: 5000 }, pods, { namespace: 'shop' }, (raw) => raw.metadata.name)
    expect(list).toEqual(known(Array.from({ length: 14 }, () => 'a')))
    expect(limits).toEqual([500, 150, 50, 5, 5, 5])
  })

  it.each([1, 2])('output of a command without end, on channel %d', async (channel) => {
    await serveWith((_, response) => response.writeHead(400).end())
    const sockets = new WebSocketServer({ server: server.server, handleProtocols: () => 'v5.channel.k8s.io' })
    sockets.on('connection', (socket) => {
      const timer = setInterval(() => socket.send(Buffer.concat([Uint8Array.of(channel), MiB.subarray(0, 300_000)])), 1)
      socket.on('close', () => clearInterval(timer))
    })
    expect(
      await execCommand({ transport, timeoutMs: 1000 }, 'shop', 'web-1', {
        command: shell(script`yes`, 5),
        timeoutMs: 5000,
      }),
    ).toEqual(unknown('cut-off', 'create pods/exec in namespace shop: sh printed more than 1 MiB'))
  })

  it('one message of more than that', async () => {
    await serveWith((_, response) => response.writeHead(400).end())
    const sockets = new WebSocketServer({ server: server.server, handleProtocols: () => 'v5.channel.k8s.io' })
    sockets.on('connection', (socket) => socket.on('error', () => {}).send(Buffer.concat([Uint8Array.of(1), MiB, MiB])))
    expect(
      await execCommand({ transport, timeoutMs: 1000 }, 'shop', 'web-1', {
        command: shell(script`yes`, 5),
        timeoutMs: 5000,
      }),
    ).toMatchObject({ why: { reason: 'cut-off' } })
  })

  it('a line without end: its beginning, then the next line', async () => {
    await serveWith((_, response) => response.end(`${'a'.repeat(3 * 2 ** 20)}\nb\n`))
    const log = await readLogs({ transport, timeoutMs: 2000 }, 'shop', 'web-1', { follow: true })
    const read = log.known ? await Array.fromAsync(log.value) : []
    expect(read.map((it) => it.length)).toEqual([2 ** 20, 1])
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 64; sent++) yield MiB
      yield Buffer.from('\nlast')
    }
    expect(await Array.fromAsync(lines(endless(), 10))).toEqual(['aaaaaaaaaa', 'last'])
  })
})
