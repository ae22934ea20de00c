import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { accessReader } from '../../wire/access-log/reader.ts'
import { isOf } from './controllers.ts'

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
  const isIts = isOf(ingress([], { rules: [rule(of)] }))
  expect(isIts(accessReader()(errorLine(host)))).toBe(expected)
  expect(isIts(accessReader()(envoyLine(host)))).toBe(expected)
})

test('an Ingress for all hosts', () => {
  const isIts = isOf(ingress([], { rules: [rule(null)] }))
  expect(isIts(accessReader()(errorLine('a.example.com')))).toBe(true)
})
