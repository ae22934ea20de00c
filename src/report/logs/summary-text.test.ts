import { expect, test } from 'vitest'
import * as v from 'valibot'
import { summing } from '../../answers/tail/log-summary.ts'
import { accessReader } from '../../wire/access-log/reader.ts'
import { fromOutside } from '../../wire/outside.ts'
import { paint } from '../paint.ts'
import { logsSummary } from '../schemas/logs.ts'
import { logSummaryJson } from './summary-json.ts'
import { logSummaryText } from './summary-text.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const head = '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000]'
const tail = '"-" "curl" 88 0.004 [shop-cart-80] []'

function summaryOf(lines: readonly string[]) {
  const sums = summing()
  const read = accessReader()
  for (const it of lines) sums.add(read(it))
  return fromOutside(sums.result())
}

const bad = [
  `${head} "GET /cart HTTP/1.1" 502 150 ${tail} 10.2.0.4:80 0 0.001 502 5f`,
  `${head} "GET /cart HTTP/1.1" 200 150 ${tail} 10.2.0.4:80, 10.2.0.5:80 0, 150 0.001, 0.002 502, 200 5f`,
  `2026/11/28 10:56:37 [error] 31#31: *7 connect() failed (111: Connection refused) while connecting to upstream, ` +
    `client: 10.0.0.9, server: a, request: "GET /cart HTTP/1.1", upstream: "http://10.2.0.4:80/cart", host: "a"`,
]

test.each([
  ['the answer first', bad, /^✗ 1 of 2 requests \(50 %\) ended with a server error from 2026-11-28 10:56:37Z/],
  ['whom it comes from', bad, /\n {4}1 {2}refused by the upstream\n/],
  ['tries that were saved', bad, /1 request took more than one try; 1 of them were answered well/],
  [
    'nothing read is no health',
    ['started'],
    /^\? No line of a request was read: 1 line of other kinds was passed over\./,
  ],
  ['an empty log', [], /an access log may be off/],
  ['health is of what was read', [bad[1] ?? ''], /^✓ None of 1 request ended with a server error/],
  ['no field for the server', [`${head} "GET / HTTP/1.1" 200 1 "-" "-" "-"`], /takes one by `log-format`/],
])('%s', (_, lines, expected) => expect(logSummaryText(summaryOf(lines), plain)).toMatch(expected))

test('what a client sends is no escape, and no secret is shown', () => {
  const hostile = [
    `[2026-11-28T10:56:37.123Z] "GET /\u001b[2J\u202e/eyJhbGciOiJIUzI1NiJ9.e30.abc?token=hunter2 HTTP/1.1" 503 UH ` +
      `x - "-" 0 19 0 - "-" "c" "1" "a\u001b]0;b\u0007" "-" c\u009b31m - 10.0.0.1:8080 10.0.0.9:4711 - default`,
  ]
  const found = summaryOf(hostile)
  expect(found.serverErrors).toBe(1)
  for (const text of [logSummaryText(found, plain), logSummaryJson(found)]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u)
    expect(text).not.toMatch(/hunter2|eyJ/)
  }
})

test.each([bad, ['started'], []])('the JSON has the shape of its schema', (...lines) => {
  const found = v.safeParse(logsSummary, JSON.parse(logSummaryJson(summaryOf(lines))))
  expect(found.issues?.map((it) => `${v.getDotPath(it)}: ${it.message}`) ?? []).toEqual([])
})
