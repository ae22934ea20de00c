import { readFileSync } from 'node:fs'
import { type IncomingMessage, request, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { requestsOf } from '../../src/probe/plan/announce-http.ts'
import { exitCode } from '../../src/engine.ts'
import { ask, closeAll, listen, type Seen, serve, type World } from './world.ts'

afterEach(closeAll)

const testdata = join(import.meta.dirname, '../fakes/certificates')
const file = (name: string): Buffer => readFileSync(join(testdata, name))

interface Front {
  readonly hosts: readonly string[]
  readonly certificate: 'server.crt' | 'server-expired.crt' | 'server-elsewhere.crt'
  /** Whether plain HTTP is sent to TLS, as ingress-nginx does for hosts with a certificate. */
  readonly redirects: boolean
  readonly rewrite: (path: string) => string
}

/**
 * What ingress-nginx does with a request: its own 404 for what it does not know, else the next pod's answer, or 502.
 */
async function front(pods: readonly number[], about: Partial<Front> = {}): Promise<Pick<World, 'plain' | 'tls'>> {
  const { hosts = ['localhost'], certificate = 'server.crt', redirects = false, rewrite = (path) => path } = about
  let turn = 0
  const pass: RequestListener = (from, to) => {
    if (!hosts.includes(from.headers.host ?? ''))
      return void to.writeHead(404, { server: 'nginx', 'content-type': 'text/html' }).end('<h1>404 Not Found</h1>nginx')
    const port = pods[turn++ % pods.length] ?? 1
    const onward = request(
      { host: '127.0.0.1', port, path: rewrite(from.url ?? '/'), headers: { host: from.headers.host } },
      (answer) => {
        to.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(to)
        answer.on('error', () => to.destroy())
      },
    )
    onward.on('error', () => to.writeHead(502).end('502 Bad Gateway'))
    onward.end()
  }
  const tls = await listen(createTlsServer({ key: file('server.key'), cert: file(certificate) }, pass))
  const toTls: RequestListener = (from, to) =>
    void to.writeHead(308, { location: `https://${from.headers.host}${from.url}` }).end()
  const plain = await serve((from, to) =>
    redirects && hosts.includes(from.headers.host ?? '') ? toTls(from, to) : pass(from, to),
  )
  return { plain, tls }
}

const says = (status: number, body = 'hello') =>
  serve((_, to) => void to.writeHead(status, { 'x-app': 'web' }).end(body))
const hangsUp = () => serve((from) => void from.socket.destroy())
const cutsBody = () =>
  serve((_: IncomingMessage, to: ServerResponse) => {
    to.writeHead(200, { 'content-length': '1000' })
    to.write('half', () => setTimeout(() => to.destroy(), 5))
  })
const tls = { tls: [{ hosts: ['localhost'], secret: 'web-tls' }] }
const code = ({ diagnosis }: Seen): number => exitCode(diagnosis, { failOn: 'warning', strict: false })
const verdict = ({ diagnosis }: Seen, of: string): string | undefined =>
  diagnosis.results.find((it) => it.check.code === of)?.verdict

describe('real servers', () => {
  test('all is well', async () => {
    const pods = [await says(200), await says(200)]
    const seen = await ask({ ...(await front(pods)), pods })
    expect(seen.codes).toEqual([])
    expect([code(seen), verdict(seen, 'ING305'), verdict(seen, 'SVC208')]).toEqual([0, 'ok', 'ok'])
    expect(seen.contacts.http.length).toBeGreaterThanOrEqual(10)
  })

  test.each([
    ['one of three says 500', () => says(500), '500'],
    ['one of three hangs up', hangsUp, 'ECONNRESET'],
    ['one of three does not end its body', cutsBody, 'the body did not end'],
    ['one of three is gone', () => Promise.resolve(1), 'ECONNREFUSED'],
  ])('%s: each time, from each number of nodes, and the pod is named', async (_, bad, word) => {
    for (const nodes of [1, 2, 3]) {
      const pods = [await says(200), await bad(), await says(200)]
      const seen = await ask({ ...(await front(pods)), pods, nodes })
      expect(seen.codes).toContain('SVC208')
      expect(seen.said).toMatch(/web-2 of Service shop\/web answers HTTP badly/)
      expect(seen.said).toContain(word)
      expect(code(seen)).toBe(1)
    }
  })

  test('only the path that was asked about is broken', async () => {
    const pods = [await serve((from, to) => void to.writeHead(from.url === '/checkout/pay?step=2' ? 500 : 200).end())]
    const world = { ...(await front(pods)), pods }
    expect((await ask({ ...world, url: 'http://localhost/' })).codes).toEqual([])
    const seen = await ask({ ...world, url: 'http://localhost/checkout/pay?step=2' })
    expect(seen.codes).toContain('ING305')
    expect(seen.said).toContain('http://localhost/checkout/pay?step=2')
  })

  test('502 behind a TLS Ingress, asked over either scheme', async () => {
    const pods = [await says(502)]
    const world = { ...(await front(pods, { redirects: true })), pods, ingress: tls }
    for (const url of [undefined, 'https://localhost/', 'http://localhost/']) {
      const seen = await ask({ ...world, ...(url === undefined ? {} : { url }) })
      expect(seen.codes).toContain('ING305')
      expect(code(seen)).toBe(1)
    }
  })

  test('the redirect of a controller, and nobody behind it: never fine', async () => {
    const pods = [await says(200)]
    const { plain } = await front(pods, { redirects: true })
    const seen = await ask({ plain, tls: 1, pods, url: 'http://localhost/' })
    expect(verdict(seen, 'ING305')).not.toBe('ok')
  })

  test('a circle of redirects', async () => {
    const pods = [await serve((from, to) => void to.writeHead(301, { location: `https://localhost${from.url}` }).end())]
    const seen = await ask({ ...(await front(pods)), pods, ingress: tls })
    expect(seen.codes).toContain('ING305')
    expect(seen.said).toContain('redirects in a circle')
  })

  test('a login of another host that the application itself sends to', async () => {
    const pods = [await serve((_, to) => void to.writeHead(302, { location: 'https://login.example.com/' }).end())]
    const seen = await ask({ ...(await front(pods)), pods })
    expect([seen.codes, verdict(seen, 'ING305')]).toEqual([[], 'ok'])
  })

  test.each([
    ['server-expired.crt', 'it expired on'],
    ['server-elsewhere.crt', "it is the controller's own"],
  ] as const)('%s', async (certificate, word) => {
    const pods = [await says(200)]
    const seen = await ask({ ...(await front(pods, { certificate })), pods, ingress: tls })
    expect(seen.codes).toEqual(['ING306'])
    expect(seen.said).toContain(word)
  })

  test('a host that the controller did not take', async () => {
    const pods = [await says(200)]
    const seen = await ask({ ...(await front(pods, { hosts: [] })), pods })
    expect(seen.codes).toEqual(['ING307'])
  })

  test('a path written anew, and one that is not there', async () => {
    const pods = [
      await serve(
        (from, to) => void to.writeHead(from.url === '/app' ? 200 : 404, { 'x-app': 'web' }).end('no such page'),
      ),
    ]
    const rewritten = await ask({ ...(await front(pods, { rewrite: () => '/' })), pods, paths: ['/app'] })
    expect(rewritten.codes).toEqual(['ING308'])
    expect(rewritten.said).toContain('its pods say 200')
    expect((await ask({ ...(await front(pods)), pods, paths: ['/api'] })).codes).toEqual(['ING308'])
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a pod that wants a certificate of its clients (%s) is no fault',
    async (version) => {
      const pods = [
        await listen(
          createTlsServer({
            key: file('server.key'),
            cert: file('server.crt'),
            requestCert: true,
            rejectUnauthorized: true,
            ca: file('ca.crt'),
            minVersion: version,
            maxVersion: version,
          }),
        ),
      ]
      const seen = await ask({ ...(await front([await says(200)])), pods })
      expect(seen.codes).toEqual([])
      expect(verdict(seen, 'SVC208')).toBe('ok')
    },
  )

  test('the load is what was announced', async () => {
    let asked = 0
    const pods = [await serve((_, to) => void (asked++, to.end('well')))]
    const { plan } = await ask({ ...(await front(pods)), pods })
    const most = plan.contactNodes.length * requestsOf(plan)
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThanOrEqual(most)
  })

  test('an application that says 429 is left alone', async () => {
    let asked = 0
    const pods = [await serve((_, to) => void (asked++, to.writeHead(429).end()))]
    const { contacts, plan } = await ask({ ...(await front(pods)), pods })
    expect(asked).toBeLessThanOrEqual(2 * plan.contactNodes.length)
    expect(contacts.eased?.length).toBeGreaterThan(0)
  })
})
