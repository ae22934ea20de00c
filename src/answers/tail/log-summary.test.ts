import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { accessReader } from '../../wire/access-log/reader.ts'
import { durations } from './durations.ts'
import { type LogSummary, summing } from './log-summary.ts'
import { pathShape } from '../../wire/access-log/path-shape.ts'

function summaryOf(lines: readonly string[]): LogSummary {
  const sums = summing()
  const read = accessReader()
  for (const it of lines) sums.add(read(it))
  return sums.result()
}

interface Nginx {
  readonly path?: string
  readonly status: number
  readonly servers?: readonly string[]
  readonly statuses?: readonly number[]
  readonly bytes?: readonly number[]
  readonly second?: number
}

/** As ingress-nginx writes it. */
function nginx({ path = '/', status, servers = [], statuses = [], bytes = [], second = 10 }: Nginx): string {
  const list = (all: readonly (string | number)[]): string => (servers.length === 0 ? '-' : all.join(', '))
  return (
    `10.0.0.9 - - [28/Nov/2026:10:56:${second} +0000] "GET ${path} HTTP/1.1" ${status} 150 "-" "curl" 88 0.004 ` +
    `[shop-cart-80] [] ${list(servers)} ${list(servers.map((_, at) => bytes[at] ?? 0))} ` +
    `${list(servers.map(() => '0.001'))} ${list(servers.map((_, at) => statuses[at] ?? status))} 5f`
  )
}

function error(said: string, { path = '/', upstream = '10.2.0.4:80', second = 10 } = {}): string {
  return (
    `2026/11/28 10:56:${second} [error] 31#31: *7 ${said}, client: 10.0.0.9, server: a, request: "GET ${path} ` +
    `HTTP/1.1"${upstream === '' ? '' : `, upstream: "http://${upstream}${path}"`}, host: "a"`
  )
}

const refused = 'connect() failed (111: Connection refused) while connecting to upstream'
const one = ['10.2.0.4:80']
const envoy = (flags: string, details = '-', host = '10.2.0.4:80', status = 503): string =>
  `[2026-11-28T10:56:37.123Z] "GET / HTTP/1.1" ${status} ${flags} ${details} - "-" 0 19 0 - "-" "c" "1" "a" "${host}" ` +
  'cluster - 10.0.0.1:8080 10.0.0.9:4711 - default'
const haproxy = (state: string, server = 'srv', status = 503): string =>
  `10.0.0.9:1 [28/Nov/2026:10:56:37.000] f b/${server} 0/0/-1/-1/1 ${status} 1 - - ${state}-- 1/1/1/1/0 0/0 "GET / HTTP/1.1"`
const traefik = (status: number, bytes: number, server = 'http://10.2.0.4:80'): string =>
  `10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET / HTTP/1.1" ${status} ${bytes} "-" "c" 7 "r" "${server}" 3ms`

describe('who said it', () => {
  test.each<readonly [string, readonly string[], object]>([
    ['nginx: an answer of the server', [nginx({ status: 500, servers: one })], { application: 1 }],
    ['nginx: a 502 that the server wrote', [nginx({ status: 502, servers: one, bytes: [9] })], { application: 1 }],
    ['nginx: a 502 with nothing in it', [nginx({ status: 502, servers: one })], { 'no-answer': 1 }],
    ['nginx: a 504 with nothing in it', [nginx({ status: 504, servers: one })], { 'timed-out': 1 }],
    ['nginx: nobody asked', [nginx({ status: 503 })], { controller: 1 }],
    ['nginx: a group without a server', [nginx({ status: 502, servers: ['cart_group'] })], { 'none-available': 1 }],
    [
      'nginx: another status than the server',
      [nginx({ status: 503, servers: one, statuses: [500] })],
      { controller: 1 },
    ],
    ['nginx: the error log says why', [error(refused), nginx({ status: 502, servers: one })], { refused: 1 }],
    ['nginx: the error log says why, later', [nginx({ status: 502, servers: one }), error(refused)], { refused: 1 }],
    [
      'nginx: the error of another server',
      [error(refused, { upstream: '10.2.0.9:80' }), nginx({ status: 502, servers: one })],
      { 'no-answer': 1 },
    ],
    [
      'nginx: the error of another minute',
      [error(refused, { second: 40 }), nginx({ status: 502, servers: one })],
      { 'no-answer': 1 },
    ],
    [
      'nginx: a limit',
      [error('limiting requests, excess: 1 by zone "a"', { upstream: '' }), nginx({ status: 503 })],
      { controller: 1 },
    ],
    [
      'ingress-nginx: a Service without an endpoint',
      [
        'W1128 10:56:37.1 7 controller.go:1111] Service "shop/cart" does not have any active Endpoint.',
        nginx({ status: 503 }),
      ],
      { 'none-available': 1 },
    ],
    [
      'ingress-nginx: a limit of a Service without an endpoint is a limit',
      [
        'W1128 10:56:37.1 7 controller.go:1111] Service "shop/cart" does not have any active Endpoint.',
        nginx({ status: 503 }),
        error('limiting requests, excess: 1 by zone "a"', { upstream: '' }),
      ],
      { controller: 1 },
    ],
    ['F5: no field', ['10.0.0.9 - - [28/Nov/2026:10:56:10 +0000] "GET / HTTP/1.1" 502 1 "-" "-" "-"'], { unknown: 1 }],
    ['Envoy: no healthy', [envoy('UH', 'no_healthy_upstream', '-')], { 'none-available': 1 }],
    ['Envoy: refused', [envoy('UF', 'upstream_reset{delayed_connect_error:_111}')], { refused: 1 }],
    ['Envoy: a connect that timed out', [envoy('UF', 'upstream_reset{connection_timeout}')], { 'timed-out': 1 }],
    ['Envoy: reset', [envoy('UC', 'upstream_reset{connection_termination}')], { 'broke-off': 1 }],
    ['Envoy: timed out', [envoy('UT', 'response_timeout', undefined, 504)], { 'timed-out': 1 }],
    ['Envoy: no route', [envoy('NR', 'route_not_found', '-')], { controller: 1 }],
    ['Envoy: the server', [envoy('-', 'via_upstream')], { application: 1 }],
    ['Envoy: the client left', [envoy('DC', 'downstream_remote_disconnect', undefined, 0)], {}],
    ['HAProxy: no server', [haproxy('SC', '<NOSRV>')], { 'none-available': 1 }],
    ['HAProxy: refused', [haproxy('SC')], { refused: 1 }],
    ['HAProxy: timed out', [haproxy('sH', 'srv', 504)], { 'timed-out': 1 }],
    ['HAProxy: too long in the queue', [haproxy('sQ', '<NOSRV>')], { 'none-available': 1 }],
    ['HAProxy: broke off', [haproxy('SH', 'srv', 502)], { 'broke-off': 1 }],
    ['HAProxy: a rule', [haproxy('PR', '<NOSRV>')], { controller: 1 }],
    ['HAProxy: the server', [haproxy('--', 'srv', 500)], { application: 1 }],
    ['Traefik: its own words', [traefik(502, 11)], { 'no-answer': 1 }],
    ['Traefik: no server', [traefik(503, 20, '-')], { 'none-available': 1 }],
    ['Traefik: timed out', [traefik(504, 15)], { 'timed-out': 1 }],
    ['Traefik: the server', [traefik(502, 400)], { application: 1 }],
    ['a 404 is no error of a server', [nginx({ status: 404, servers: one })], {}],
  ])('%s', (_, lines, who) => expect(summaryOf(lines).who).toEqual(who))
})

describe('a page of the controller in the place of a pod’s answer (custom-http-errors)', () => {
  const asked = (status: number, tries: string): string =>
    `198.18.0.11 - - [30/Nov/2026:20:32:08 +0000] "GET /items/4711 HTTP/1.1" ${status} 170 "-" "curl/7.88.1" 93 0.002 ` +
    `[upstream-default-backend] [] ${tries} 62cd2f76005a220c8dcb89823f9b56ca`
  const masked = asked(500, '198.18.101.209:8080 : 127.0.0.1:8181 0 : 170 0.000 : 0.001 404 : 500')
  const itself =
    '2026/11/30 20:32:08 [error] 2480#2480: *18434 could not find named location ' +
    '"@custom_upstream-default-backend_404", client: 127.0.0.1, server: , request: "GET / HTTP/1.0", ' +
    'host: "catalog.example.com"'
  const expected = {
    who: { controller: 1 },
    retried: { requests: 0, rescued: 0 },
    lines: { errors: 1, joined: 1 },
    servers: [{ address: '198.18.101.209:8080', failed: 0 }],
    said: [{ words: 'could not find named location "@custom_upstream-default-backend_404"', times: 1 }],
  }
  test('the error before its request', () => expect(summaryOf([itself, masked])).toMatchObject(expected))
  test('the error after its request', () => expect(summaryOf([masked, itself])).toMatchObject(expected))
  test('of another minute', () =>
    expect(summaryOf([itself.replace('20:32:08', '20:30:08'), masked]).lines.joined).toBe(0))
  test('a page of a default backend is of that application', () => {
    const page = masked.replaceAll('127.0.0.1:8181', '198.18.101.7:8080')
    expect(summaryOf([page]).who).toEqual({ application: 1 })
  })
  test('F5’s answer for a group without a server', () => {
    const none = asked(502, 'unix:/var/lib/nginx/nginx-502-server.sock 0 0.001 502')
    expect(summaryOf([none]).who).toEqual({ 'none-available': 1 })
  })
  test('what a client chose is not among the words', () => {
    const open = itself.replace(
      'could not find named location "@custom_upstream-default-backend_404"',
      'open() "/a?token=x" failed (2: No such file)',
    )
    expect(summaryOf([open]).said).toEqual([{ words: 'open() "…" failed (2: No such file)', times: 1 }])
  })
})

test('tries beyond the first count for the servers that failed them', () => {
  const servers = ['10.2.0.4:80', '10.2.0.5:80']
  const found = summaryOf([
    error(refused, { path: '/a' }),
    nginx({ path: '/a', status: 200, servers, statuses: [502, 200], bytes: [0, 5] }),
    nginx({ path: '/b', status: 502, servers, statuses: [502, 502] }),
  ])
  expect(found.retried).toEqual({ requests: 2, rescued: 1 })
  expect(found.servers.map(({ address, tries, failed, who }) => ({ address, tries, failed, who }))).toEqual([
    { address: '10.2.0.4:80', tries: 2, failed: 2, who: { refused: 1, 'no-answer': 1 } },
    { address: '10.2.0.5:80', tries: 2, failed: 1, who: { 'no-answer': 1 } },
  ])
  expect(found.lines).toEqual({ requests: 2, errors: 1, joined: 1, other: 0, others: {} })
})

const cutAt = 'upstream timed out (110: Operation timed out) while reading upstream'

describe('answers that did not come to their end', () => {
  test.each<readonly [string, readonly string[], Readonly<Record<string, number>>]>([
    ['Envoy: a stream that was silent for too long', [envoy('SI', 'via_upstream', undefined, 200)], { SI: 1 }],
    ['Envoy: the upstream went', [envoy('UC', 'via_upstream', undefined, 200)], { UC: 1 }],
    ['Envoy: one of several flags', [envoy('DI,UT', 'via_upstream', undefined, 200)], { UT: 1 }],
    ['Envoy: a gRPC client is told so in a 200', [envoy('UH', 'no_healthy_upstream', '-', 200)], { UH: 1 }],
    ['Envoy: no flag', [envoy('-', 'via_upstream', undefined, 200)], {}],
    ['Envoy: the client left an event stream', [envoy('DC', 'via_upstream', undefined, 200)], {}],
    ['Envoy: a WebSocket whose server left', [envoy('UC', 'via_upstream', undefined, 101)], {}],
    ['Envoy: a WebSocket that was silent for too long', [envoy('SI', 'via_upstream', undefined, 101)], { SI: 1 }],
    ['Envoy: a login that was asked for', [envoy('UAEX', 'ext_authz_denied', '-', 302)], {}],
    ['Envoy: a delay that was asked for', [envoy('DI', 'via_upstream', undefined, 200)], {}],
    ['Envoy: an error is counted as such', [envoy('UC', 'upstream_reset', undefined, 503)], {}],
    ['HAProxy: a server that fell silent', [haproxy('sD', 'srv', 200)], { sD: 1 }],
    ['HAProxy: a server that broke off', [haproxy('SD', 'srv', 200)], { SD: 1 }],
    ['HAProxy: the client left', [haproxy('CD', 'srv', 200)], {}],
    ['HAProxy: a whole answer', [haproxy('--', 'srv', 200)], {}],
    ['nginx: the error log says so', [error(cutAt), nginx({ status: 200, servers: one })], { 'read timeout': 1 }],
    ['nginx: another request', [error(cutAt, { path: '/else' }), nginx({ path: '/', status: 200, servers: one })], {}],
    ['nginx: an error before the header of an answer that came by another try', [error(refused)], {}],
  ])('%s', (_, lines, cut) => {
    const found = summaryOf(lines)
    expect(Object.fromEntries(found.cut.map((it) => [it.sign, it.requests]))).toEqual(cut)
    expect(found.groups.flatMap((it) => Object.entries(it.cut))).toEqual(Object.entries(cut))
  })

  test('clients that left are counted apart', () => {
    expect(summaryOf([envoy('DC', 'via_upstream', undefined, 200)])).toMatchObject({ clientsLeft: 1, serverErrors: 0 })
  })
})

test('a host is one host, whatever its port', () => {
  const entry = accessReader()(envoy('-', 'via_upstream', undefined, 200))
  if (entry.kind !== 'request') throw new Error('it is a request')
  const sums = summing()
  for (const host of ['a.example.com', 'A.example.com:30080', 'a.example.com.']) sums.add({ ...entry, host })
  expect(sums.result().groups.map((it) => [it.host, it.requests])).toEqual([['a.example.com', 3]])
})

test('nothing read is no health', () => {
  expect(summaryOf(['', 'started'])).toMatchObject({ lines: { requests: 0, other: 2 }, retried: null, from: null })
})

const anyLine = fc.oneof(
  fc
    .record({
      path: fc.constantFrom('/', '/a/1', '/a/2', '/b?c=d'),
      status: fc.constantFrom(200, 404, 500, 502, 503, 504),
      servers: fc.constantFrom([], one, ['10.2.0.4:80', '10.2.0.5:80'], ['group']),
      second: fc.integer({ min: 10, max: 59 }),
    })
    .map(nginx),
  fc
    .record({ path: fc.constantFrom('/', '/a/1'), second: fc.integer({ min: 10, max: 59 }) })
    .map((it) => error(refused, it)),
  fc.constantFrom(envoy('UH'), haproxy('SC'), traefik(502, 11), 'started', ''),
)

test('each request and each error is counted once, however they mix', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 60 }), (lines) => {
      const found = summaryOf(lines)
      const { requests, errors, joined, other } = found.lines
      const all = (who: Readonly<Record<string, number>>): number => Object.values(who).reduce((sum, it) => sum + it, 0)
      expect(requests + errors + other).toBe(lines.length)
      expect(joined).toBeLessThanOrEqual(errors)
      expect(found.groups.reduce((sum, it) => sum + it.requests, 0)).toBe(requests)
      expect(all(found.who)).toBe(found.serverErrors)
      expect(found.groups.reduce((sum, it) => sum + all(it.who), 0)).toBe(found.serverErrors)
      expect(found.groups.filter((it) => it.status !== null && it.status < 500 && all(it.who) > 0)).toEqual([])
      for (const it of found.servers) expect(all(it.who)).toBeLessThanOrEqual(it.failed)
      for (const it of found.groups) for (const n of Object.values(it.who)) expect(n).toBeGreaterThan(0)
    }),
    { numRuns: runs(1500) },
  )
})

test('memory ends: paths beyond the most are one group, and none is lost', () => {
  const lines = Array.from({ length: 5000 }, (_, at) =>
    nginx({ path: `/p${'abcdefghij'[at % 10]}${'x'.repeat(at / 10)}`, status: 500, servers: one }),
  )
  const found = summaryOf(lines)
  expect(found.groups.length).toBeLessThanOrEqual(2010)
  expect(found.groups.reduce((sum, it) => sum + it.requests, 0)).toBe(5000)
})

test('a time is off by 5 % at most', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 1e7, noNaN: true }), (ms) => {
      const its = durations()
      for (let times = 0; times < 3; times++) its.add(ms)
      for (const share of [0.5, 0.99]) expect(Math.abs((its.quantile(share) ?? 0) / ms - 1)).toBeLessThan(0.05)
    }),
    { numRuns: runs(500) },
  )
  expect(durations().quantile(0.5)).toBeNull()
})

test.each([
  ['/', '/'],
  ['/cart?token=x', '/cart'],
  ['/orders/17/items/4', '/orders/:n/items/:n'],
  ['/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301', '/u/:id'],
  ['/v1/items', '/v1/items'],
  ['/blob/9f86d081884c7d659a2f', '/blob/:id'],
])('%s is %s', (path, shape) => expect(pathShape(path)).toBe(shape))

test('two Ingresses with one path and one backend are two groups where the format names them', () => {
  const entry = accessReader()(nginx({ status: 200, servers: ['10.2.0.4:80'] }))
  if (entry.kind !== 'request') throw new Error('it is a request')
  const sums = summing()
  for (const route of ['shop/a', 'shop/a', 'shop/b', null]) sums.add({ ...entry, route })
  const { groups, withoutOwner } = sums.result()
  expect(groups.map((it) => [it.route, it.requests])).toEqual([
    ['shop/a', 2],
    [null, 1],
    ['shop/b', 1],
  ])
  expect(withoutOwner).toBe(1)
})

test.each([
  [413, [], { 413: 1 }],
  [429, [], { 429: 1 }],
  [404, [], {}],
  [413, ['10.2.0.4:80'], {}],
])('a %s of %j', (status, servers, refused) => {
  expect(summaryOf([nginx({ status, servers })]).refused).toEqual(refused)
})
