import { describe, expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { accessReader } from '../../wire/access-log/reader.ts'
import { whoseLines } from './whose-lines.ts'

const errorLine = (host: string): string =>
  '2026/11/28 10:56:37 [error] 31#31: *7 recv() failed (104: Connection reset by peer) while reading response header ' +
  `from upstream, client: 10.0.0.9, server: a, request: "POST /charge HTTP/1.1", upstream: "http://10.2.0.4:80/charge", ` +
  `host: "${host}"`
const envoyLine = (host: string): string =>
  `[2026-11-30T16:08:41.580Z] "GET /events HTTP/1.1" 200 - 0 13 40 2 "198.18.0.11" "curl" "aa" "${host}" "10.2.0.4:80"`

const rule = (host: string | null) => ({ host, paths: [] })

test.each<readonly [string | null, string, boolean]>([
  ['pay.example.com', 'pay.example.com', true],
  ['pay.example.com', 'pay.example.com:30080', true],
  ['pay.example.com', 'PAY.example.com.', true],
  ['*.example.com', 'pay.example.com:30080', true],
  ['pay.example.com', 'other.example.com:30080', false],
  ['*.example.com', 'a.b.example.com', false],
])('of an Ingress for %s, a line for %s: %s', (of, host, expected) => {
  const whose = whoseLines(ingress([], { rules: [rule(of)] }), [])
  expect(whose(accessReader()(errorLine(host))) === 'its').toBe(expected)
  expect(whose(accessReader()(envoyLine(host))) === 'its').toBe(expected)
})

test('an Ingress for all hosts', () => {
  const whose = whoseLines(ingress([], { rules: [rule(null)] }), [])
  expect(whose(accessReader()(errorLine('a.example.com')))).toBe('its')
})

describe('lines of ingress-nginx without the name of the Service', () => {
  const catalog = ingress([['/', 'catalog', 80]], { namespace: 't-api2', name: 'catalog' })
  const line = (rest: string): string =>
    `198.18.0.11 - - [30/Nov/2026:20:32:08 +0000] "GET /items/4711 HTTP/1.1" ${rest} 62cd2f76005a220c8dcb89823f9b56ca`
  const of = (status: string, rest: string): string => line(`${status} 170 "-" "curl/7.88.1" 93 0.002 ${rest}`)
  const answered = of('200', '[t-api2-catalog-80] [] 198.18.101.209:8080 12 0.001 200')
  const elsewhere = of('200', '[shop-web-80] [] 198.18.101.209:8080 12 0.001 200')
  const given = of(
    '500',
    '[upstream-default-backend] [] 198.18.101.209:8080 : 127.0.0.1:8181 0 : 170 0.000 : 0.001 404 : 500',
  )
  test.each<readonly [string, readonly string[], string]>([
    ['its pod was asked first', [answered, given], 'its'],
    ["another's pod was asked first", [elsewhere, given], 'others'],
    ['a pod that no line has named', [given], 'unknown'],
    ['a host that no Ingress has', [of('404', '[upstream-default-backend] [] 127.0.0.1:8181 9 0.001 404')], 'others'],
    ['that went wrong', [of('500', '[upstream-default-backend] [] 127.0.0.1:8181 9 0.001 500')], 'unknown'],
    ['refused before a backend was chosen', [of('400', '[] [] - - - -')], 'unknown'],
    ['a redirect to TLS is of some host', [of('308', '[] [] - - - -')], 'its'],
  ])('%s', (_, lines, expected) => {
    const whose = whoseLines(catalog, [])
    const read = accessReader()
    expect(lines.map((it) => whose(read(it))).at(-1)).toBe(expected)
  })

  test('its pods, by the slices of its Service', () => {
    const its = slice('catalog', [pod('catalog-1', { ip: '198.18.101.209' })], { namespace: 't-api2' })
    expect(whoseLines(catalog, [its])(accessReader()(given))).toBe('its')
  })
})
