import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { comb } from '../../answers/monitor/histogram.ts'
import { mostFindings, type RoundFacts, type Standing } from '../../answers/monitor/round.ts'
import { type MonitorFact, nothingSeen, type Round, told } from '../../answers/monitor/state.ts'
import { known, unknown } from '../../model/known.ts'
import { parsePrometheusText, sumOf } from '../../wire/prometheus-text.ts'
import { standing } from '../../../test/build/standing.ts'
import { monitorMetrics } from './metrics.ts'

const hostile = '"} 1\nhopscope_up 1\r\\\u001b[31m\u202e\u2028\ud800<img onerror=x>'
const itself = { version: '1.2.3', everyMs: 60_000, startedAt: 1000, cpuSeconds: 1.5, residentBytes: 5e7 }

const facts = (standing: readonly Standing[]): RoundFacts => ({
  standing,
  bySeverity: { error: standing.length, warning: 0, info: 0 },
  leftOut: 0,
  verdicts: { ok: 3, finding: 1, 'cannot-tell': 0 },
})
const rates = {
  seconds: 10,
  requests: 100,
  cpuSeconds: 1,
  responses: { NOERROR: 90, SERVFAIL: 10 },
  cacheHits: null,
  cacheMisses: null,
  residentBytes: null,
  upstream: null,
  p99Seconds: 0.25,
  durations: [],
}
const round = (rest: Partial<Round> = {}): MonitorFact => ({
  kind: 'round',
  round: {
    at: 1_000_000,
    by: 5,
    seconds: 2.5,
    outcome: 'done',
    why: null,
    facts: facts([standing('a')]),
    servers: [
      { pod: 'coredns-1', node: 'worker-1', cpuLimitMilli: 200, rates: known(rates) },
      { pod: 'coredns-2', node: null, cpuLimitMilli: null, rates: unknown('failed', 'ECONNREFUSED') },
      { pod: 'coredns-3', node: null, cpuLimitMilli: null, rates: unknown('not-asked', 'first reading') },
    ],
    requests: 7,
    ...rest,
  },
})
const way = { role: 'service', server: '10.96.0.10' } as const
const lookup: MonitorFact = {
  kind: 'lookup',
  way,
  lookup: { ms: 5001, a: 'ok', aaaa: 'nodata', retries: 1, firstLost: 'aaaa' },
}
const pageOf = (...its: readonly MonitorFact[]): string => monitorMetrics(its.reduce(told, nothingSeen), itself)
const full = pageOf({ kind: 'ways', ways: [way] }, lookup, round())
const valueOf = (page: string, name: string, labels: Readonly<Record<string, string>> = {}): number | null =>
  sumOf(parsePrometheusText(page), name, labels)

test.each([
  ['hopscope_up', {}, 1],
  ['hopscope_last_round_timestamp_seconds', {}, 1000],
  ['hopscope_round_seconds', {}, 2.5],
  ['hopscope_rounds_total', { outcome: 'done' }, 1],
  ['hopscope_rounds_total', { outcome: 'failed' }, 0],
  ['hopscope_checks', { verdict: 'ok' }, 3],
  ['hopscope_checks', { verdict: 'cannot-tell' }, 0],
  ['hopscope_finding', { code: 'SVC201', severity: 'error', kind: 'Service', namespace: 'shop', name: 'a' }, 1],
  ['hopscope_findings', { severity: 'error' }, 1],
  ['hopscope_findings_unnamed', {}, 0],
  ['hopscope_lookup_ways', {}, 1],
  ['hopscope_lookup_seconds_bucket', { role: 'service', le: '5' }, 0],
  ['hopscope_lookup_seconds_bucket', { role: 'service', le: '10' }, 1],
  ['hopscope_lookups_total', { outcome: 'ok' }, 1],
  ['hopscope_lookups_total', { outcome: 'timeout' }, 0],
  ['hopscope_lookups_repeated_total', { question: 'aaaa' }, 1],
  ['hopscope_lookups_skipped_total', {}, 0],
  ['hopscope_dns_server_read', { pod: 'coredns-1' }, 1],
  ['hopscope_dns_server_read', { pod: 'coredns-2' }, 0],
  ['hopscope_dns_server_read', { pod: 'coredns-3' }, 1],
  ['hopscope_dns_server_queries_per_second', { pod: 'coredns-1' }, 10],
  ['hopscope_dns_server_queries_per_second', { pod: 'coredns-2' }, null],
  ['hopscope_dns_server_failed_ratio', { pod: 'coredns-1' }, 0.1],
  ['hopscope_dns_server_cpu_ratio', { pod: 'coredns-1' }, 0.5],
  ['hopscope_api_requests_total', {}, 7],
  ['hopscope_build_info', { version: '1.2.3' }, 1],
  ['process_resident_memory_bytes', {}, 5e7],
])('%s %o is %s', (name, labels, expected) => expect(valueOf(full, name, labels)).toBe(expected))

describe('what is not known is not there', () => {
  test.each(['hopscope_up', 'hopscope_last_round_timestamp_seconds', 'hopscope_checks', 'hopscope_findings'])(
    'before the first round: %s',
    (name) => expect(pageOf()).not.toContain(name),
  )
  test('without lookups of its own: none of them', () => {
    const page = pageOf({ kind: 'ways', ways: null }, round())
    expect(page).not.toMatch(/hopscope_lookup(?:s_|_seconds)/)
    expect(valueOf(page, 'hopscope_lookup_ways')).toBe(0)
  })
  test('a round that saw nothing is not up, and leaves the time and the findings of the one before', () => {
    const page = pageOf(round(), round({ at: 2_000_000, outcome: 'failed', facts: null, servers: [] }))
    expect(valueOf(page, 'hopscope_up')).toBe(0)
    expect(valueOf(page, 'hopscope_last_round_timestamp_seconds')).toBe(1000)
    expect(valueOf(page, 'hopscope_finding')).toBe(1)
  })
})

test('whatever a name holds, it is one label of one sample, and no line of its own', () => {
  const server = { pod: hostile, node: hostile, cpuLimitMilli: 1, rates: known(rates) }
  const planted = { ...standing(hostile), kind: hostile, namespace: hostile }
  const page = pageOf(
    { kind: 'ways', ways: [{ role: 'endpoint', server: hostile }] },
    round({ facts: facts([planted]), servers: [server], outcome: 'blind' }),
    round({ facts: facts([planted]), servers: [server] }),
  )
  expect(page.split('\n').filter((it) => it.startsWith('hopscope_up'))).toEqual(['hopscope_up 1'])
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
  expect(page.split('\n').every((it) => it === '' || /^(?:# (?:HELP|TYPE) |[a-z_\d]+(?:\{.*\})? \S+$)/.test(it))).toBe(
    true,
  )
})

test('a page has an end, however much stands', () => {
  const most = Array.from({ length: mostFindings }, (_, i) => ({ ...standing(`${i}`.padEnd(253, 'x')) }))
  const ways = Array.from({ length: 10 }, (_, i) => ({ role: 'endpoint' as const, server: `coredns-${i}` }))
  const page = pageOf({ kind: 'ways', ways }, round({ facts: facts(most) }))
  expect(page.split('\n').length).toBeLessThan(mostFindings + 10 * (comb.length + 20) + 100)
  expect(page.length).toBeLessThan(300_000)
})

test('promtool takes it, where promtool is there', ({ skip }) => {
  if (spawnSync('promtool', ['--version']).error !== undefined) return skip('there is no promtool on this machine')
  expect(() => execFileSync('promtool', ['check', 'metrics'], { input: full, stdio: 'pipe' })).not.toThrow()
})
