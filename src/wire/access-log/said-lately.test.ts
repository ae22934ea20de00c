import { describe, expect, test } from 'vitest'
import { saidLately } from './said-lately.ts'

const at = Date.UTC(2026, 10, 28, 10, 56, 37)

function error(said: string, { request = 'POST /up HTTP/1.1', client = '10.0.0.9', rest = '' } = {}): string {
  return (
    `2026/11/28 10:56:37 [error] 31#31: *7 ${said}, client: ${client}, server: web.example.com, ` +
    `request: "${request}", ${rest}host: "web.example.com"`
  )
}

function access(client: string, { time = '28/Nov/2026:10:56:37 +0000', agent = 'curl/8', path = '/up' } = {}): string {
  return `${client} - - [${time}] "GET ${path} HTTP/1.1" 403 153 "-" "${agent}" 80 0.000 [shop-web-80] [] - - - - abc`
}

const upload = error('client intended to send too large body: 5242880 bytes')

test('an upload that was too large', () => {
  expect(saidLately([access('10.0.0.9', { time: '28/Nov/2026:10:41:37 +0000' }), upload])).toEqual({
    early: [],
    lines: 2,
    from: at - 900_000,
    until: at,
    errors: [
      {
        at,
        trouble: 'body-too-big',
        server: 'web.example.com',
        host: 'web.example.com',
        path: '/up',
        upstream: null,
        bytes: 5_242_880,
      },
    ],
  })
})

test.each([
  ['client intended to send too large chunked body: 1048576+8192 bytes', 'body-too-big', 1_056_768],
  ['client intended to send too large body: many bytes', 'body-too-big', null],
  ['limiting requests, excess: 5.720 by zone "shop_web"', 'limited', null],
  ['access forbidden by rule', 'denied', null],
  [
    'upstream timed out (110: Operation timed out) while reading response header from upstream',
    'timed-out-answering',
    null,
  ],
])('%s', (said, trouble, bytes) => {
  expect(saidLately([error(said)]).errors).toMatchObject([{ trouble, bytes }])
})

test.each([
  ['it would have', error('limiting requests, dry run, excess: 5.720 by zone "shop_web"')],
  ['it waited', upload.replace('[error]', '[warn]').replace(/client intended[^,]*/, 'delaying request, excess: 1')],
  ['an application', 'client intended to send too large body: 5242880 bytes'],
  ['words of a client', access('10.0.0.9', { path: '/client intended to send too large body: 9 bytes' })],
  ['nothing', ''],
])('%s: no error', (_name, line) => {
  expect(saidLately([line]).errors).toEqual([])
})

describe("hopscope's own requests", () => {
  const denied = error('access forbidden by rule', { request: 'GET /up HTTP/1.1', client: '10.2.0.8' })

  test.each([
    ['its own', access('10.2.0.8', { agent: 'hopscope' }), 0],
    [
      'its own, answered a second later',
      access('10.2.0.8', { agent: 'hopscope', time: '28/Nov/2026:10:56:38 +0000' }),
      0,
    ],
    ['of another time', access('10.2.0.8', { agent: 'hopscope', time: '28/Nov/2026:10:50:00 +0000' }), 1],
    ['of another path', access('10.2.0.8', { agent: 'hopscope', path: '/other' }), 1],
    ['of another client', access('10.2.0.9', { agent: 'hopscope' }), 1],
    ['of a user', access('10.2.0.8'), 1],
  ])('%s', (_name, line, left) => {
    expect(saidLately([line, denied]).errors).toHaveLength(left)
  })
})

test('a controller that is not in UTC: its access log tells by how much', () => {
  const { from, errors } = saidLately([upload, access('10.0.0.9', { time: '28/Nov/2026:10:56:40 +0530' })])
  expect([from, errors[0]?.at]).toEqual([at - 19_800_000, at - 19_800_000])
})

test('without a line that bears a time', () => {
  expect(saidLately(['{"level":"info"}'])).toEqual({ lines: 1, from: null, until: null, errors: [], early: [] })
})

test.each([
  ['_', '_'],
  [String.raw`^(?<subdomain>[\w-]+)\.example\.com$`, String.raw`^(?<subdomain>[\w-]+)\.example\.com$`],
  ['^a{1, 2}$', '^a{1, 2}$'],
])('the server is told by nginx itself: %s', (written, read) => {
  expect(saidLately([upload.replace('server: web.example.com', `server: ${written}`)]).errors[0]?.server).toBe(read)
})

test('a request that nginx cut has no path', () => {
  const cut = upload.slice(0, upload.indexOf(' HTTP'))
  expect(saidLately([cut]).errors).toMatchObject([{ server: 'web.example.com', path: null, host: null }])
})

test('what nginx asked of itself for one of the probe’s own requests is no user’s', () => {
  const itself =
    '2026/11/28 10:56:37 [error] 24#24: *18434 could not find named location "@custom_upstream-default-backend_404", ' +
    'client: 127.0.0.1, server: , request: "GET / HTTP/1.0", host: "web.example.com"'
  const line = (agent: string): string =>
    `10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET /x HTTP/1.1" 500 170 "-" "${agent}" 93 0.002 ` +
    '[upstream-default-backend] [] 10.2.0.4:8080 : 127.0.0.1:8181 0 : 170 0.000 : 0.001 404 : 500 5f'
  expect(saidLately([itself, line('curl')]).errors).toMatchObject([{ trouble: 'no-error-page', path: '/' }])
  expect(saidLately([itself, line('hopscope')]).errors).toEqual([])
})
