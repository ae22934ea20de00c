import { describe, expect, test } from 'vitest'
import { countOf } from './histogram.ts'
import type { RoundFacts } from './round.ts'
import { type MonitorFact, nothingSeen, readiness, type Round, told } from './state.ts'
import type { Timed, Way } from './tally.ts'

const facts: RoundFacts = {
  standing: [],
  bySeverity: { error: 0, warning: 0, info: 0 },
  leftOut: 0,
  verdicts: { ok: 3 },
}
const round = (at: number, rest: Partial<Round> = {}): MonitorFact => ({
  kind: 'round',
  round: { at: 5, by: at, seconds: 1, outcome: 'done', why: null, facts, servers: [], requests: 7, ...rest },
})
const service: Way = { role: 'service', server: '10.96.0.10' }
const pod: Way = { role: 'endpoint', server: 'coredns-1' }
const well: Timed = { ms: 1, a: 'ok', aaaa: 'ok', retries: 0, firstLost: 'none' }
const after = (...its: readonly MonitorFact[]) => its.reduce(told, nothingSeen)

test('a round that saw nothing leaves what was seen before, as old as it is', () => {
  const state = after(round(1000), round(2000, { outcome: 'failed', facts: null }), round(3000, { outcome: 'blind' }))
  expect(state.seen).toEqual({ at: 5, by: 1000, facts })
  expect(state.last?.outcome).toBe('blind')
  expect(state.rounds).toEqual({ done: 1, late: 0, blind: 1, failed: 1 })
  expect(state.requests).toBe(21)
})

describe('lookups', () => {
  test('count by their way, and go on counting from round to round', () => {
    const lookup: MonitorFact = { kind: 'lookup', way: pod, lookup: well }
    const ways: MonitorFact = { kind: 'ways', ways: [service, pod] }
    const state = after(ways, lookup, ways, lookup, { kind: 'skipped', way: service })
    expect([...state.tallies.values()].map((it) => [countOf(it.times), it.skipped])).toEqual([
      [0, 1],
      [2, 0],
    ])
    expect(state.isAsking).toBe(true)
  })
  test('of a server that is gone end its series, and one that comes late begins none', () => {
    const lookup: MonitorFact = { kind: 'lookup', way: pod, lookup: well }
    const state = after({ kind: 'ways', ways: [service, pod] }, lookup, { kind: 'ways', ways: [service] }, lookup)
    expect([...state.tallies.keys()]).toEqual(['service 10.96.0.10'])
  })
  test('where none are made there are no series', () => {
    const state = after({ kind: 'ways', ways: null })
    expect([state.isAsking, state.tallies.size]).toEqual([false, 0])
  })
  test('ten thousand servers that come and go leave no more than there are', () => {
    let state = nothingSeen
    for (let i = 0; i < 10_000; i++) {
      state = told(state, { kind: 'ways', ways: [service, { role: 'endpoint', server: `coredns-${i}` }] })
    }
    expect(state.tallies.size).toBe(2)
  })
})

test('what was kept, and what could not be', () => {
  const state = after({ kind: 'kept', file: 'a' }, { kind: 'not-kept', why: 'the disk is full' })
  expect([state.kept, state.notKept]).toEqual([1, 1])
})

describe('ready', () => {
  const every = 60_000
  test.each([
    { it: 'before the first round', state: nothingSeen, now: 0, ok: false, why: /no round has ended yet/ },
    {
      it: 'after rounds that saw nothing',
      state: after(round(0, { outcome: 'failed', facts: null })),
      now: 0,
      ok: false,
      why: /no sight of the cluster yet/,
    },
    { it: 'after a round', state: after(round(1000)), now: 61_000, ok: true, why: /seen 60 s ago/ },
    { it: 'after three intervals', state: after(round(0)), now: 3 * every, ok: true, why: /180 s ago/ },
    { it: 'after more', state: after(round(0)), now: 3 * every + 1, ok: false, why: /180 s ago/ },
    {
      it: 'rounds that see nothing do not count',
      state: after(round(0), round(4 * every, { outcome: 'blind', facts })),
      now: 4 * every,
      ok: false,
      why: /240 s ago/,
    },
  ])('$it', ({ state, now, ok, why }) => {
    const health = readiness(state, now, every)
    expect(health.ok).toBe(ok)
    expect(health.why).toMatch(why)
  })
})
