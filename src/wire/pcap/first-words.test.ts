import { createServer, connect as tlsConnect } from 'node:tls'
import { connect, createServer as createTcp, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertName, firstWords } from './first-words.ts'

const words = (bytes: Uint8Array): ReturnType<typeof firstWords> => firstWords(bytes, 0, bytes.length)

/** What a program really sends first, to a listener that keeps it. */
async function firstOf(send: (port: number) => void): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createTcp((socket) =>
      socket
        .on('error', () => {})
        .once('data', (data: Buffer) => {
          socket.destroy()
          server.close()
          resolve(data)
        }),
    ).listen(0, '127.0.0.1', () => send((server.address() as AddressInfo).port))
  })
}

test.each([
  ['TLSv1.3', 'TLS 1.3'],
  ['TLSv1.2', 'TLS 1.2'],
] as const)('a client that goes up to %s, and whom it asks for', async (maxVersion, version) => {
  const hello = await firstOf((port) =>
    tlsConnect({ port, host: '127.0.0.1', servername: 'web.example.com', maxVersion }).on('error', () => {}),
  )
  expect(words(hello)).toEqual({ kind: 'tls-client', name: 'web.example.com', version })
  for (let length = 0; length < hello.length; length++) words(hello.subarray(0, length))
})

test('a server without a certificate refuses with an alert', async () => {
  const answer = await new Promise<Buffer>((resolve) => {
    const server = createServer({}, () => {}).on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address() as AddressInfo
      const hello = await firstOf((to) => tlsConnect({ port: to, host: '127.0.0.1' }).on('error', () => {}))
      connect(port, '127.0.0.1', function onConnect(this: import('node:net').Socket) {
        this.write(hello)
      }).once('data', (data: Buffer) => {
        server.close()
        resolve(data)
      })
    })
  })
  expect(words(answer)).toEqual({ kind: 'tls-alert', isFatal: true, code: 40 })
  expect(alertName(40)).toBe('handshake_failure')
})

test.each([
  [
    'GET /a HTTP/1.1\r\nHost: web.example.com\r\n\r\n',
    { kind: 'http-request', method: 'GET', host: 'web.example.com' },
  ],
  ['POST / HTTP/1.0\r\n\r\n', { kind: 'http-request', method: 'POST', host: null }],
  ['HTTP/1.1 503 Service Unavailable\r\n', { kind: 'http-answer', status: 503 }],
  ['HTTP/2 503 ', null],
  ['GETTING there', null],
  ['SSH-2.0-OpenSSH', null],
])('%j', (text, expected) => expect(words(Buffer.from(text))).toEqual(expected))

test('anything', () => {
  const starts = ['1603010200010001fc0303', '160303004a020000460303', '15030300020228', '485454502f312e3120']
  fc.assert(
    fc.property(fc.constantFrom(...starts, ''), fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      words(Buffer.concat([Buffer.from(start, 'hex'), rest]))
    }),
    { numRuns: 2000 },
  )
})
