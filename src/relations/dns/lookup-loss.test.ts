import { describe, expect, test } from 'vitest'
import {
  answered,
  type Asked,
  lookup,
  lost,
  type Network,
  never,
  probe,
  rejected,
  servfail,
} from '../../../test/build/lookups.ts'
import type { Lookup, LookupMethod, LookupSeries } from '../../model/lookups.ts'
import { isTroubled, lossOf, nearlyAll, notable, quantile, seriesOf, starvedLibcs, troubled } from './lookup-loss.ts'

const udp = (fate: Parameters<typeof lookup>[1], method: LookupMethod = 'pair'): Lookup =>
  lookup({ method, transport: 'udp', index: 0 }, fate)
const seriesWith = (it: Lookup, method: LookupMethod = 'pair', libc: LookupSeries['libc'] = null): LookupSeries => ({
  node: 'n',
  server: { role: 'service', ip: '10.96.0.10', pod: null },
  transport: 'udp',
  method,
  libc,
  name: 'x.',
  zone: 'cluster',
  lookups: [it],
})
const lossOfOne = (it: Lookup) => lossOf([seriesWith(it)])

describe('one lookup', () => {
  test.each([
    [
      'answered',
      udp(answered()),
      { failed: 0, unanswered: 0, silent: 0, erring: 0, lostA: 0, lostAaaa: 0, lostBoth: 0 },
    ],
    ['A lost once', udp(lost('a')), { failed: 0, unanswered: 0, lostA: 1 }],
    ['AAAA lost once', udp(lost('aaaa')), { failed: 0, unanswered: 0, lostAaaa: 1 }],
    ['both lost once', udp(lost('both')), { failed: 0, unanswered: 0, lostBoth: 1 }],
    ['AAAA never answered', udp(never('aaaa')), { failed: 1, unanswered: 0, lostAaaa: 1 }],
    ['A never answered', udp(never('a')), { failed: 1, unanswered: 0, lostA: 1 }],
    ['nothing answered', udp(never()), { failed: 1, unanswered: 1, lostBoth: 1 }],
    [
      'one by one, and A never answered: AAAA was not asked',
      udp(never('both'), 'sequential'),
      { failed: 1, unanswered: 1, lostA: 1 },
    ],
    ['rejected', udp(rejected), { failed: 1, unanswered: 1, lostBoth: 0 }],
    ['SERVFAIL', udp(servfail(2)), { failed: 1, unanswered: 1 }],
    [
      'getaddrinfo without IPv6: AAAA reads not asked, and nothing failed',
      udp(answered(), 'getaddrinfo'),
      { failed: 0, unanswered: 0 },
    ],
    ['getaddrinfo without a result', udp(never(), 'getaddrinfo'), { failed: 1, unanswered: 1 }],
    [
      'NXDOMAIN is an answer',
      { ...udp(answered()), a: 'nxdomain' as const, aaaa: 'nxdomain' as const },
      { failed: 0, unanswered: 0 },
    ],
  ])('%s', (_, it, expected) => expect(lossOfOne(it)).toMatchObject({ of: 1, ...expected }))

  const libc = (it: Lookup, which: 'glibc' | 'musl'): LookupSeries => seriesWith(it, 'getaddrinfo', which)
  test.each([
    ['a loss that glibc only shows as time', libc(udp(lost('a'), 'getaddrinfo'), 'glibc'), true],
    ["musl's first repeat", libc(udp(answered(2503), 'getaddrinfo'), 'musl'), true],
    ['the same time in glibc, which repeats later', libc(udp(answered(2503), 'getaddrinfo'), 'glibc'), false],
    ['slow, but nothing was asked again', seriesWith(udp(answered(6000))), false],
    ['truncated, then answered', seriesWith({ ...udp(answered()), a: 'truncated' as const }), false],
  ])('%s', (_, it, expected) => expect(it.lookups.map((one) => isTroubled(it, one))).toEqual([expected]))
})

test('no lookups are no loss, and no division by zero', () => {
  expect(lossOf([])).toEqual({
    of: 0,
    failed: 0,
    unanswered: 0,
    silent: 0,
    erring: 0,
    lostA: 0,
    lostAaaa: 0,
    lostBoth: 0,
    times: [],
  })
  expect(notable(0, 0)).toBe(false)
  expect(nearlyAll(0, 0)).toBe(false)
  expect(quantile([], 0.99)).toBe(0)
})

test('series are chosen by node, server, transport, method and zone', () => {
  const all = probe({ nodes: ['a', 'b'] })
  expect(seriesOf(all, {})).toHaveLength(all.series.length)
  expect(seriesOf(all, { node: 'a' })).toHaveLength(all.series.length / 2)
  expect(seriesOf(all, { node: 'a', role: 'service', method: 'pair', transport: 'udp' }).map((it) => it.zone)).toEqual([
    'cluster',
    'external',
  ])
  expect(seriesOf(all, { ip: '10.2.2.2', transport: 'tcp' }).map((it) => it.node)).toEqual(['a', 'b'])
  expect(troubled(seriesOf(all, { node: 'c' }))).toBe(0)
})

test.each([
  [1, 10, false],
  [2, 200, true],
  [2, 201, false],
  [2, 2, true],
])('%i of %i is notable: %s', (bad, of, expected) => expect(notable(bad, of)).toBe(expected))

test.each([
  [3, 3, false],
  [4, 4, true],
  [9, 10, true],
  [89, 100, false],
])('%i of %i is nearly all: %s', (bad, of, expected) => expect(nearlyAll(bad, of)).toBe(expected))

test.each([
  [0, 1],
  [0.5, 2],
  [0.75, 3],
  [0.95, 4],
  [1, 4],
])('the quantile %f of 1 2 3 4 is %i', (share, expected) => expect(quantile([1, 2, 3, 4], share)).toBe(expected))

describe("processes of the C library's own", () => {
  const libcTakes =
    (ms: number, fails: number): Network =>
    (it) => {
      if (it.method !== 'getaddrinfo' || it.node !== 'worker-1') return answered()
      return it.index < fails ? never() : answered(ms)
    }
  const starved = (network: Network): readonly string[] => [
    ...starvedLibcs(probe({ nodes: ['worker-1', 'worker-2'], network })),
  ]

  test.each([
    ['late at the median, and packets are not', libcTakes(584, 6), ['worker-1']],
    ['as quick as packets, but for some that were lost', libcTakes(3, 6), []],
    ['each waits for a timeout', libcTakes(5003, 0), []],
    [
      'packets are lost as well',
      (it: Asked) => (it.method === 'pair' && it.index === 0 ? lost('a') : libcTakes(584, 6)(it)),
      [],
    ],
    ['packets are slow as well', (it: Asked) => (it.method === 'getaddrinfo' ? answered(584) : answered(300)), []],
  ] as const)('%s', (_, network, nodes) => expect(starved(network)).toEqual(nodes))

  test('what they say is left out of what is counted, and that is told', () => {
    const dnsProbe = probe({ nodes: ['worker-1', 'worker-2'], network: libcTakes(584, 6) })
    expect(seriesOf(dnsProbe, { node: 'worker-1', method: 'getaddrinfo' })).toEqual([])
    expect(seriesOf(dnsProbe, { node: 'worker-2', method: 'getaddrinfo' })).not.toEqual([])
  })
})
