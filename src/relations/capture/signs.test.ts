import { describe, expect, test } from 'vitest'
import { captured, sign } from '../../../test/build/captures.ts'
import type { Capture, CaptureClock, CapturePoint, Sign } from '../../model/capture.ts'
import { type Judging, ofCapture } from './signs.ts'

/* What a capture shows of a sign, and what it cannot: one row just under each limit, and one just over. */

const quiet: CaptureClock = { back: 0, backMs: 0, packet: 0, across: 0, gapMs: 0, copied: 0, copiedMs: 0, timeless: 0 }
const silence: Judging = { kinds: ['lookup-unanswered'], about: 'dns', silence: true }
const errors: Judging = { kinds: ['lookup-error'], about: 'dns' }
const refusals: Judging = { kinds: ['connect-refused'], about: 'tcp' }
const late: Judging = { kinds: ['lookup-late'], about: 'dns' }

function said(point: Partial<CapturePoint>, judging: Judging): string {
  return ofCapture(captured(point), judging)
    .map((it) => {
      if (it.kind === 'cannot-tell') return `${it.reason}: ${it.why}`
      if (it.kind === 'finding') return `found ${it.found.args.count} of ${it.found.args.of}`
      return it.kind === 'ok' ? `ok ${it.examined}` : it.kind
    })
    .join('; ')
}

const full = { lookups: 40, answers: 40, queries: 40 }
const backwards =
  'its clock goes back by 60 ms at packet 7: it was set, or files were put together out of their order; ' +
  "what came first, and how long it took, can't be told"

test.each<[string, Partial<CapturePoint>, Judging, string]>([
  ['lookups', {}, errors, 'ok 40'],
  ['more answers than lookups', { dns: { ...full, answers: 50 } }, errors, 'ok 50'],
  ['connections', { tcp: { segments: 60, connections: 10, joinedLate: 3 } }, refusals, 'ok 13'],
  ['TCP alone, of DNS', { dns: {} }, errors, 'not-applicable'],
  [
    'a file cut off',
    { end: 'cut-off', why: 'it ends' },
    errors,
    'cut-off: a.pcap: it ends; of what came after nothing is known',
  ],
  [
    'a file that is damaged',
    { end: 'damaged' },
    errors,
    'cut-off: a.pcap: damaged; of what came after nothing is known',
  ],
  [
    'no packet',
    { packets: 0 },
    errors,
    'too-few: a.pcap: it holds no packet: nothing passed, or the filter, the interface or a missing permission (NET_RAW) kept it out',
  ],
  [
    'one that cannot be read',
    { unread: 1 },
    errors,
    'cut-off: a.pcap: 1 packet of 100 could not be read: a short snap length, or a link type that is not known',
  ],
  ['neither DNS nor TCP', { dns: {}, tcp: {} }, errors, 'too-few: a.pcap: none of its 100 packets is DNS or TCP'],
  ['a query alone', { dns: { queries: 1, lookups: 1 }, tcp: {} }, errors, 'ok 1'],
  ['an answer alone', { dns: { answers: 1 }, tcp: {} }, errors, 'ok 1'],
  ['a segment alone', { dns: {}, tcp: { segments: 1 } }, refusals, 'not-applicable'],
  [
    'a message that is damaged',
    { dns: { ...full, malformed: 1 } },
    errors,
    'ambiguous: a.pcap: 1 message on port 53 could not be read as DNS: damaged, or another protocol; what they asked or answered is not known',
  ],
  [
    'one that is cut short',
    { dns: { ...full, malformed: 2 }, shortened: 1 },
    errors,
    'cut-off: a.pcap: 2 DNS messages cut short by the snap length: capture with -s 0',
  ],
  ['packets cut short that could be read', { shortened: 9 }, errors, 'ok 40'],
  ['damaged DNS, of connections', { dns: { ...full, malformed: 1 } }, refusals, 'ok 10'],
  ['one that was dropped', { dropped: 1 }, errors, 'cut-off: a.pcap: 1 packet dropped by the capture itself'],
  ['none that was dropped', { dropped: 0 }, errors, 'ok 40'],
  [
    'one more than is followed',
    { notFollowed: 1 },
    errors,
    'too-few: a.pcap: 1 packet of more addresses, lookups or connections than are followed at a time',
  ],
  ['one direction', { ways: 'one' }, errors, 'ambiguous: a.pcap: only packets in one direction were captured'],
  ['one direction, and no lookup', { ways: 'one', dns: { queries: 1 } }, errors, 'not-applicable'],
  ['one direction, and no connection', { ways: 'one', tcp: { segments: 1 } }, refusals, 'not-applicable'],
  [
    'one direction of connections',
    { ways: 'one' },
    refusals,
    'ambiguous: a.pcap: only packets in one direction were captured',
  ],
  ['one in fifty under way', { dns: { ...full, lookups: 50, unfinished: 1 } }, silence, 'ok 50'],
  [
    'one in 49',
    { dns: { ...full, lookups: 49, unfinished: 1 } },
    silence,
    'too-few: a.pcap: 1 of 49 lookups without an answer when the capture ends, too soon to tell',
  ],
  ['which says nothing of errors', { dns: { ...full, unfinished: 40 } }, errors, 'ok 40'],
  [
    'connections under way',
    { tcp: { segments: 9, connections: 49, unfinished: 1 } },
    { ...refusals, silence: true },
    'too-few: a.pcap: 1 of 49 connections without an answer when the capture ends, too soon to tell',
  ],
  [
    'answers not seen whole',
    { dns: { ...full, notWhole: 1 } },
    silence,
    'cut-off: a.pcap: of 1 lookup the answer was not seen whole: the capture kept a part of its packets (-s 0 or --snaplen), or has a gap',
  ],
  ['which says nothing of errors, either', { dns: { ...full, notWhole: 1 } }, errors, 'ok 40'],
  ['a clock that goes on', { clock: quiet }, silence, 'ok 40'],
  [
    'one that goes back',
    { clock: { ...quiet, back: 1, backMs: 60, packet: 7 } },
    errors,
    `ambiguous: a.pcap: ${backwards}`,
  ],
  [
    'packets without a time',
    { clock: { ...quiet, timeless: 1 } },
    errors,
    "ambiguous: a.pcap: 1 of 100 packets bear no time: how long anything took can't be told",
  ],
  [
    'packets twice',
    { clock: { ...quiet, copied: 2, copiedMs: 60 } },
    errors,
    'ambiguous: a.pcap: 2 packets are in it twice, up to 60 ms apart, as if two machines with a clock each had written it: name the file of each by itself',
  ],
  [
    'a gap, of silence',
    { clock: { ...quiet, across: 1, gapMs: 60 } },
    silence,
    "ambiguous: a.pcap: 1 lookup or connection with a silence of up to 60 ms in between: the clock was set, or nothing was captured; how long they took can't be told",
  ],
  [
    'a gap, of lateness',
    { clock: { ...quiet, across: 2, gapMs: 60 } },
    late,
    expect.stringContaining('2 lookups or connections with') as unknown as string,
  ],
  ['a gap, of errors', { clock: { ...quiet, across: 1, gapMs: 60 } }, errors, 'ok 40'],
])('without a sign: %s', (_what, point, judging, told) => expect(said(point, judging)).toEqual(told))

const silent = (its: Partial<Sign> = {}): Partial<CapturePoint> => ({ signs: [sign('lookup-unanswered', its)] })
test.each<[string, Partial<CapturePoint>, Judging, string]>([
  ['seen', silent(), silence, 'found 4 of 10'],
  ['of another kind', silent(), errors, 'ok 40'],
  ['that nothing is behind', silent({ count: 0 }), silence, 'ok 40'],
  ['too little of it', silent(), { ...silence, isEnough: (bad, of) => bad >= 5 || of > 10 }, 'ok 40'],
  ['just enough', silent(), { ...silence, isEnough: (bad, of) => bad >= 4 && of === 10 }, 'found 4 of 10'],
  [
    'in one direction',
    { ...silent(), ways: 'one' },
    silence,
    "ambiguous: a.pcap: only packets in one direction were captured: whether answers came can't be told",
  ],
  [
    'in one direction, told by whoever asks again',
    { ...silent({ detail: 'asked again' }), ways: 'one' },
    silence,
    'found 4 of 10',
  ],
  [
    'in one direction, of connections',
    { signs: [sign('connect-refused')], ways: 'one' },
    { ...refusals, silence: true },
    "ambiguous: a.pcap: only packets in one direction were captured: whether replies came can't be told",
  ],
  [
    'where the capture dropped some',
    { ...silent(), dropped: 1 },
    silence,
    'ambiguous: a.pcap: 1 packet beside the 100 that it has were dropped by the capture itself',
  ],
  ['where it dropped none', { ...silent(), dropped: 0 }, silence, 'found 4 of 10'],
  ['an error, where it dropped some', { signs: [sign('lookup-error')], dropped: 1 }, errors, 'found 4 of 10'],
  [
    'by a clock that went back',
    { ...silent({ detail: 'asked again' }), clock: { ...quiet, back: 1, backMs: 60, packet: 7 } },
    silence,
    `ambiguous: a.pcap: ${backwards}`,
  ],
  [
    'an error, by a clock that went back',
    { signs: [sign('lookup-error')], clock: { ...quiet, back: 1, backMs: 60, packet: 7 } },
    errors,
    'found 4 of 10',
  ],
])('a sign %s', (_what, point, judging, told) => expect(said(point, judging)).toBe(told))

const argsOf = (signs: readonly Sign[], judging: Judging = errors) => {
  const [it] = ofCapture(captured({ signs }), judging)
  return it?.kind === 'finding' ? it.found : null
}

describe('a finding', () => {
  test('has the first as its worst, and all of them together', () => {
    const found = argsOf([
      sign('lookup-error', { detail: 'SERVFAIL', packets: [9, 3], clients: 2, ms: 5 }),
      sign('lookup-error', {
        server: 'fd00::a',
        count: 2,
        of: 7,
        packets: [4, 3],
        clients: 3,
        name: 'a.',
        ms: 9,
        client: null,
      }),
    ])
    expect(found?.args).toEqual({
      count: 6,
      of: 17,
      server: '10.96.0.10:53',
      servers: 2,
      client: '10.244.1.5',
      clients: 3,
      detail: 'SERVFAIL',
      name: 'a.',
      ms: 9,
      packets: [3, 4, 9],
      point: 'a.pcap',
    })
    expect(found?.evidence).toEqual([
      {
        kind: 'shares',
        label: 'in a.pcap, by server',
        rows: [
          { where: '10.96.0.10:53', bad: 4, of: 10, note: 'SERVFAIL; packet 9, 3' },
          { where: '[fd00::a]:53', bad: 2, of: 7, note: 'a.; packet 4, 3' },
        ],
      },
      { kind: 'fact', label: 'the first', value: 'frame.number in {3, 3, 4, 9}' },
    ])
  })

  test('counts what is asked of one server once, of one port and another twice', () => {
    const [one, two] = [sign('lookup-error', { of: 10 }), sign('lookup-error', { of: 12, detail: 'x' })]
    expect(argsOf([one, two])?.args.of).toBe(12)
    expect(argsOf([one, { ...two, port: 54 }])?.args.of).toBe(22)
    expect(argsOf([one, { ...two, port: 54 }])?.args.servers).toBe(2)
    expect(argsOf([one, two])?.args).toMatchObject({ servers: 1, ms: null, name: null })
  })

  test('shows eight servers, four packets of each, and six in all', () => {
    const packets = [1, 2, 3, 4, 5, 6, 7]
    const found = argsOf(
      Array.from({ length: 9 }, (_, at) => sign('lookup-error', { server: `10.0.0.${at}`, packets })),
    )
    const [shares, first] = found?.evidence ?? []
    expect(shares?.kind === 'shares' ? shares.rows.map((it) => it.note) : []).toEqual(
      Array.from({ length: 8 }, () => 'packet 1, 2, 3, 4'),
    )
    expect(first).toMatchObject({ value: 'frame.number in {1, 1, 1, 1, 1, 1}' })
    expect(found?.args.packets).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('says what it is and what it may cause, at its point', () => {
    const found = argsOf([sign('lookup-error')], { ...errors, causes: ['reset'], severity: () => 'info' })
    expect(found).toMatchObject({
      severity: 'info',
      symptoms: ['capture-lookup-error:a.pcap'],
      causes: ['capture-reset:a.pcap'],
    })
    expect(argsOf([sign('lookup-error')])).not.toHaveProperty('severity')
  })
})

describe('several points', () => {
  const [point] = captured({ signs: [sign('lookup-error')] }).points
  const at = (name: string, its: Partial<CapturePoint> = {}): readonly CapturePoint[] =>
    point === undefined ? [] : [{ ...point, name, ...its }]
  const told = (...points: readonly (readonly CapturePoint[])[]): readonly string[] =>
    ofCapture({ points: points.flat(), comparisons: [] } satisfies Capture, errors).map((it) => {
      if (it.kind === 'cannot-tell') return it.why
      if (it.kind !== 'finding') return it.kind
      const rows = it.found.evidence.flatMap((one) => (one.kind === 'shares' ? one.rows : [])).slice(1)
      return [it.found.args.point, ...rows.map((row) => `${row.where} ${row.bad} of ${row.of} ${row.note}`)].join(', ')
    })
  const path = { comment: 'x; stages 1' }
  const more = { signs: [sign('lookup-error', { count: 9, detail: 'SERVFAIL' })] }

  test('of no path are told one by one', () => expect(told(at('a:1'), at('a:2', more))).toEqual(['a:1', 'a:2']))
  test('of one path are one event, told by whoever shows most of it', () =>
    expect(told(at('a:1', path), at('a:2', { ...path, ...more }), at('a:3', { ...path, signs: [] }))).toEqual([
      'a:2, a:1 4 of 10 10.96.0.10:53',
      'ok',
    ]))
  test('of two paths are two', () => expect(told(at('a:1', path), at('b:1', path))).toEqual(['a:1', 'b:1']))
  test('of a path and beside it are told apart', () =>
    expect(told(at('a:1', path), at('a:2', path), at('c:1'))).toEqual(['a:1, a:2 4 of 10 10.96.0.10:53', 'c:1']))
  test('that say the same of themselves say it once', () => {
    const empty = { signs: [], packets: 0 }
    expect(told(at('a', empty), at('b', empty), at('c', { signs: [], unread: 3 }))).toEqual([
      expect.stringMatching(/^a(,| and) b: it holds no packet/),
      expect.stringMatching(/^c: 3 packets of 100 could not be read/),
    ])
  })
  test('none is no verdict', () =>
    expect(ofCapture({ points: [], comparisons: [] }, errors)).toEqual([
      { kind: 'not-applicable', why: 'no capture was named' },
    ]))
})
