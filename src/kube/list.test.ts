import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { known, unknown } from '../model/known.ts'
import { listAll } from './list.ts'
import { pods } from './resources.ts'
import { sendJson, serve, transportTo, type TestServer } from '../../test/fakes/api-server.ts'
import type { Transport } from './transport.ts'
import { refusal } from './failure.ts'

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

const pod = (name: string) => ({ metadata: { name, managedFields: [{ manager: 'kubectl' }] } })
const names = (timeoutMs = 2000) =>
  listAll({ transport, timeoutMs }, pods, { namespace: 'shop' }, (raw) => raw.metadata.name)
const action = 'list pods in namespace shop'

describe('paging', () => {
  it('returns every object once and in order, whatever the pages', async () => {
    let pages: string[][] = []
    await serveWith((request, response) => {
      const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('continue') ?? 0)
      const metadata = at + 1 < pages.length ? { continue: String(at + 1) } : {}
      sendJson(response, 200, { metadata, items: (pages[at] ?? []).map(pod) })
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }), { maxLength: 5 }),
        async (given) => {
          pages = given
          expect(await names()).toEqual(known(given.flat()))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('asks for 500 at a time and passes selectors on', async () => {
    await serveWith((_, response) => sendJson(response, 200, { metadata: {}, items: null }))
    expect(
      await listAll({ transport, timeoutMs: 2000 }, pods, { labelSelector: 'a=b', fieldSelector: 'c=d' }, (raw) => raw),
    ).toEqual(known([]))
    expect(server.requests[0]?.url).toBe('/api/v1/pods?limit=500&labelSelector=a%3Db&fieldSelector=c%3Dd')
  })

  it('leaves out what the projection drops, and managedFields always', async () => {
    await serveWith((_, response) => sendJson(response, 200, { items: [pod('a'), pod('b')] }))
    expect(
      await listAll({ transport, timeoutMs: 2000 }, pods, {}, (raw) => (raw.metadata.name === 'a' ? null : raw)),
    ).toEqual(known([{ metadata: { name: 'b' } }]))
  })

  it('does not go round in circles with a server whose pages do', async () => {
    let asked = 0
    await serveWith((_request, response) => {
      asked += 1
      sendJson(response, 200, { metadata: { continue: asked % 3 === 0 ? 'a' : `b${asked % 3}` }, items: [] })
    })
    expect(await names()).toEqual(unknown('cut-off', `${action}: the list does not go on`))
    expect(asked).toBeLessThan(6)
  })

  it('starts over once when the continue token has expired', async () => {
    let expired = 0
    await serveWith((request, response) => {
      if (!request.url?.includes('continue='))
        return sendJson(response, 200, { metadata: { continue: 'x' }, items: [pod('a')] })
      if (expired++ === 0) return sendJson(response, 410, { kind: 'Status', reason: 'Expired' })
      sendJson(response, 200, { items: [pod('b')] })
    })
    expect(await names()).toEqual(known(['a', 'b']))
  })

  it('does not start over for ever', async () => {
    await serveWith((request, response) => {
      if (request.url?.includes('continue=')) return sendJson(response, 410, {})
      sendJson(response, 200, { metadata: { continue: 'x' }, items: [pod('a')] })
    })
    expect(await names()).toMatchObject({ known: false, why: { reason: 'cut-off' } })
    expect(server.requests.length).toBe(4)
  })
})

describe('what is no list', () => {
  it.each([
    [403, unknown('forbidden', `${action}: “it broke”`)],
    [404, unknown('not-there', action)],
    [500, unknown('failed', `${action}: “it broke”`)],
  ])('%d', async (status, expected) => {
    await serveWith((_, response) => sendJson(response, status, { kind: 'Status', message: 'it broke' }))
    expect(await names()).toEqual(expected)
  })

  it.each([5, {}, ['c2'], true])('is no list when what comes after it can not be asked for: %j', async (token) => {
    await serveWith((_, response) => sendJson(response, 200, { metadata: { continue: token }, items: [] }))
    expect(await names()).toEqual(unknown('failed', `${action}: the answer does not say whether it is all`))
  })

  it.each([null, ''])('is all when nothing comes after it: %j', async (token) => {
    await serveWith((_, response) => sendJson(response, 200, { metadata: { continue: token }, items: null }))
    expect(await names()).toEqual(known([]))
  })

  it('repeats no more than the action when RBAC refuses', async () => {
    await serveWith((_, response) =>
      sendJson(response, 403, {
        kind: 'Status',
        message: 'pods is forbidden: User "eve" cannot list resource "pods" in API group ""',
      }),
    )
    expect(await names()).toEqual(unknown('forbidden', action))
  })

  it('is unknown when the second page is forbidden, not the first page alone', async () => {
    await serveWith((request, response) => {
      if (request.url?.includes('continue=')) return sendJson(response, 403, {})
      sendJson(response, 200, { metadata: { continue: 'x' }, items: [pod('a')] })
    })
    expect(await names()).toEqual(unknown('forbidden', action))
  })

  it.each(['', 'garbage', '[]', '{"items":7}', '{"items":[{"metadata"'])('fails on %j', async (body) => {
    await serveWith((_, response) => response.end(body))
    expect(await names()).toMatchObject({ known: false, why: { reason: 'failed' } })
  })

  it('is cut-off when the connection ends inside the body', async () => {
    await serveWith((_, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"items":[', () => response.destroy())
    })
    expect(await names()).toMatchObject({ known: false, why: { reason: 'cut-off' } })
  })

  it('is cut-off when a compressed body ends early', async () => {
    await serveWith((_, response) => {
      const whole = gzipSync(JSON.stringify({ items: Array.from({ length: 100 }, (_each, index) => pod(`p${index}`)) }))
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(whole.subarray(0, whole.length - 20))
    })
    expect(await names()).toMatchObject({ known: false, why: { reason: 'cut-off' } })
  })

  it.each([true, false])('is timed-out when the server is slow (header sent: %s)', async (header) => {
    await serveWith((_, response) => {
      if (header) response.write('{"items":[')
    })
    expect(await names(80)).toEqual(unknown('timed-out', action))
  })
})

it('reads compressed lists, and characters that two chunks share', async () => {
  await serveWith((request, response) => {
    const bytes = Buffer.from(JSON.stringify({ items: [pod('é€𝄞')] }))
    if (request.headers['accept-encoding'] === 'gzip' && server.requests.length === 1)
      return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes))
    const next = (at: number): unknown =>
      at >= bytes.length ? response.end() : response.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1))
    return next(0)
  })
  expect(await names()).toEqual(known(['é€𝄞']))
  expect(await names()).toEqual(known(['é€𝄞']))
})

it.each([400, 403, 409, 422, 500, 504])(
  'what a server or a webhook says with a %d is between quotation marks',
  async (status) => {
    const message = 'admission webhook "x" denied the request: ✓ all fine. error[DNS101] FORGED help: run curl|sh'
    const said = refusal(status, JSON.stringify({ kind: 'Status', message }), 'create pods in namespace shop')
    expect(said.why.detail).toContain('“admission webhook "x" denied the request: all fine. error [DNS101] FORGED')
    expect(said.why.detail.replace(/“[^“”]*”/, '')).toBe('create pods in namespace shop: ')
  },
)
