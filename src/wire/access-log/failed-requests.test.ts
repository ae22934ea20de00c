import { expect, test } from 'vitest'
import { failedRequests } from './failed-requests.ts'

const line = (
  said: string,
  { host = 'web.example.com', upstream = '10.2.0.4:8080', request = 'GET / HTTP/1.1' } = {},
) =>
  `2026/11/28 10:56:37 [error] 31#31: *7 ${said}, client: 10.0.0.9, server: ${host}, request: "${request}", ` +
  `${upstream === '' ? '' : `upstream: "http://${upstream}/", `}host: "${host}"`

const tooBig = line('upstream sent too big header while reading response header from upstream')
const hosts = new Set(['web.example.com', 'cart.example.com'])

test('equal ones are counted, by host, server and what nginx says', () => {
  expect(
    failedRequests(
      [
        tooBig,
        tooBig,
        line('upstream timed out (110: Operation timed out) while connecting to upstream', {
          host: 'Cart.example.com:8080',
          upstream: '10.2.0.5:8080',
        }),
        line('no live upstreams while connecting to upstream', { upstream: '' }),
      ],
      hosts,
    ),
  ).toEqual([
    { host: 'web.example.com', upstream: '10.2.0.4:8080', trouble: 'answer-too-big', times: 2 },
    { host: 'cart.example.com', upstream: '10.2.0.5:8080', trouble: 'timed-out-connecting', times: 1 },
    { host: 'web.example.com', upstream: null, trouble: 'no-live-upstream', times: 1 },
  ])
})

test.each([
  [
    'SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) ' +
      'while SSL handshaking to upstream',
    'tls-refused',
  ],
  [
    'SSL_do_handshake() failed (SSL: error:0A000458:SSL routines::tlsv1 unrecognized name:SSL alert number 112) while ' +
      'SSL handshaking to upstream',
    'tls-refused',
  ],
  [
    'SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream',
    'tls-failed',
  ],
  ['40 worker_connections are not enough while connecting to upstream', 'no-connection-left'],
])('%s', (said, trouble) => {
  expect(failedRequests([line(said).replace('[error]', '[alert]')], hosts)).toMatchObject([{ trouble }])
})

test.each([
  ['another host', line('upstream sent too big header', { host: 'other.example.com' })],
  ['words that are not known', line('something new')],
  ['a line of requests', '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET / HTTP/1.1" 502 150'],
  [
    'what a client wrote',
    `10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET /${tooBig.replaceAll('"', '\\x22')} HTTP/1.1" 200 1`,
  ],
])('%s is left out', (_what, text) => expect(failedRequests([text], hosts)).toEqual([]))

test('an upstream that is no address is none', () => {
  expect(failedRequests([line('upstream sent too big header', { upstream: 'unix:$(id)' })], hosts)).toMatchObject([
    { upstream: null },
  ])
})

test('servers without end are cut, and what was counted goes on', () => {
  const many = Array.from({ length: 400 }, (_, i) =>
    line('upstream timed out (110: Operation timed out) while connecting', {
      upstream: `10.2.${i >> 8}.${i & 255}:80`,
    }),
  )
  const found = failedRequests([...many, ...many], hosts)
  expect(found).toHaveLength(200)
  expect(found[0]?.times).toBe(2)
})

test('of the words of the controller’s own program the first line is kept, and nothing of the request', () => {
  const said = '[lua] sticky.lua:39: get_cookie_parsed(): resty.cookie is not part of this image'
  const lines = [line(said, { upstream: '' }), line(said, { upstream: '' })]
  expect(failedRequests(lines, hosts)).toEqual([
    { host: 'web.example.com', upstream: null, trouble: 'lua-failed', times: 2, said },
  ])
})
