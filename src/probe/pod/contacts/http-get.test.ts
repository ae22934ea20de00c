import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { silentPort } from '../../../../test/build/silent-port.ts'
import { runs } from '../../../../test/build/effort.ts'
import { certificateOf } from './certificate.ts'
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
  it('is not waited for longer than three SYNs, where nothing opens', async () => {
    const { port, close } = await silentPort()
    const answer = await get(port)
    expect(answer).toMatchObject({ status: null, error: 'no connection within 4000 ms', connected: false, late: true })
    expect(answer.ms).toBeGreaterThan(3900)
    expect(await get(port, { timeoutMs: 300 })).toMatchObject({ error: 'no connection within 300 ms' })
    await close()
  }, 15_000)

  it('carries the Host that was asked for, and does not follow redirects', async () => {
    const port = await listen((request, response) =>
      response.writeHead(308, { location: 'https://elsewhere.test' }).end(`${request.headers.host}${request.url}`),
    )
    expect(await get(port)).toMatchObject({ status: 308, error: null, body: 'shop.test/a?b' })
  })

  it('is one request with three headers at most, whatever host and path a tenant wrote', async () => {
    const heard: string[] = []
    const raw = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (it) => {
        heard.push(it.toString('latin1'))
        socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
    const { port } = raw.address() as AddressInfo
    const parts = [
      'a.test',
      '\r\n',
      '\n',
      'X-Evil: 1',
      ' HTTP/1.1',
      'GET /admin',
      ' ',
      '\t',
      '\0',
      '/',
      'http://b/',
      'é',
      '\ud800',
    ]
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((it) => it.join(''))
    try {
      await fc.assert(
        fc.asyncProperty(text, text, async (host, path) => {
          heard.length = 0
          const answer = await get(port, { host, path })
          expect(answer.error === null ? answer.status : (answer.status ?? 204)).toBe(204)
          const [head = '', ...others] = heard.join('').split('\r\n\r\n')
          expect(others.filter((it) => it !== '')).toEqual([])
          if (answer.error !== null) return
          const [first = '', ...headers] = head.split('\r\n')
          expect(first).toMatch(/^GET \/[!-~\u0080-\u00ff]* HTTP\/1\.1$/)
          expect(headers.map((it) => it.split(':')[0])).toEqual(['Host', 'User-Agent', 'Connection'])
        }),
        { numRuns: runs(300) },
      )
    } finally {
      raw.close()
    }
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

  it('takes the headers of a stream for its answer', async () => {
    const port = await listen(
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
    )
    expect(await get(port)).toMatchObject({ status: 200, error: null, unended: 'stream' })
  })

  it('says when the body does not end', async () => {
    const port = await listen((_request, response) => void response.writeHead(200).write('half'))
    expect(await get(port, { timeoutMs: 300 })).toMatchObject({
      status: 200,
      late: true,
      error: 'no complete answer within 300 ms: 4 bytes of the body came, and no end',
    })
  })

  it.each([1, 3])('says what came where only 1xx came, %i times', async (times) => {
    const port = await listen((_request, response) => {
      for (let i = 0; i < times; i += 1) response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    })
    expect(await get(port, { timeoutMs: 300 })).toMatchObject({
      status: null,
      late: false,
      error: `103 came ${times === 1 ? '1 time' : `${times} times`}, and no answer`,
    })
  })

  it('does not wait for a server that sends 1xx for ever, and takes a few before an answer', async () => {
    const forever = await listen((_request, response) => {
      const more = setInterval(() => response.writeEarlyHints({ link: '</a.css>; rel=preload' }), 0)
      response.on('close', () => clearInterval(more))
    })
    expect(await get(forever)).toMatchObject({ status: null, error: '103 came 100 times, and no answer' })
    server?.close()
    const some = await listen((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('well')
    })
    expect(await get(some)).toMatchObject({ status: 200, error: null })
  })

  it.each(['bad\nhost', 'bad\u0000', '\ud800', 'ü'.repeat(300)])(
    'survives a host that no header can carry: %j',
    async (host) => {
      for (const scheme of ['http', 'https'] as const)
        expect(
          (await get(await listen((_request, response) => void response.end()), { host, scheme, timeoutMs: 2000 })).ms,
        ).toBeGreaterThanOrEqual(0)
    },
  )

  it('survives a certificate of odd names', () => {
    const shown = {
      subject: { CN: ['a', 'b'] },
      issuer: {},
      subjectaltname: 'DNS:"\\u0000, DNS:"x',
      valid_from: 'never',
      valid_to: 'never',
    }
    const socket = {
      getPeerCertificate: () => shown,
      authorized: false,
      authorizationError: 'SELF_SIGNED_CERT_IN_CHAIN',
    } as unknown as TLSSocket
    expect(certificateOf(socket, 'web.example.com')).toMatchObject({
      covers: false,
      trust: 'self-signed',
      subject: 'a',
      issuer: '',
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
