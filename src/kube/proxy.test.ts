import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { known, unknown } from '../model/known.ts'
import { proxyFor } from './proxy.ts'
import { ask } from './request.ts'
import { serve, targetAt, testdata, type TestServer } from '../../test/fakes/api-server.ts'
import { openTransport } from './transport.ts'

describe('proxyFor', () => {
  const server = new URL('https://api.prod.example.com:6443')
  const env = { HTTPS_PROXY: 'proxy:3128' }

  it('prefers the proxy of the cluster, then that of the environment', () => {
    expect(proxyFor(server, 'socks5://p:1080', env)?.href).toBe('socks5://p:1080')
    expect(proxyFor(server, null, env)?.href).toBe('http://proxy:3128/')
    expect(proxyFor(server, null, {})).toBeNull()
    expect(proxyFor(new URL('http://api'), null, env)).toBeNull()
  })

  it.each([
    '*',
    'example.com',
    '.example.com',
    '*.example.com',
    'api.prod.example.com',
    'x, api.prod.example.com:6443',
  ])('obeys NO_PROXY=%s', (NO_PROXY) => {
    expect(proxyFor(server, null, { ...env, NO_PROXY })).toBeNull()
  })

  it.each(['ample.com', 'api.prod.example.com:443', '10.0.0.0/8', 'com.example'])(
    'goes through the proxy for NO_PROXY=%s',
    (NO_PROXY) => {
      expect(proxyFor(server, null, { ...env, NO_PROXY })).not.toBeNull()
    },
  )

  it('knows subnets, and never sends loopback through a proxy', () => {
    expect(proxyFor(new URL('https://10.1.2.3'), null, { ...env, NO_PROXY: '10.0.0.0/8' })).toBeNull()
    expect(proxyFor(new URL('https://[fd00::1]'), null, { ...env, NO_PROXY: 'fd00::/16' })).toBeNull()
    expect(proxyFor(new URL('https://127.0.0.1:6443'), null, env)).toBeNull()
  })

  it('does not quote a proxy that makes no sense: it may hold a password', () => {
    expect(() => proxyFor(server, 'ftp://u:s3cret@p', env)).toThrow("the cluster's proxy-url is not the URL of a proxy")
  })
})

describe('a request through a proxy', () => {
  let server: TestServer
  let proxy: Server
  afterEach(async () => {
    proxy.close()
    await server.close()
  })

  async function through(scheme: string, talk: (client: Socket, port: number) => void): Promise<unknown> {
    server = await serve((_, response) => response.end('here'), {
      key: testdata('server.key'),
      cert: testdata('server.crt'),
    })
    const { port } = server.server.address() as AddressInfo
    proxy = createServer((client) =>
      talk(
        client.on('error', () => {}),
        port,
      ),
    )
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const proxyUrl = `${scheme}://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const transport = openTransport(targetAt(server.url, {}, { caData: btoa(testdata('ca.crt')), proxyUrl }), {}, {})
    const answer = await ask(transport, { path: '/', action: 'get /', timeoutMs: 2000 })
    transport.close()
    return answer
  }

  it('CONNECT', async () => {
    expect(
      await through('http', (client, port) =>
        client.once('data', (head) => {
          expect(head.toString()).toMatch(new RegExp(`^CONNECT 127.0.0.1:${port} HTTP/1.1\r\n`))
          join(client, port, 'HTTP/1.1 200 OK\r\n\r\n')
        }),
      ),
    ).toEqual(known('here'))
  })

  it('CONNECT, refused', async () => {
    const answer = await through('http', (client) => client.once('data', () => client.end('HTTP/1.1 407 Who?\r\n\r\n')))
    expect(answer).toMatchObject(
      unknown('failed', expect.stringMatching(/^get \/: the proxy 127\.0\.0\.1:\d+ answered 407$/)),
    )
  })

  it('SOCKS5', async () => {
    expect(
      await through('socks5', (client, port) =>
        client.once('data', () => {
          client.write(Uint8Array.of(5, 0))
          client.once('data', (request) => {
            expect([...request.subarray(0, 5)]).toEqual([5, 1, 0, 3, '127.0.0.1'.length])
            join(client, port, Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
          })
        }),
      ),
    ).toEqual(known('here'))
  })

  it('SOCKS5, refused', async () => {
    const answer = await through('socks5', (client) =>
      client.once('data', () => {
        client.write(Uint8Array.of(5, 0))
        client.once('data', () => client.end(Uint8Array.of(5, 5, 0, 1)))
      }),
    )
    expect(answer).toMatchObject(unknown('failed', expect.stringMatching(/^get \/: the proxy .*: connection refused$/)))
  })
})

function join(client: Socket, port: number, greeting: string | Uint8Array): void {
  const onward = connect(port, '127.0.0.1', () => {
    client.write(greeting)
    client.pipe(onward).pipe(client)
  }).on('error', () => client.destroy())
}
