import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import type { AccessLine } from './access-line.ts'
import { nginxFormats } from './nginx.ts'
import { accessReader, logFormat } from './reader.ts'

const nginxHead = '10.244.1.9 - - [28/Nov/2026:10:56:37 +0000] "GET /cart?a=b HTTP/1.1"'
const envoyHead = '[2026-11-28T10:56:37.123Z] "GET /cart?a=b HTTP/1.1"'
const at = Date.UTC(2026, 10, 28, 10, 56, 37)

/** As each controller writes them; the fields that a line says, and those that it does not. */
const lines: readonly (readonly [it: string, line: string, expected: object, format?: string])[] = [
  [
    'ingress-nginx: two servers asked, neither answered',
    `${nginxHead} 502 150 "-" "curl/8.0" 88 0.004 [shop-cart-80] [] 10.2.0.4:8080, 10.2.0.5:8080 0, 0 ` +
      '0.001, 0.003 502, 502 5f1c2d',
    {
      dialect: 'nginx',
      at,
      client: '10.244.1.9',
      method: 'GET',
      host: null,
      path: '/cart?a=b',
      status: 502,
      bytes: 150,
      retries: 1,
      backend: 'shop-cart-80',
      requestId: '5f1c2d',
      tries: [
        { address: '10.2.0.4:8080', status: 502, bytes: 0, ms: 1, connectMs: null, headerMs: null },
        { address: '10.2.0.5:8080', status: 502, bytes: 0, ms: 3, connectMs: null, headerMs: null },
      ],
      spent: { total: 4, upstream: 4, connect: null },
    },
  ],
  [
    'ingress-nginx: nobody asked; quotes and brackets of a client',
    String.raw`10.0.0.1 - a b [28/Nov/2026:12:56:37 +0200] "GET / HTTP/1.1" 503 190 "-" "x \x22] [\"" 88 0.000 ` +
      '[shop-web-80] [] - - - - 5f1c',
    { at, status: 503, tries: [], retries: 0, backend: 'shop-web-80' },
  ],
  [
    'ingress-nginx: a redirect inside to another group',
    `${nginxHead} 200 5 "-" "-" 1 0.010 [shop-web-80] [] 10.2.0.4:80 : [fd00::1]:80 0 : 5 0.001 : 0.002 404 : 200 1`,
    {
      tries: [
        { address: '10.2.0.4:80', status: 404 },
        { address: '[fd00::1]:80', status: 200, bytes: 5 },
      ],
    },
  ],
  [
    'ingress-nginx: what was no HTTP',
    '10.0.0.1 - - [28/Nov/2026:10:56:37 +0000] "\\x16\\x03" 400 150 "-" "-" 0 0.001 [] [] - - - - 5f',
    { method: null, path: null, status: 400, tries: [], backend: null },
  ],
  [
    'F5: nothing about the server',
    `${nginxHead} 502 157 "-" "curl/8.0" "-"`,
    { dialect: 'nginx', status: 502, tries: null, retries: null, backend: null },
  ],
  [
    'a format of nginx with all times',
    '{"t":"2026-11-28T10:56:37+00:00","h":"web.example.com","r":"GET / HTTP/1.1","s":200,"u":"10.2.0.4:80",' +
      '"us":"200","c":"0.001","d":"0.005","l":"0.009","i":"shop/web"}',
    {
      at,
      host: 'web.example.com',
      status: 200,
      route: 'shop/web',
      spent: { connect: 1, header: 4, body: 4, upstream: 9 },
      tells: { connect: true, header: true },
    },
    '{"t":"$time_iso8601","h":"$host","r":"$request","s":$status,"u":"$upstream_addr","us":"$upstream_status",' +
      '"c":"$upstream_connect_time","d":"$upstream_header_time","l":"$upstream_response_time",' +
      '"i":"$namespace/$ingress_name"}',
  ],
  [
    'nginx as JSON, by the names of its variables',
    '{"time_iso8601":"2026-11-28T10:56:37+00:00","request_method":"GET","uri":"/","status":"504","request_time":"5.001",' +
      '"upstream_addr":"10.2.0.4:80","upstream_status":"504","upstream_header_time":"-"}',
    { at, method: 'GET', path: '/', status: 504, spent: { total: 5001 }, tells: { connect: false, header: true } },
  ],
  [
    'Istio: no healthy upstream',
    `${envoyHead} 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "curl/8" "id-1" "web.example.com" "-" ` +
      'outbound|80||cart.shop.svc.cluster.local - 10.0.0.1:8080 10.0.0.9:4711 - default',
    {
      dialect: 'envoy',
      at: at + 123,
      client: '10.0.0.9',
      host: 'web.example.com',
      status: 503,
      tries: [],
      flags: 'UH',
      details: 'no_healthy_upstream',
      backend: 'outbound|80||cart.shop.svc.cluster.local',
      route: 'default',
      requestId: 'id-1',
    },
  ],
  [
    "Envoy's own format, as Contour's",
    `${envoyHead} 200 - 0 19 5 4 "-" "curl/8" "id-1" "web.example.com" "10.2.0.4:8080"`,
    {
      dialect: 'envoy',
      status: 200,
      flags: null,
      backend: null,
      tries: [{ address: '10.2.0.4:8080', status: null, headerMs: 4 }],
      spent: { total: 5, header: 4, body: 1 },
    },
  ],
  [
    'Envoy Gateway: JSON',
    '{":authority":"web.example.com","duration":3,"method":"GET","response_code":503,"response_code_details":"x",' +
      '"response_flags":"UF","route_name":"r","start_time":"2026-11-28T10:56:37.123Z","upstream_cluster":"c",' +
      '"upstream_host":"10.2.0.4:8080","upstream_transport_failure_reason":"delayed connect error: 111",' +
      '"x-envoy-origin-path":"/","x-request-id":"1"}',
    { host: 'web.example.com', status: 503, flags: 'UF', details: 'x delayed connect error: 111', backend: 'c' },
  ],
  [
    'Envoy: a format of its own',
    'GET web.example.com /a 503 URX,UF 3',
    { host: 'web.example.com', path: '/a', status: 503, flags: 'URX,UF', retries: 2, tries: null },
    '%REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  ],
  [
    "HAProxy's httplog, with captured headers",
    '10.0.0.1:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 ' +
      '{1wt.eu|a b} {} "GET /index.html HTTP/1.1"',
    {
      dialect: 'haproxy',
      at: Date.UTC(2009, 1, 6, 12, 14, 14, 655),
      client: '10.0.0.1',
      path: '/index.html',
      status: 200,
      backend: 'static',
      tries: [{ address: 'srv1', connectMs: 30, headerMs: 69 }],
      spent: { total: 109, client: 10, queue: 0, connect: 30, header: 69, body: 0 },
      retries: 0,
      flags: '----',
    },
  ],
  [
    'the controller of HAProxy Technologies behind syslog: no server, over IPv6',
    '<134>Nov 28 10:00:00 haproxy[25]: ::1:33317 [28/Nov/2026:10:56:37.000] https~ shop_svc_cart_80/<NOSRV> ' +
      '0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/+3 0/0 "GET web.example.com/cart HTTP/1.1"',
    {
      at,
      client: '::1',
      host: 'web.example.com',
      path: '/cart',
      status: 503,
      tries: [],
      retries: 3,
      spent: { total: 0, queue: null, connect: null, body: null },
    },
  ],
  [
    'a log-format of HAProxy',
    '10.0.0.1 web.example.com 504 sH-- "GET /a b HTTP/1.1" srv/pod-1',
    { host: 'web.example.com', path: '/a b', status: 504, flags: 'sH--', backend: 'srv' },
    '%ci %[capture.req.hdr(0)] %ST %tsc %{+Q}r %b/%s',
  ],
  [
    'Traefik: common',
    '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET /x HTTP/1.1" 502 11 "-" "curl/8" 7 "shop-web@kubernetes" ' +
      '"http://10.2.0.4:8080" 3ms',
    {
      dialect: 'traefik',
      at,
      status: 502,
      bytes: 11,
      route: 'shop-web@kubernetes',
      tries: [{ address: '10.2.0.4:8080' }],
      spent: { total: 3 },
    },
  ],
  [
    'Traefik: no server',
    '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET /x HTTP/1.1" 503 20 "-" "curl/8" 7 "shop-web@kubernetes" "-" 0ms',
    { status: 503, tries: [] },
  ],
  [
    'Traefik: JSON, in nanoseconds',
    '{"ClientHost":"10.0.0.9","DownstreamStatus":504,"Duration":3000000,"RequestMethod":"GET","RequestPath":"/",' +
      '"RequestHost":"web.example.com","ServiceAddr":"10.2.0.4:8080","OriginStatus":504,"OriginDuration":2000000,' +
      '"RetryAttempts":1,"RouterName":"r","StartUTC":"2026-11-28T10:56:37Z"}',
    { dialect: 'traefik', at, host: 'web.example.com', status: 504, retries: 1, spent: { total: 3, upstream: 2 } },
  ],
]

const rows = lines.map(([it, line, expected, format = null]) => ({ it, line, expected, format }))

test.each(rows)('$it', ({ line, expected, format }) => {
  const own = format === null ? [] : [logFormat(format)].flatMap((it) => it ?? [])
  for (const head of ['', '2026-11-28T10:56:38.123456789Z '])
    if (!line.startsWith('<') || head === '')
      expect(accessReader(own)(head + line)).toMatchObject({ kind: 'request', ...expected })
})

test.each([
  '',
  'I1128 10:56:37.1 1 controller.go:208] "Backend successfully reloaded"',
  `${nginxHead} 502 150 "-" "curl/8.0" 88 0.004 [shop-cart-80] [] 10.2.0.4:8080 0 0.001`,
  `${nginxHead} 502 150 "-" "curl/8.0" 88 0.004 [shop-cart-80] [] 10.2.0.4:8080 0 0.001 502 5f1c2d and more`,
  '{"level":"info","msg":"started"}',
  '{"status":200}',
  '[]',
  'null',
])('%j is no request', (line) => expect(accessReader()(line)).toMatchObject({ kind: 'other' }))

test.each([
  ['', 'empty'],
  ['I1128 10:56:37.1 1 controller.go:208] "Backend successfully reloaded"', 'controller'],
  ['[2026-11-30 16:08:41.580][1][info][main] [source/server/server.cc:430] starting', 'controller'],
  ['time="2026-11-30T16:08:41Z" level=info msg="started"', 'controller'],
  ['2026/11/30 15:41:06 [notice] 235#235: gracefully shutting down', 'error-log'],
  ['{"level":"info","msg":"started"}', 'object'],
  ['GET / of nobody', 'text'],
  ['x'.repeat(70_000), 'too-long'],
])('%.60j is of the kind %s', (line, what) => expect(accessReader()(line)).toEqual({ kind: 'other', what }))

test.each(['', 'no variable', '$status$request', '$a$b'])('%j is no format', (text) =>
  expect(logFormat(text)).toBeNull(),
)

describe('lines of the error log', () => {
  const tail =
    ', client: 10.0.0.9, server: web.example.com, request: "GET /a?b HTTP/1.1", upstream: "http://10.2.0.4:8080/a?b", ' +
    'host: "web.example.com"'
  test.each([
    ['connect() failed (111: Connection refused) while connecting to upstream', 'refused'],
    ['upstream timed out (110: Connection timed out) while connecting to upstream', 'timed-out-connecting'],
    [
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
      'timed-out-answering',
    ],
    ['upstream prematurely closed connection while reading response header from upstream', 'broke-off'],
    ['recv() failed (104: Connection reset by peer) while reading response header from upstream', 'broke-off'],
    ['no live upstreams while connecting to upstream', 'no-live-upstream'],
    ['connect() failed (113: Host is unreachable) while connecting to upstream', 'unreachable'],
    ['limiting requests, excess: 5.720 by zone "shop_web"', 'limited'],
    ['something new', 'other'],
  ])('%s', (said, trouble) =>
    expect(accessReader()(`2026/11/28 10:56:37 [error] 31#31: *7 ${said}${tail}`)).toEqual({
      kind: 'error',
      at,
      trouble,
      said,
      client: '10.0.0.9',
      server: 'web.example.com',
      method: 'GET',
      path: '/a?b',
      host: 'web.example.com',
      upstream: '10.2.0.4:8080',
    }),
  )

  test('what a client asks for does not pass for what nginx says', () => {
    const line =
      '2026/11/28 10:56:37 [error] 31#31: *7 something new, client: 10.0.0.9, server: _, request: "GET /", ' +
      'upstream: "http://6.6.6.6:1/(111:%20Connection%20refused) HTTP/1.1", upstream: "http://10.2.0.4:8080/", host: "a"'
    expect(accessReader()(line)).toMatchObject({ trouble: 'other', upstream: '10.2.0.4:8080', host: 'a' })
  })
})

/** As ngx_http_log_module writes what is not its own. */
const escaped = (text: string): string =>
  Array.from(text, (it) =>
    it === '"' || it === '\\' || it < ' ' || it > '~'
      ? `\\x${(it.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0').slice(-2)}`
      : it,
  ).join('')

const clients = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom('"', '\\', ' ', '[', ']', '-', '502', '10.6.6.6:80', ' - ', ', ', ' : ', '[x] ', 'a'), {
      maxLength: 20,
    })
    .map((it) => it.join('')),
)
const words = fc.stringMatching(/^[a-z0-9]{1,8}$/)

interface Written {
  readonly line: string
  readonly expected: Partial<AccessLine>
}

const written: fc.Arbitrary<Written> = fc
  .record({
    user: clients,
    path: clients,
    agent: clients,
    referer: clients,
    status: fc.integer({ min: 200, max: 599 }),
    address: fc.constantFrom('10.2.0.4:80', '[fd00::1]:80'),
    backend: words,
    id: words,
  })
  .map(({ user, path, agent, referer, status, address, backend, id }) => {
    const values: Readonly<Record<string, string>> = {
      remote_addr: '10.0.0.9',
      remote_user: escaped(user) || '-',
      time_local: '28/Nov/2026:10:56:37 +0000',
      request: `GET /${escaped(path)} HTTP/1.1`,
      status: String(status),
      body_bytes_sent: '7',
      http_referer: escaped(referer) || '-',
      http_user_agent: escaped(agent) || '-',
      request_length: '1',
      request_time: '0.010',
      proxy_upstream_name: backend,
      proxy_alternative_upstream_name: '',
      upstream_addr: address,
      upstream_response_length: '7',
      upstream_response_time: '0.009',
      upstream_status: String(status),
      req_id: id,
    }
    return {
      line: (nginxFormats[0] ?? '').replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? '?'),
      expected: {
        at,
        client: '10.0.0.9',
        status,
        bytes: 7,
        backend,
        requestId: id,
        path: `/${escaped(path)}`,
        retries: 0,
        tries: [{ address, status, bytes: 7, ms: 9, connectMs: null, headerMs: null }],
      },
    }
  })

test('whatever a client sends, the other fields of its line are those that nginx wrote', () => {
  const read = accessReader()
  fc.assert(
    fc.property(written, ({ line, expected }) => {
      const found = read(line)
      // A name of a user that looks like the rest of the line makes it unreadable, and never another.
      if (found.kind === 'request') expect(found).toMatchObject(expected)
      else expect(line).toMatch(/ - .* \[.*\[28/)
    }),
    { numRuns: runs(2000) },
  )
})

const variables = {
  $remote_addr: '10.0.0.9',
  $status: '502',
  '"$request"': '"GET /a b HTTP/1.1"',
  '[$time_local]': '[28/Nov/2026:10:56:37 +0000]',
  $upstream_addr: '10.2.0.4:80, 10.2.0.5:80',
  $upstream_status: '502, 502',
  $request_time: '0.010',
  $host: 'web.example.com',
  '"$http_user_agent"': '"a \\" b"',
} as const

test('a format in any order reads what is written by it', () => {
  const names = Object.keys(variables) as (keyof typeof variables)[]
  fc.assert(
    fc.property(
      fc.shuffledSubarray(names, { minLength: 2 }).filter((it) => it.includes('$status')),
      fc.constantFrom(' ', ' | ', ' -- '),
      (order, between) => {
        const format = logFormat(order.join(between))
        if (format === null) throw new Error('no format')
        const found = accessReader([format])(order.map((it) => variables[it]).join(between))
        expect(found).toMatchObject({ kind: 'request', status: 502 })
        if (found.kind !== 'request') return
        expect(found.path).toBe(order.includes('"$request"') ? '/a b' : null)
        expect(found.host).toBe(order.includes('$host') ? 'web.example.com' : null)
        expect(found.at).toBe(order.includes('[$time_local]') ? at : null)
        expect(found.spent.total).toBe(order.includes('$request_time') ? 10 : null)
        const isTold = order.includes('$upstream_addr') || order.includes('$upstream_status')
        const statuses = order.includes('$upstream_status') ? [502, 502] : [null, null]
        expect(found.tries?.map((it) => it.status) ?? null).toEqual(isTold ? statuses : null)
      },
    ),
    { numRuns: runs(500) },
  )
})
