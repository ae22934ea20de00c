import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
