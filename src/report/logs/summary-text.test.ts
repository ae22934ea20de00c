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

const envoyLine = (flags: string, lasted: number): string =>
  `[2026-11-30T16:08:41.580Z] "GET /events HTTP/1.1" 200 ${flags} 0 13 ${lasted} 2 "198.18.0.11" "curl/7.88.1" ` +
  '"aae033d3" "chat.example.com" "198.18.102.91:8080"'
const idle = [4003, 4002, 4001].map((it) => envoyLine('SI', it))

const bad = [
  `${head} "GET /cart HTTP/1.1" 502 150 ${tail} 10.2.0.4:80 0 0.001 502 5f`,
  `${head} "GET /cart HTTP/1.1" 200 150 ${tail} 10.2.0.4:80, 10.2.0.5:80 0, 150 0.001, 0.002 502, 200 5f`,
  `2026/11/28 10:56:37 [error] 31#31: *7 connect() failed (111: Connection refused) while connecting to upstream, ` +
    `client: 10.0.0.9, server: a, request: "GET /cart HTTP/1.1", upstream: "http://10.2.0.4:80/cart", host: "a"`,
]

/** As ingress-nginx wrote it of a cookie of 9 KB. */
const early = Array.from(
  { length: 3 },
  () =>
    '198.18.0.11 - - [30/Nov/2026:20:13:29 +0000] "GET /home HTTP/1.1" 400 226 "-" "curl/7.88.1" 86 0.003 [] [] - - - - 8f',
)

test.each([
  ['the answer first', bad, /^✗ 1 of 2 requests \(50 %\) ended with a server error from 2026-11-28 10:56:37Z/],
  ['whom it comes from', bad, /\n {4}1 {2}refused by the upstream\n/],
  ['tries that were saved', bad, /1 request took more than one try; 1 of them were answered well/],
  [
    'nothing read is no health',
    ['started'],
    /^\? No line of a request was read: 1 line of other kinds was passed over \(of no known format 1\)\./,
  ],
  [
    'an upload that was refused is no health',
    [`${head} "POST /up HTTP/1.1" 413 183 ${tail} - - - - 5f`, bad[1] ?? ''],
    /^! None of 2 requests ended with a server error .*; 1 request was refused by the controller itself \(413: 1\)\./,
  ],
  [
    'refused beside server errors',
    [bad[0] ?? '', `${head} "GET /a HTTP/1.1" 429 9 ${tail} - - - - 5f`],
    /\n {2}1 request was refused by the controller itself \(429: 1\)\.\n/,
  ],
  [
    'a 413 of the application is its own',
    [`${head} "POST /up HTTP/1.1" 413 183 ${tail} 10.2.0.4:80 9 0.001 413 5f`],
    /^✓ None of 1 request/,
  ],
  [
    'the error log alone tells of it',
    [bad[1] ?? '', (bad[2] ?? '').replace(/connect\(\)[^,]*/, 'client intended to send too large body: 9 bytes')],
    /^! None .*; its error log tells of 1 request that it refused itself\./,
  ],
  [
    'what no server was asked for',
    [`${head} "GET /a HTTP/1.1" 503 9 ${tail} - - - - 5f`],
    /note: what the controller says itself is a limit, .* ready endpoint: hopscope diagnose/,
  ],
  [
    'what a server was asked for, and could not be taken',
    [
      `${head} "GET /cart HTTP/1.1" 502 150 ${tail} 10.2.0.4:80 0 0.001 502 5f`,
      (bad[2] ?? '').replace(/connect\(\)[^,]*/, 'upstream sent too big header while reading response header'),
    ],
    /as its error log says 1 time, an answer of a server that it could not take/,
  ],
  ['whose requests they are is not told', bad, /the format of 2 requests names neither host nor Ingress/],
  [
    'answers that were cut off are no health',
    [...idle, envoyLine('-', 5)],
    /^✗ 3 of 4 requests \(75 %\) ended in the middle .*\n {4}3 {2}SI, stream idle timeout, each after [34].\d+ s: as a/,
  ],
  ['which path they are of', idle, /3 {2}200 {5}chat\.example\.com {2}\/events {2}\S+ +in the middle: SI 3/],
  ['what changes it', idle, /help: SI: .*timeoutPolicy\.idle/],
  ['cut off beside server errors', [bad[0] ?? '', ...idle], /\n {2}3 requests more ended in the middle:\n {4}3 {2}SI/],
  ['clients that left', [envoyLine('DC', 900)], /^✓ None of 1 .*note: the clients of 1 request went away/s],
  [
    'what the controller says of itself was not missed',
    [bad[1] ?? '', ...Array.from({ length: 9 }, () => 'I1128 10:56:37.1 1 controller.go:208] "reloaded"')],
    /^✓ (?!.*That is of).*9 lines of other kinds were passed over \(what the controller says of itself 9\)/s,
  ],
  [
    'what no format knows may be requests',
    [bad[1] ?? '', 'x y', 'x z'],
    /\n\? That is of 1 request alone: 2 of 3 lines \(67 %\) are of no known format/,
  ],
  ['an empty log', [], /an access log may be off/],
  ['health is of what was read', [bad[1] ?? ''], /^✓ None of 1 request ended with a server error/],
  ['no field for the server', [`${head} "GET / HTTP/1.1" 200 1 "-" "-" "-"`], /takes one by `log-format`/],
])('%s', (_, lines, expected) => expect(logSummaryText(summaryOf(lines), plain)).toMatch(expected))

test('what could not be given to an Ingress is said, and is no health', () => {
  const sums = summing()
  const read = accessReader()
  for (const it of early) {
    const line = read(it)
    if (line.kind === 'request') sums.addUnplaced(line)
  }
  for (let at = 0; at < 9; at++) sums.add(read((bad[1] ?? '').replace('/cart', '/home')))
  const text = logSummaryText(fromOutside(sums.result()), plain)
  expect(text).toMatch(
    /^! None of 9 .*; 3 requests more went wrong and could not be given to an Ingress \(400: 3: \/home 3×, which only this Ingress answered here\)\./,
  )
})

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
