import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { span } from '../../../test/build/spans.ts'
import { phases, type Phase, type Spans } from '../../model/spans.ts'
import type { ReadSpan } from '../../wire/jaeger-json/span.ts'
import { spansOf } from './spans.ts'

const asked = { where: 'a.json', service: null, trace: null, sinceMs: null, slowMs: 1000, byLength: true }

function of(...spans: readonly ReadSpan[]): Spans {
  return spansOf(asked, [{ read: { spans, unread: 0, end: 'whole' }, chosenBy: 'time', isLimited: false }])
}

/** `web>cart before 5001`: each hop and phase with its longest time, in whole milliseconds. */
function told({ hops }: Spans): readonly string[] {
  return hops
    .flatMap(({ from, to, times }) =>
      times.map((it) => `${from ?? ''}>${to} ${it.phase} ${Math.round(it.max)}${it.slow > 0 ? ' slow' : ''}`),
    )
    .toSorted()
}

const root = span('1', { kind: 'server', ms: 6000 })
const call = span('2', { parent: '1', kind: 'client', at: 10, ms: 5100, tags: { peer: 'cart' } })
const cart = (at: number, ms: number): ReadSpan => span('3', { parent: '2', kind: 'server', service: 'cart', at, ms })
const db = (at: number, ms: number, its: Partial<ReadSpan> = {}): ReadSpan =>
  span('4', { parent: '3', kind: 'client', service: 'cart', at, ms, tags: { db: 'postgresql', peer: 'db' }, ...its })

describe('where the time of a request went', () => {
  test.each<[string, readonly ReadSpan[], readonly string[]]>([
    [
      'a slow database',
      [root, call, cart(15, 5000), db(20, 4900)],
      ['>web work 900', 'cart>db work 4900 slow', 'web>cart after 95', 'web>cart before 5', 'web>cart work 100'],
    ],
    [
      'a name that took 5 s, as a span of its own in the call',
      [root, call, span('9', { parent: '2', name: 'dns.lookup', at: 10, ms: 5001 }), cart(5015, 90)],
      ['>web work 900', 'web>cart after 5', 'web>cart before 4', 'web>cart dns 5001 slow', 'web>cart work 90'],
    ],
    [
      'the same beside the call, before it',
      [
        root,
        span('9', { parent: '1', name: 'dns.lookup', kind: 'client', at: 10, ms: 5001 }),
        span('2', { parent: '1', kind: 'client', at: 5012, ms: 100, tags: { peer: 'cart' } }),
        cart(5015, 90),
      ],
      ['>web work 899', 'web>cart after 7', 'web>cart before 3', 'web>cart dns 5001 slow', 'web>cart work 90'],
    ],
    [
      'the same by events',
      [
        root,
        {
          ...call,
          marks: [
            { name: 'http.getconn.start', at: root.start + 11_000 },
            { name: 'http.dns.start', at: root.start + 12_000 },
            { name: 'http.dns.done', at: root.start + 5_012_000 },
            { name: 'http.getconn.done', at: root.start + 5_013_000 },
          ],
        },
        cart(5015, 90),
      ],
      [
        '>web work 900',
        'web>cart after 5',
        'web>cart before 3',
        'web>cart dns 5000 slow',
        'web>cart pool 2',
        'web>cart work 90',
      ],
    ],
    [
      'nothing but a gap of 5 s before the server',
      [root, call, cart(5015, 90)],
      ['>web work 900', 'web>cart after 5', 'web>cart before 5005 slow', 'web>cart work 90'],
    ],
    [
      'a pool without a free connection',
      [
        root,
        call,
        cart(15, 5000),
        span('8', { parent: '3', service: 'cart', name: 'pg-pool.connect', kind: 'client', at: 20, ms: 4000 }),
        db(4021, 30),
      ],
      [
        '>web work 900',
        'cart>db pool 4000 slow',
        'cart>db work 30',
        'web>cart after 95',
        'web>cart before 5',
        'web>cart work 970',
      ],
    ],
    [
      'a pool that gave none: no query came of it',
      [
        root,
        call,
        cart(15, 5000),
        span('8', {
          parent: '3',
          service: 'cart',
          name: 'pg-pool.connect',
          kind: 'client',
          at: 20,
          ms: 4900,
          failed: true,
          failure: 'timeout',
          tags: { db: 'postgresql', peer: 'db' },
        }),
      ],
      ['>web work 900', 'cart>db pool 4900 slow', 'web>cart after 95', 'web>cart before 5', 'web>cart work 100'],
    ],
    [
      'gRPC says when a name was there',
      [
        root,
        { ...call, marks: [{ name: 'Delayed name resolution complete', at: root.start + 5_010_000 }] },
        cart(5015, 90),
      ],
      ['>web work 900', 'web>cart after 5', 'web>cart before 5', 'web>cart dns 5000 slow', 'web>cart work 90'],
    ],
    [
      'nobody answered a call to a service that is traced',
      [root, call, cart(5_015_000, 90).trace === 'a1' ? span('7', { kind: 'server', service: 'cart' }) : call],
      ['>cart work 1', '>web work 900', 'web>cart unseen 5100 slow'],
    ],
    [
      'what runs beside something longer is not waited for',
      [root, call, cart(15, 5000), db(20, 4900), db(20, 4000, { id: '5', tags: { ...db(0, 0).tags, peer: 'cache' } })],
      ['>web work 900', 'cart>db work 4900 slow', 'web>cart after 95', 'web>cart before 5', 'web>cart work 100'],
    ],
    [
      'a consumer is nobody waits for, and is told by itself',
      [
        span('1', { kind: 'server', ms: 20 }),
        span('2', { parent: '1', kind: 'producer', at: 5, ms: 2, tags: { messaging: 'kafka', peer: 'orders' } }),
        span('3', { parent: '2', kind: 'consumer', service: 'mail', at: 100, ms: 3000 }),
      ],
      ['>web work 18', 'web>mail work 3000 slow', 'web>orders work 2'],
    ],
  ])('%s', (_, spans, expected) => expect(told(of(...spans))).toEqual(expected))
})

describe('clocks', () => {
  const before = cart(-300, 90)
  test.each<[string, ReadSpan, readonly string[], number]>([
    [
      'a clock that is behind: before and after are not told apart',
      before,
      ['web>cart between 5010', 'web>cart work 90'],
      1,
    ],
    ['a clock that is ahead', cart(5400, 90), ['web>cart between 5010', 'web>cart work 90'], 1],
    ['a server that ends a little after its client', cart(5050, 90), ['web>cart before 5040', 'web>cart work 60'], 0],
    [
      'a server that goes on after its client gave up',
      cart(1010, 9000),
      ['web>cart before 1000', 'web>cart work 4100'],
      0,
    ],
  ])('%s', (_, server, expected, skewed) => {
    const seen = of(root, call, server)
    expect(
      told(seen)
        .filter((it) => it.startsWith('web>'))
        .map((it) => it.replace(' slow', '')),
    ).toEqual(expected)
    expect(seen.doubts.skewed).toBe(skewed)
  })
})

describe('errors are where they begin', () => {
  const failed = { failed: true }
  test.each<[string, readonly ReadSpan[], readonly string[]]>([
    [
      'handed on from the database',
      [
        { ...root, ...failed },
        { ...call, ...failed },
        { ...cart(15, 90), ...failed },
        db(20, 4, { ...failed, failure: 'refused' }),
      ],
      ['cart>db refused'],
    ],
    [
      'of the server itself',
      [root, { ...call, ...failed }, { ...cart(15, 90), ...failed, tags: { ...call.tags, status: 503 } }],
      ['web>cart status'],
    ],
    ['of nothing that is named', [{ ...root, ...failed }], ['>web other']],
  ])('%s', (_, spans, expected) =>
    expect(
      of(...spans).hops.flatMap(({ from, to, failures }) => failures.map((it) => `${from ?? ''}>${to} ${it.kind}`)),
    ).toEqual(expected),
  )
})

test('many small calls of a slow trace are told, since none of them is slow', () => {
  const many = Array.from({ length: 60 }, (_, n) =>
    span(`q${n}`, { parent: '1', kind: 'client', at: n * 90, ms: 80, tags: { db: 'redis', peer: 'cache' } }),
  )
  const short = { ...root, micros: 5_480_000 }
  expect(of(short, ...many).scattered).toMatchObject([
    { from: 'web', to: 'cache', phase: 'work', calls: 60, sum: 4800, ms: 5480 },
  ])
  expect(of(short, ...many).hops[0]).toMatchObject({ to: 'cache', busiest: 1 })
  // With one that is slow, that is the answer.
  expect(of(root, ...many).scattered).toEqual([])
})

test('of a slow trace, what takes half of it is slow, and no small call of many', () => {
  const trace = { ...root, micros: 1_050_000 }
  const most = (ms: number) => of(trace, span('q', { parent: '1', kind: 'client', at: 10, ms, tags: { peer: 'db' } }))
  const slowOf = (it: ReturnType<typeof of>) =>
    it.hops.find(({ to }) => to === 'db')?.times.find(({ phase }) => phase === 'work')?.slow
  expect(most(980).scattered).toEqual([])
  expect(slowOf(most(980))).toBe(1)
  expect(slowOf(most(525))).toBe(1)
  expect(slowOf(most(524))).toBe(0)
  // The trace itself is not slow.
  const soon = of(
    { ...root, micros: 999_000 },
    span('q', { parent: '1', kind: 'client', at: 10, ms: 980, tags: { peer: 'db' } }),
  )
  expect(slowOf(soon)).toBe(0)
})

test.each<[string, readonly ReadSpan[], object]>([
  ['no span', [], { traces: 0, hops: [] }],
  ['a parent that is not there', [span('1', { parent: '0' })], { doubts: { orphans: 1, cycles: 0 } }],
  ['its own parent', [span('1', { parent: '1' })], { doubts: { orphans: 1 } }],
  [
    'parents of each other',
    [span('1', { parent: '2' }), span('2', { parent: '1' })],
    { doubts: { cycles: 1 }, spans: 2 },
  ],
  ['sent twice', [root, root], { doubts: { duplicates: 1 }, spans: 1 }],
])('%s', (_, spans, expected) => expect(of(...spans)).toMatchObject(expected))

const kinds = ['server', 'client', 'producer', 'consumer', 'internal'] as const
const anySpan = fc
  .record({
    id: fc.integer({ min: 1, max: 9 }),
    parent: fc.option(fc.integer({ min: 1, max: 9 })),
    service: fc.constantFrom('web', 'cart', 'db'),
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom('GET', 'dns.lookup', 'pg-pool.connect', 'net.connect'),
    at: fc.integer({ min: 0, max: 50 }),
    ms: fc.integer({ min: 0, max: 50 }),
    follows: fc.boolean(),
    failed: fc.boolean(),
  })
  .map(({ id, parent, ...its }) => span(String(id), { ...its, parent: parent === null ? null : String(parent) }))

test('of any spans no time is told twice, and none is negative', () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 12 }), (spans) => {
      const seen = of(...spans)
      const times = seen.hops.flatMap((it) => it.times)
      expect(times.every((it) => it.sum > 0 && it.max <= it.sum + 1e-6 && it.p50 <= it.p95)).toBe(true)
      // Each path has its root's time; there is one for each root and each span that nobody waits for.
      const most = spans.reduce((sum, it) => sum + it.micros / 1000, 0)
      expect(times.reduce((sum, it) => sum + it.sum, 0)).toBeLessThanOrEqual(most + 1e-6)
      const [slowest] = seen.slowest
      const told = (slowest?.steps ?? []).reduce((sum, it) => sum + it.ms, 0) + (slowest?.leftOutMs ?? 0)
      expect(told).toBeCloseTo(slowest?.ms ?? 0, 3)
    }),
  )
})

test('a chain, a fan and a circle of a hundred thousand spans are read in seconds', () => {
  const size = 100_000
  const chain = Array.from({ length: size }, (_, n) => span(`c${n}`, { parent: `c${n - 1}`, ms: size - n }))
  const fan = Array.from({ length: size }, (_, n) => span(`f${n}`, { parent: n === 0 ? null : 'f0', at: n, ms: 2 }))
  const circle = Array.from({ length: size }, (_, n) => span(`o${n}`, { parent: `o${(n + 1) % size}` }))
  for (const spans of [chain, fan, circle]) {
    const before = process.threadCpuUsage()
    expect(of(...spans).spans).toBe(size)
    const { user } = process.threadCpuUsage(before)
    // What takes the square of them takes minutes.
    expect(user / 1e6).toBeLessThan(20)
  }
})

test('every phase that there is has a place', () => {
  const all: readonly Phase[] = phases
  expect(new Set(all).size).toBe(all.length)
})
