import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { runs } from '../../../../test/build/effort.ts'
import type { HttpEnd } from '../../../model/contacts.ts'
import type { PodRecord } from '../records.ts'
import type { HttpSpec } from '../spec.ts'
import { gentleness, httpContacts } from './http-asks.ts'

const end = (ms: number, about: Partial<HttpEnd> = {}): HttpEnd => ({ status: 200, error: null, ms, ...about })

/** After how many answers nothing more is asked; null: all of them are asked for. */
function endsAfter(ends: readonly HttpEnd[]): number | null {
  const watch = gentleness()
  const at = ends.findIndex((it) => watch(it) !== null)
  return at === -1 ? null : at + 1
}

describe('who is left alone', () => {
  test.each<[string, readonly HttpEnd[], number | null]>([
    ['quick answers', [20, 25, 22, 30].map((it) => end(it)), null],
    ['quick errors', [20, 25, 22, 30].map((it) => end(it, { status: 503 })), null],
    ['too many requests', [end(20), end(20, { status: 429 }), end(20)], 2],
    ['silence', [end(2100, { status: null, error: 'no answer' }), end(20)], 1],
    ['slower while it is asked', [end(100), end(100), end(1200), end(100)], 3],
    ['slow from the start: nobody waits for four of them', [end(4000), end(4000)], 1],
    ['slow, and not that slow', [end(1100), end(1100), end(1100), end(1100)], 3],
    ['an error after 2 s, as of a load balancer, does not end it', [end(2000, { status: 503 }), end(9), end(9)], null],
  ])('%s', (_, ends, after) => expect(endsAfter(ends)).toBe(after))
})

describe('an address that a policy denies', () => {
  const asked = async (port: number, knock: boolean): Promise<readonly PodRecord[]> => {
    const records: PodRecord[] = []
    const ask: HttpSpec = {
      id: 0,
      ip: '127.0.0.1',
      port,
      scheme: 'http',
      host: 'web.example.com',
      path: '/',
      times: 2,
      follow: false,
      plainPort: port,
      tlsPort: port,
      orTls: false,
      ...(knock ? { knock } : {}),
    }
    await httpContacts({ http: [ask], httpPerSecond: 100, httpBudgetMs: 5000 }, (it) => void records.push(it))
    return records
  }

  it.each([true, false])('is asked as any other where nobody enforces the policy: %s', async (knock) => {
    const server = createServer((_request, response) => void response.end('ok'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const records = await asked((server.address() as AddressInfo).port, knock)
    server.close()
    expect(records).toMatchObject([{ status: 200 }, { status: 200 }])
  })

  it('is refused as any other', async () => {
    expect((await asked(1, true))[0]).toMatchObject({ status: null, error: 'ECONNREFUSED' })
  })
})

test('a controller is waited for no longer than an endpoint that takes the same question and is mute', async () => {
  const mute = createServer(() => {})
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as AddressInfo
  const one = { ip: '127.0.0.1', port, scheme: 'http' as const, host: 'web.test', path: '/', times: 1, follow: false }
  const ports = { plainPort: port, tlsPort: port, orTls: false }
  const records: PodRecord[] = []
  const http: readonly HttpSpec[] = [
    { id: 0, ...one, ...ports, direct: true },
    { id: 1, ...one, ...ports },
    { id: 2, ...one, ...ports, path: '/else' },
  ]
  const emit = (it: PodRecord): void => void records.push(it)
  const pending = httpContacts({ http, httpPerSecond: 100, httpBudgetMs: 5000 }, emit)
  await expect.poll(() => records.length, { timeout: 15_000 }).toBe(2)
  mute.closeAllConnections()
  await pending
  mute.close()
  expect(records).toMatchObject([
    { id: 0, status: null, error: 'no complete answer within 8000 ms' },
    { id: 1, status: null, error: expect.stringMatching(/^no complete answer within \d{4,5} ms$/) },
    { id: 2, error: 'ECONNRESET' },
  ])
}, 30_000)

describe('one request more that fills a packet', () => {
  type Answers = (request: { readonly bytes: number; readonly socket: Socket }) => string | null
  /** A server that sees how long each request is; null: it says nothing. */
  async function asked(answers: Answers, about: Partial<HttpSpec> = {}) {
    const records: PodRecord[] = []
    const lengths: number[] = []
    const server = createTcpServer((socket) => {
      let heard = ''
      socket.on('error', () => {})
      socket.on('data', (it) => {
        heard += it.toString('latin1')
        if (!heard.endsWith('\r\n\r\n')) return
        lengths.push(heard.length)
        const said = answers({ bytes: heard.length, socket })
        if (said !== null) socket.end(`HTTP/1.1 ${said}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const one = { id: 7, ip: '127.0.0.1', port, scheme: 'http' as const, host: 'web.test', path: '/a', times: 2 }
    const ask: HttpSpec = { ...one, follow: false, plainPort: port, tlsPort: port, orTls: false, large: true, ...about }
    await httpContacts({ http: [ask], httpPerSecond: 1000, httpBudgetMs: 9000 }, (it) => void records.push(it))
    server.close()
    return { records, lengths, large: records.filter((it) => it.t === 'large') }
  }

  it('is as long as what is left of a packet, and once', async () => {
    const { lengths, large } = await asked(() => '200 OK')
    const [one] = large
    expect(large).toMatchObject([{ t: 'large', id: 7, status: 200, smallAgain: null }])
    // 20 bytes of IP and 32 of TCP with its timestamps.
    expect(lengths).toEqual([expect.any(Number), expect.any(Number), (one?.bytes ?? 0) - 52])
  })

  it.each(['400 Bad Request', '414 URI Too Long', '431 Too Large'])('is answered by %s', async (said) => {
    const { large } = await asked(({ bytes }) => (bytes > 600 ? said : '200 OK'))
    expect(large).toMatchObject([{ status: Number(said.slice(0, 3)), error: null, smallAgain: null }])
  })

  it('asks a small one again where that is not answered', async () => {
    const { large, lengths } = await asked(({ bytes, socket }) => {
      if (bytes <= 600) return '200 OK'
      socket.destroy()
      return null
    })
    expect(large).toMatchObject([{ status: null, smallAgain: true }])
    expect(lengths).toHaveLength(4)
  })

  it('tells of the small one that fails as well', async () => {
    let times = 0
    const { large, records } = await asked(({ socket }) => {
      times += 1
      if (times <= 2) return '200 OK'
      socket.destroy()
      return null
    })
    expect(large).toMatchObject([{ status: null, smallAgain: false }])
    expect(records.at(-1)).toMatchObject({ t: 'http', id: 7, status: null })
  })

  it.each<[string, Answers, Partial<HttpSpec>]>([
    ['nobody asked for it', () => '200 OK', { large: false }],
    ['it says 429', () => '429 Too Many', {}],
    [
      'a small one failed',
      ({ socket }) => {
        socket.destroy()
        return null
      },
      {},
    ],
  ])('is not sent where %s', async (_, answers, about) => expect((await asked(answers, about)).large).toEqual([]))
})

test('a server sends nobody elsewhere: a redirect is followed to the same host and address, three times at most', async () => {
  const heard: (string | undefined)[] = []
  let elsewhere = 0
  let locations: readonly string[] = []
  const server = createServer((request, response) => {
    const location = locations[heard.length % locations.length] ?? '/'
    heard.push(request.headers.host)
    response.writeHead(302, { location }).end()
  })
  const other = createServer((_request, response) => {
    elsewhere++
    response.end()
  })
  const portOf = async (it: typeof server): Promise<number> => {
    await new Promise<void>((resolve) => it.listen(0, '127.0.0.1', resolve))
    return (it.address() as AddressInfo).port
  }
  const [port, otherPort] = [await portOf(server), await portOf(other)]
  const places = [
    '/a',
    '/b?c=d',
    '',
    '//',
    `//127.0.0.1:${otherPort}/`,
    `http://127.0.0.1:${otherPort}/`,
    `http://web.test:${otherPort}/x`,
    'http://web.test@127.0.0.1/',
    'http://u:p@web.test/y',
    `http://127.0.0.1:${otherPort}\\@web.test/`,
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://WEB.test/z',
    'http://web.test.evil.test/',
    'http://[::1]/',
    'ftp://web.test/',
  ]
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...places), { minLength: 1, maxLength: 5 }), async (all) => {
        locations = all
        heard.length = 0
        const ask = { id: 1, ip: '127.0.0.1', port, scheme: 'http' as const, host: 'web.test', path: '/', times: 1 }
        const http = [{ ...ask, follow: true, plainPort: port, tlsPort: port, orTls: false }]
        await httpContacts({ http, httpPerSecond: 10_000, httpBudgetMs: 5000 }, () => {})
        expect(heard.length).toBeGreaterThan(0)
        expect(heard.length).toBeLessThanOrEqual(4)
        expect(new Set(heard)).toEqual(new Set(['web.test']))
        expect(elsewhere).toBe(0)
      }),
      { numRuns: runs(120) },
    )
    // One after the other, none of them a circle: it is the number that ends it; and a host, whoever answers for it.
    const times = async (all: readonly string[]): Promise<number> => {
      locations = all
      heard.length = 0
      const ask = { id: 1, ip: '127.0.0.1', port, scheme: 'http' as const, host: 'web.test', path: '/', times: 1 }
      const http = [{ ...ask, follow: true, plainPort: port, tlsPort: port, orTls: false }]
      await httpContacts({ http, httpPerSecond: 10_000, httpBudgetMs: 5000 }, () => {})
      return heard.length
    }
    expect(await times(['/a', '/b', '/c', '/d', '/e', '/f'])).toBe(4)
    expect(await times(['http://web.test/a', '/b', 'http://WEB.test/c'])).toBe(4)
    for (const other of ['http://other.test/a', '//web.test.evil.test/', 'http://[::1]/', 'http://127.0.0.1/'])
      expect([other, await times([other])]).toEqual([other, 1])
  } finally {
    server.close()
    other.close()
  }
}, 30_000)

test('a redirect that is followed is a request as any other: all together keep to the rate', async () => {
  const times: number[] = []
  const server = createServer((_request, response) => {
    times.push(performance.now())
    response.writeHead(302, { location: `/${times.length}` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const one = { ip: '127.0.0.1', port, scheme: 'http' as const, host: 'web.test', path: '/', times: 2, follow: true }
  const http: readonly HttpSpec[] = [{ id: 0, ...one, plainPort: port, tlsPort: port, orTls: false }]
  const perSecond = 10
  await httpContacts({ http, httpPerSecond: perSecond, httpBudgetMs: 5000 }, () => {})
  server.close()
  expect(times.length).toBe(8)
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0)
  // What the bucket holds at its start, and a machine that is busy.
  expect(took).toBeGreaterThan((1000 * (times.length - 1 - 2)) / perSecond)
})
