import { afterEach, describe, expect, it } from 'vitest'
import { known, unknown } from '../model/known.ts'
import { ask } from './request.ts'
import { sendJson, serve, targetAt, transportTo, type TestServer } from '../../test/fakes/api-server.ts'
import { openTransport, type Transport } from './transport.ts'

let server: TestServer
let transport: Transport

afterEach(async () => {
  transport.close()
  await server.close()
})

const wanted = { path: '/version', action: 'get /version', timeoutMs: 2000 }

describe('Retry-After', () => {
  it.each([429, 503])('is waited for after a %d', async (status) => {
    server = await serve((_, response) =>
      server.requests.length < 3 ? sendJson(response, status, {}, { 'retry-after': '0' }) : response.end('here'),
    )
    transport = transportTo(server)
    expect(await ask(transport, wanted)).toEqual(known('here'))
  })

  it('is obeyed a few times only', async () => {
    server = await serve((_, response) =>
      sendJson(response, 429, { message: 'too many requests' }, { 'retry-after': '0' }),
    )
    transport = transportTo(server)
    expect(await ask(transport, wanted)).toEqual(unknown('failed', 'get /version: “too many requests”'))
    expect(server.requests.length).toBe(4)
  })

  it('does not outlast the timeout', async () => {
    server = await serve((_, response) => sendJson(response, 429, {}, { 'retry-after': '60' }))
    transport = transportTo(server)
    expect(await ask(transport, { ...wanted, timeoutMs: 60 })).toEqual(unknown('timed-out', 'get /version'))
  })

  it('is needed: a plain 503 is an answer', async () => {
    server = await serve((_, response) => sendJson(response, 503, {}))
    transport = transportTo(server)
    expect(await ask(transport, wanted)).toEqual(unknown('failed', 'get /version: the API server answered 503'))
  })
})

describe('a redirect', () => {
  it.each([301, 302, 307, 308])('%d takes the token nowhere: it is an answer that is none', async (status) => {
    const elsewhere = await serve((_, response) => response.end('{}'))
    const location = `${elsewhere.url}/version`
    server = await serve((_, response) => sendJson(response, status, {}, { location }))
    transport = transportTo(server, { token: 's3cret' })
    const answer = await ask(transport, wanted)
    await elsewhere.close()
    expect(answer).toEqual(unknown('failed', `get /version: the API server answered ${status}`))
    expect(elsewhere.requests).toEqual([])
  })
})

describe('what is sent', () => {
  it('carries the token, and whom to impersonate, one header for each group', async () => {
    server = await serve((_, response) => response.end('{}'))
    transport = transportTo(server, { token: 's3cret\n', as: 'overridden' }, { as: 'jane', asGroup: ['dev', 'ops'] })
    await ask(transport, wanted)
    const request = server.requests[0]
    expect(request?.headers.authorization).toBe('Bearer s3cret')
    expect(request?.headers['impersonate-user']).toBe('jane')
    expect(request?.rawHeaders.filter((value) => value === 'dev' || value === 'ops')).toEqual(['dev', 'ops'])
  })

  it('carries user name and password, and the path that the server URL has', async () => {
    server = await serve((_, response) => response.end('{}'))
    transport = openTransport(targetAt(`${server.url}/k8s/clusters/c1`, { username: 'u', password: 'p' }), {}, {})
    await ask(transport, wanted)
    expect(server.requests[0]?.headers['authorization']).toBe(`Basic ${btoa('u:p')}`)
    expect(server.requests[0]?.url).toBe('/k8s/clusters/c1/version')
  })
})

describe('what goes wrong', () => {
  it('names the reason, never the token that a server echoes', async () => {
    server = await serve((_, response) =>
      sendJson(response, 400, { message: 'bad header Authorization: Bearer s3cret' }),
    )
    transport = transportTo(server, { token: 's3cret' })
    const answer = await ask(transport, wanted)
    expect(answer).toMatchObject({ known: false, why: { reason: 'failed' } })
    expect(JSON.stringify(answer)).not.toContain('s3cret')
  })

  it('is a refused connection', async () => {
    server = await serve(() => {})
    await server.close()
    transport = transportTo(server)
    expect(await ask(transport, wanted)).toEqual(unknown('failed', 'get /version: connection refused'))
    server = await serve(() => {})
  })

  it('is an abort', async () => {
    server = await serve(() => {})
    transport = transportTo(server)
    expect(await ask(transport, { ...wanted, signal: AbortSignal.timeout(30) })).toEqual(
      unknown('cut-off', 'get /version: stopped'),
    )
  })

  it('goes on over a kept connection that the server has closed', async () => {
    server = await serve((request, response) => {
      response.end('here', () => setImmediate(() => request.socket.resetAndDestroy()))
    })
    transport = transportTo(server)
    for (let i = 0; i < 20; i++) expect(await ask(transport, wanted)).toEqual(known('here'))
  })
})
