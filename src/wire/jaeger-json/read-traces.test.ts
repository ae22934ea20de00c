import { describe, expect, test } from 'vitest'
import { readServices, readTraces } from './read-traces.ts'
import { mostSpans, type ReadSpan, type TracesRead } from './span.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const [client, server] = ['b7ad6b7169203331', '00f067aa0ba902b7']
const text = (stringValue: string): object => ({ stringValue })

/** A call of web's to cart, as each API writes it. */
const otlp = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: text('web') },
          { key: 'k8s.pod.name', value: text('web-1') },
          { key: 'k8s.namespace.name', value: text('shop') },
        ],
      },
      scopeSpans: [
        {
          spans: [
            {
              traceId: trace,
              spanId: client,
              parentSpanId: '',
              name: 'GET /cart/4711?token=abc',
              kind: 3,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000005004000000',
              status: { code: 2, message: 'dial tcp: lookup cart: no such host' },
              attributes: [
                { key: 'url.full', value: text('http://user:secret@cart:8080/cart/4711?token=abc') },
                { key: 'http.response.status_code', value: { intValue: '503' } },
                { key: 'http.request.header.authorization', value: text('Bearer secret') },
              ],
              events: [{ name: 'http.dns.start', timeUnixNano: '1700000000001000000' }],
            },
          ],
        },
      ],
    },
  ],
}
const older = {
  data: [
    {
      traceID: trace,
      spans: [
        {
          traceID: trace,
          spanID: client,
          operationName: 'GET /cart/4711?token=abc',
          references: [],
          startTime: 1_700_000_000_000_000,
          duration: 5_004_000,
          tags: [
            { key: 'span.kind', type: 'string', value: 'client' },
            { key: 'error', type: 'bool', value: true },
            { key: 'otel.status_description', type: 'string', value: 'dial tcp: lookup cart: no such host' },
            { key: 'url.full', type: 'string', value: 'http://user:secret@cart:8080/cart/4711?token=abc' },
            { key: 'http.response.status_code', type: 'int64', value: 503 },
            { key: 'http.request.header.authorization', type: 'string', value: 'Bearer secret' },
          ],
          logs: [
            { timestamp: 1_700_000_000_001_000, fields: [{ key: 'event', type: 'string', value: 'http.dns.start' }] },
          ],
          processID: 'p1',
          warnings: null,
        },
      ],
      processes: {
        p1: {
          serviceName: 'web',
          tags: [
            { key: 'k8s.pod.name', type: 'string', value: 'web-1' },
            { key: 'k8s.namespace.name', type: 'string', value: 'shop' },
          ],
        },
      },
    },
  ],
  errors: null,
}
const call: ReadSpan = {
  trace,
  id: client,
  parent: null,
  follows: false,
  service: 'web',
  instance: 'web-1',
  namespace: 'shop',
  name: 'GET /cart/*',
  kind: 'client',
  start: 1_700_000_000_000_000,
  micros: 5_004_000,
  failed: true,
  failure: 'dns',
  tags: { db: null, messaging: null, peer: 'cart', port: 8080, status: 503, sampler: null },
  marks: [{ name: 'http.dns.start', at: 1_700_000_000_001_000 }],
  moved: false,
}

describe('one call, in each shape that it is told in', () => {
  test.each<[string, string]>([
    ['v3, one document', JSON.stringify({ result: otlp })],
    ['OTLP as a file has it', JSON.stringify(otlp)],
    ['one document a line', `${JSON.stringify({ result: otlp })}\n`],
    ['a list of documents', JSON.stringify([otlp])],
    ['the older API', JSON.stringify(older)],
  ])('%s', (_, json) => expect(readTraces(json)).toEqual({ spans: [call], end: 'whole', refused: null, unread: 0 }))

  test('no secret of it is kept', () => {
    for (const it of [otlp, older])
      expect(JSON.stringify(readTraces(JSON.stringify(it)))).not.toMatch(/secret|token|4711|user:/)
  })
})

describe('ends', () => {
  const line = JSON.stringify({ result: otlp })
  test.each<[string, string, Partial<TracesRead>]>([
    ['empty', '', { end: 'not-json' }],
    ['a page instead of an answer', '<!doctype html><title>Jaeger UI</title>', { end: 'not-json' }],
    ['JSON that is no trace', '{"a":1}', { end: 'no-traces' }],
    ['cut within the first document', line.slice(0, -20), { end: 'cut-off' }],
    ['thousands of lines that are no JSON', `${'{\n'.repeat(1500)}${line}`, { end: 'cut-off', spans: [] }],
    ['cut within the second line', `${line}\n${line.slice(0, 50)}`, { end: 'cut-off', spans: [call] }],
    ['no trace was found, v3', '{"result":{}}', { end: 'whole', spans: [] }],
    ['no trace was found', '{"data":[],"errors":null}', { end: 'whole', spans: [] }],
    ['refused by v3', '{"error":{"httpCode":404,"message":"trace not found"}}', { refused: 404 }],
    ['refused', '{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}', { refused: 404 }],
  ])('%s', (_, json, expected) => expect(readTraces(json)).toMatchObject(expected))
})

/** One span of the older API, with what is given. */
function spanOf(its: object): TracesRead {
  const whole = { traceID: trace, spanID: server, operationName: 'GET', startTime: 1, duration: 1, ...its }
  return readTraces(JSON.stringify({ data: [{ spans: [whole], processes: {} }] }))
}

test.each<[string, object, object]>([
  ['without a time', { startTime: null }, { unread: 1, spans: [] }],
  ['a time past every year', { startTime: 1e18 }, { unread: 1 }],
  ['a negative length', { duration: -1 }, { unread: 1 }],
  ['without an id', { spanID: '' }, { unread: 1 }],
  ['no process of that name', { processID: 'constructor' }, { spans: [{ service: 'unknown' }] }],
  ['fields that are no texts', { operationName: 4, tags: 'a', logs: { a: 1 } }, { spans: [{ name: '' }] }],
  [
    'a parent in another trace is none',
    { references: [{ refType: 'CHILD_OF', traceID: 'ab', spanID: client }] },
    { spans: [{ parent: null }] },
  ],
  [
    'the parent that waits is the parent',
    {
      references: [
        { refType: 'FOLLOWS_FROM', traceID: trace, spanID: 'aa' },
        { refType: 'CHILD_OF', traceID: trace, spanID: client },
      ],
    },
    { spans: [{ parent: client, follows: false }] },
  ],
  [
    'follows only',
    { references: [{ refType: 'FOLLOWS_FROM', traceID: trace, spanID: 'aa' }] },
    { spans: [{ parent: 'aa', follows: true }] },
  ],
  [
    'a statement for a name',
    {
      operationName: "SELECT * FROM users WHERE mail='a@b.c'",
      tags: [{ key: 'db.system', value: 'postgresql' }],
    },
    { spans: [{ name: 'SELECT', tags: { db: 'postgresql' } }] },
  ],
  [
    'how it was chosen',
    { tags: samplerTags('probabilistic', 0.001) },
    { spans: [{ tags: { sampler: 'probabilistic 0.001' } }] },
  ],
])('%s', (_, its, expected) => expect(spanOf(its)).toMatchObject(expected))

function samplerTags(type: string, param: number): readonly object[] {
  return [
    { key: 'sampler.type', value: type },
    { key: 'sampler.param', value: param },
  ]
}

test.each([
  ['pool', 'Connection is not available, request timed out after 30000ms'],
  ['pool', 'QueuePool limit of size 5 overflow 10 reached, connection timed out'],
  ['pool', 'Timed out fetching a new connection from the connection pool'],
  ['dns', 'getaddrinfo EAI_AGAIN db'],
  ['dns', 'dial tcp: lookup db on 10.96.0.10:53: read udp: i/o timeout'],
  ['refused', 'connect ECONNREFUSED 10.0.0.1:5432'],
  ['reset', 'read: connection reset by peer'],
  ['tls', 'x509: certificate has expired'],
  ['timeout', 'context deadline exceeded'],
  [null, 'no such user'],
])('%s: %s', (failure, value) =>
  expect(
    spanOf({
      tags: [
        { key: 'error', value: true },
        { key: 'error.message', value },
      ],
    }).spans[0]?.failure,
  ).toBe(failure),
)

test('ids in base64 are the same ids', () => {
  const bytes = Buffer.from(trace, 'hex').toString('base64')
  const span = { traceId: bytes, spanId: Buffer.from(server, 'hex').toString('base64'), name: 'a' }
  const times = { startTimeUnixNano: 1000, endTimeUnixNano: '3000' }
  const { spans } = readTraces(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...times }] }] }] }),
  )
  expect(spans).toMatchObject([{ trace, id: server, start: 1, micros: 2 }])
})

test('more spans than are read are a cut-off, and are not kept', () => {
  const one = '{"traceID":"a","spanID":"b","startTime":1,"duration":1},'
  const many = one.repeat(mostSpans + 1).slice(0, -1)
  const { spans, end } = readTraces(`{"data":[{"spans":[${many}]}]}`)
  expect([spans.length, end]).toEqual([mostSpans, 'cut-off'])
})

test.each([
  ['{"services":["web","cart"]}', ['web', 'cart']],
  ['{"data":["web"],"total":1,"errors":null}', ['web']],
  ['{"data":null,"errors":null}', []],
  ['{}', []],
  ['{"services":[1,""]}', []],
  ['{"error":{"httpCode":500}}', null],
  ['{"services":"web"}', null],
  ['<html>', null],
])('services of %s', (json, names) => expect(readServices(json)).toEqual(names))
