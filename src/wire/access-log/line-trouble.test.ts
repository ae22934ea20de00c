import { expect, test } from 'vitest'
import { lineTrouble } from './line-trouble.ts'
import { accessReader } from './reader.ts'

const head = '[2026-11-28T10:56:37.123Z] "GET / HTTP/1.1"'

/** In the format of Istio, which has the details; and in Envoy's own, which Contour writes. */
const istio = (flags: string, details: string, { host = '10.2.0.4:80', status = 503, why = '-' } = {}): string =>
  `${head} ${status} ${flags} ${details} - "${why}" 0 19 5 - "-" "curl/8" "id" "web.example.com" "${host}" ` +
  'outbound|80||web.shop.svc.cluster.local - 10.0.0.1:8080 10.0.0.9:4711 - default'
const contour = (flags: string, host = '10.2.0.4:80', status = 503): string =>
  `${head} ${status} ${flags} 0 19 5 - "-" "curl/8" "id" "web.example.com" "${host}"`
const haproxy = (state: string, server = 'srv', status = 503): string =>
  `10.0.0.1:33317 [28/Nov/2026:10:56:37.000] http shop_web_80/${server} 0/0/-1/-1/5 ${status} 217 - - ${state} ` +
  '1/1/0/0/0 0/0 "GET / HTTP/1.1"'
const traefik = (status: number, bytes: number, server = 'http://10.2.0.4:80'): string =>
  `10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET / HTTP/1.1" ${status} ${bytes} "-" "curl/8" 7 ` +
  `"shop-web@kubernetes" "${server}" 3ms`

test.each<[string, string, ReturnType<typeof lineTrouble>]>([
  ['Envoy: none is healthy', contour('UH', '-'), 'no-live-upstream'],
  ['Envoy: no connection, and no word why', contour('UF'), 'not-connected'],
  ['Envoy: refused', istio('UF', 'upstream_reset_before_response_started{delayed_connect_error:_111}'), 'refused'],
  [
    'Envoy: refused, by the transport',
    istio('URX,UF', 'upstream_reset', { why: 'delayed connect error: Connection refused' }),
    'refused',
  ],
  ['Envoy: no route', istio('UF', 'upstream_reset{delayed_connect_error:_113}'), 'unreachable'],
  ['Envoy: a connect timed out', istio('UF', 'upstream_reset{connection_timeout}'), 'timed-out-connecting'],
  [
    'Envoy: TLS',
    istio('UF', 'upstream_reset{x}', { why: 'TLS_error:|268435581:CERTIFICATE_VERIFY_FAILED' }),
    'tls-failed',
  ],
  ['Envoy: no answer in time', contour('UT', undefined, 504), 'timed-out-answering'],
  ['Envoy: it broke off', contour('UC'), 'broke-off'],
  ['Envoy: another protocol', contour('UPE', undefined, 502), 'invalid-answer'],
  ['Envoy: a circuit breaker', contour('UO', '-'), 'overloaded'],
  ['Envoy: the server', contour('-', undefined, 500), 'answered'],
  ['Envoy: the server, after tries', istio('URX', 'via_upstream'), 'answered'],
  ['Envoy: a direct response', contour('-', '-'), 'own'],
  ['Envoy: a filter', contour('FI', '-'), 'own'],
  ['Envoy: the client left', contour('DC', undefined, 503), null],
  ['Envoy: well', contour('-', undefined, 200), null],
  ['Envoy: no such page', contour('NR', '-', 404), null],
  ['HAProxy: no server', haproxy('SC--', '<NOSRV>'), 'no-live-upstream'],
  ['HAProxy: refused', haproxy('SC--'), 'refused'],
  ['HAProxy: a connect timed out', haproxy('sC--'), 'timed-out-connecting'],
  ['HAProxy: no answer in time', haproxy('sH--', 'srv', 504), 'timed-out-answering'],
  ['HAProxy: too long in the queue', haproxy('sQ--', '<NOSRV>'), 'overloaded'],
  ['HAProxy: it broke off', haproxy('SH--', 'srv', 502), 'broke-off'],
  ['HAProxy: headers that are none', haproxy('PH--', 'srv', 502), 'invalid-answer'],
  ['HAProxy: a rule', haproxy('PR--', '<NOSRV>'), 'own'],
  ['HAProxy: the client left', haproxy('CC--'), null],
  ['HAProxy: a server', haproxy('----', 'srv', 500), 'answered'],
  ['HAProxy: a page of its own', haproxy('----', '<NOSRV>'), 'own'],
  ['Traefik: no answer', traefik(502, 11), 'no-answer'],
  ['Traefik: no server', traefik(503, 20, '-'), 'no-live-upstream'],
  ['Traefik: in time', traefik(504, 15), 'timed-out'],
  ['Traefik: the server', traefik(502, 400), 'answered'],
  ['Traefik: a middleware', traefik(503, 3, '-'), 'own'],
  ['Traefik: well', traefik(200, 400), null],
])('%s', (_it, line, wanted) => {
  const entry = accessReader()(line)
  if (entry.kind !== 'request') throw new Error('no request')
  expect(lineTrouble(entry)).toBe(wanted)
})

test('a format without flags and servers does not tell', () => {
  const entry = accessReader()('{"response_code":503,"start_time":"2026-11-28T10:56:37.123Z"}')
  expect(entry.kind === 'request' && lineTrouble(entry)).toBe('unclear')
})
