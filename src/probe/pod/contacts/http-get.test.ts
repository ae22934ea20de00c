import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { tcpConnect } from './connects.ts'
import { httpGet } from './http-get.ts'

let server: ReturnType<typeof createServer> | null = null
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function listen(listener: RequestListener): Promise<number> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const get = (port: number, over = {}) =>
  httpGet({
    ip: '127.0.0.1',
    port,
    scheme: 'http',
    host: 'shop.test',
    path: '/a?b',
    atMost: 1000,
    timeoutMs: 10_000,
    ...over,
  })

describe('one GET', () => {
  it('carries the Host that was asked for, and does not follow redirects', async () => {
    const port = await listen((request, response) =>
      response.writeHead(308, { location: 'https://elsewhere.test' }).end(`${request.headers.host}${request.url}`),
    )
    expect(await get(port)).toMatchObject({ status: 308, error: null, body: 'shop.test/a?b' })
  })

  it('drops a body that is too long, and keeps the status', async () => {
    const port = await listen((_request, response) => {
      response.on('error', () => {})
      const more = (): void => void (response.destroyed || response.write('x'.repeat(500), () => setImmediate(more)))
      more()
    })
    expect(await get(port)).toMatchObject({ status: 200, error: null })
  })

  it('says when no complete answer came in time', async () => {
    const port = await listen(() => {})
    expect(await get(port, { timeoutMs: 200 })).toMatchObject({
      status: null,
      error: 'no complete answer within 200 ms',
      connected: true,
      late: true,
      bytes: 0,
    })
  })

  it('says when nobody listens', async () => {
    expect(await get(1)).toMatchObject({ status: null, error: 'ECONNREFUSED', connected: false, late: false })
  })
})

describe('one connect', () => {
  it('is open or refused', async () => {
    expect((await tcpConnect('127.0.0.1', await listen(() => {}), 10_000)).result).toBe('open')
    expect((await tcpConnect('127.0.0.1', 1, 10_000)).result).toBe('refused')
  })
})
