import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { unknown } from '../model/known.ts'
import { readLogs } from './logs.ts'
import { configMaps } from './resources.ts'
import { sendJson, serve, transportTo, type TestServer } from '../../test/fakes/api-server.ts'
import type { Transport } from './transport.ts'
import { parseWatchLine, watchObjects } from './watch.ts'

let server: TestServer
let transport: Transport

afterEach(async () => {
  transport.close()
  await server.close()
})

async function serveWith(answer: Parameters<typeof serve>[0]): Promise<void> {
  server = await serve(answer)
  transport = transportTo(server)
}

const logs = (options: Parameters<typeof readLogs>[3], timeoutMs = 2000) =>
  readLogs({ transport, timeoutMs }, 'shop', 'web-1', options)

async function allOf(options: Parameters<typeof readLogs>[3]): Promise<string[]> {
  const found = await logs(options)
  return found.known ? Array.fromAsync(found.value) : [found.why.reason]
}

describe('readLogs', () => {
  it('reads to the end', async () => {
    await serveWith((_, response) => response.end('one\r\ntwo\n\nthree'))
    expect(await allOf({ container: 'app', tailLines: 4 })).toEqual(['one', 'two', '', 'three'])
    expect(server.requests[0]?.url).toBe(
      '/api/v1/namespaces/shop/pods/web-1/log?container=app&tailLines=4&limitBytes=67108864',
    )
  })

  it('reads the run before, and no older lines than asked for', async () => {
    await serveWith((_, response) => response.end('one'))
    await allOf({ previous: true, sinceSeconds: 120 })
    expect(server.requests[0]?.url).toBe(
      '/api/v1/namespaces/shop/pods/web-1/log?previous=true&sinceSeconds=120&limitBytes=67108864',
    )
  })

  it('does not take a broken connection for the end', async () => {
    await serveWith((_, response) => void response.write('one\ntwo\n', () => response.destroy()))
    expect(await allOf({})).toEqual(['cut-off'])
  })

  it('follows, line by line, until the container ends or the reader stops', async () => {
    let open: ServerResponse | undefined
    await serveWith((_, response) => {
      open = response
      response.write('one\ntw')
    })
    const found = await logs({ follow: true })
    if (!found.known) throw new Error(found.why.reason)
    const lines = found.value[Symbol.asyncIterator]()
    expect(await lines.next()).toMatchObject({ value: 'one' })
    open?.write('o\nthree')
    expect(await lines.next()).toMatchObject({ value: 'two' })
    open?.destroy()
    expect((await lines.next()).done).toBe(true)
  })

  it('stops following on abort', async () => {
    await serveWith((_, response) => void response.write('one\n'))
    // Once the line is there, however long a busy machine took for it.
    const stop = new AbortController()
    const found = await logs({ follow: true, signal: stop.signal })
    if (!found.known) throw new Error(found.why.reason)
    const seen: string[] = []
    for await (const line of found.value) {
      seen.push(line)
      stop.abort()
    }
    expect(seen).toEqual(['one'])
  })

  it('follows a container that is silent for longer than the timeout, without a header', async () => {
    await serveWith((_, response) => void setTimeout(() => response.end('at last\n'), 150))
    const found = await logs({ follow: true }, 40)
    if (!found.known) throw new Error(found.why.reason)
    expect(await Array.fromAsync(found.value)).toEqual(['at last'])
  })

  it.each([
    [403, unknown('forbidden', 'get pods/log in namespace shop')],
    [404, unknown('not-there', 'get pods/log in namespace shop: web-1')],
  ])('is refused with %d', async (status, expected) => {
    await serveWith((_, response) => sendJson(response, status, {}))
    expect(await logs({ follow: true })).toEqual(expected)
    expect(await logs({})).toEqual(expected)
  })
})

const event = (type: string, name: string, resourceVersion: string) =>
  `${JSON.stringify({ type, object: { metadata: { name, resourceVersion } } })}\n`

describe('watchObjects', () => {
  it('goes on where the server ended it, and from now when that is too old', async () => {
    const from: (string | null)[] = []
    const answers = [
      event('ADDED', 'a', '11') + event('BOOKMARK', '', '15'),
      event('MODIFIED', 'a', '16') + 'garbage\n{"type":"ERROR","object":{"kind":"Status","code":410}}\n',
      event('DELETED', 'a', '21'),
    ]
    await serveWith((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      if (query.get('watch') !== 'true')
        return sendJson(response, 200, { metadata: { resourceVersion: from.length === 0 ? '10' : '20' }, items: [] })
      from.push(query.get('resourceVersion'))
      response.end(answers[from.length - 1])
    })
    const stop = new AbortController()
    const seen: string[] = []
    for await (const { type, object } of watchObjects(
      { transport, timeoutMs: 2000 },
      configMaps,
      { signal: stop.signal },
      (raw) => raw.metadata.name,
    )) {
      seen.push(`${type} ${object}`)
      if (type === 'DELETED') stop.abort()
    }
    expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
    expect(from).toEqual(['10', '15', '20'])
  })

  it('ends when it is forbidden, and on abort while it waits', async () => {
    await serveWith((request, response) =>
      request.url?.includes('watch')
        ? void response.writeHead(200).flushHeaders()
        : sendJson(response, 200, { metadata: { resourceVersion: '1' }, items: [] }),
    )
    expect(
      await Array.fromAsync(
        watchObjects({ transport, timeoutMs: 2000 }, configMaps, { signal: AbortSignal.timeout(60) }, (raw) => raw),
      ),
    ).toEqual([])
    await server.close()
    await serveWith((_, response) => sendJson(response, 403, {}))
    expect(
      await Array.fromAsync(
        watchObjects(
          { transport, timeoutMs: 2000 },
          configMaps,
          { signal: new AbortController().signal },
          (raw) => raw,
        ),
      ),
    ).toEqual([])
  })

  it.each([
    '',
    'null',
    '7',
    '{}',
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":{"metadata":{}}}',
    '{"type":"BOOKMARK","object":{}}',
  ])('takes %j for no event', (line) => {
    expect(parseWatchLine(line)).toBeNull()
  })
})
