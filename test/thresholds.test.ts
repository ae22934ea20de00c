import { describe, expect, test } from 'vitest'
import { conditions, limits } from '../src/answers/dns-watch.ts'
import starvedCheck from '../src/checks/dns/coredns-starved.ts'
import slowCheck from '../src/checks/dns/lookups-slow.ts'
import { checks } from '../src/checks/registry.ts'
import { diagnose, exitCode } from '../src/engine.ts'
import { known, unknown } from '../src/model/known.ts'
import type { DnsProbe } from '../src/model/lookups.ts'
import { podState } from '../src/probe/pods/pod-state.ts'
import { isLeftover } from '../src/probe/pods/pods.ts'
import { outside } from '../src/relations/dns/upstream.ts'
import { cluster, limitedDns } from './build/dns-faults.ts'
import { answered, probe, servfail } from './build/lookups.ts'
import { rates, sample, server } from './build/watch.ts'
import { modelOf } from './describe-check.ts'

/** Each number that decides something, with a case just under it and one just over: a number that moves fails here. */

const dns = { target: { kind: 'dns' }, level: 'probe' } as const

test.each([
  [99.9, 'ok'],
  [100, 'finding'],
] as const)('CoreDNS at its limit is slow from p95 100 ms on: %s ms', (ms, verdict) => {
  const sources = cluster({ network: () => answered(ms), dns: limitedDns(100), cores: 0.1 })
  expect(diagnose(modelOf(sources, {}, dns), { checks: [starvedCheck] }).results[0]?.verdict).toBe(verdict)
})

const quick = { p99Ms: 1, maxMs: 20 }

/** One lookup in ten of each series is late, and none is lost. */
function lateWith(lag: { readonly p99Ms: number; readonly maxMs?: number }, only?: string): string | undefined {
  const sources = cluster({ network: ({ index }) => answered(index % 10 === 0 ? 700 : 1) })
  const lagging = {
    ...sources.dnsProbe,
    lag: sources.dnsProbe.nodes.map((node) => ({ node, ...(only === undefined || only === node ? lag : quick) })),
  }
  return diagnose(modelOf({ ...sources, dnsProbe: lagging }, {}, dns), { checks: [slowCheck] }).results[0]?.verdict
}

test.each([
  [59.9, 'finding'],
  [60, 'cannot-tell'],
] as const)('slow lookups say nothing where the probe got the CPU 60 ms late: %s ms', (lag, verdict) => {
  expect(lateWith({ p99Ms: lag })).toBe(verdict)
})

test.each([
  [249.9, 'finding'],
  [250, 'cannot-tell'],
] as const)('nor where it paused once for 250 ms: %s ms', (maxMs, verdict) => {
  expect(lateWith({ p99Ms: 1, maxMs })).toBe(verdict)
})

test.each([
  [9, true],
  [10, false],
] as const)(
  'outside names count on nodes where fewer than one in ten names of the cluster fail: %s of 100',
  (bad, counts) => {
    const one: DnsProbe = probe({ nodes: ['worker-1'] })
    const [first] = one.series
    if (first === undefined) throw new Error('no series')
    const lookups = Array.from({ length: 100 }, (_, index) => {
      const [lookup] = probe({
        nodes: ['worker-1'],
        network: () => (index < bad ? servfail(3) : answered(1)),
      }).series.flatMap((it) => it.lookups)
      if (lookup === undefined) throw new Error('no lookup')
      return lookup
    })
    const inside = {
      ...first,
      zone: 'cluster' as const,
      server: { role: 'endpoint' as const, ip: '10.2.0.2', pod: 'coredns-0' },
      lookups,
    }
    const external = { ...inside, zone: 'external' as const, name: 'example.com.', lookups: lookups.slice(-10) }
    expect(outside({ ...one, series: [inside, external] }).series.length > 0).toBe(counts)
  },
)

describe('watch', () => {
  const answers = (good: number, bad: number) =>
    sample({ servers: [server('coredns-0', known(rates({ responses: { NOERROR: good, SERVFAIL: bad } })))] })
  test.each([
    [limits.leastAnswers - 1, false],
    [limits.leastAnswers, true],
  ])('%s answers, all of them errors', (of, told) => {
    expect(limits.leastAnswers).toBe(20)
    expect(conditions(answers(0, of)).has('failing')).toBe(told)
  })
  test.each([
    [10, false],
    [11, true],
  ])('%s errors of 1000 answers', (bad, told) => expect(conditions(answers(1000 - bad, bad)).has('failing')).toBe(told))
  test.each([
    [0.449, false],
    [0.45, true],
  ])('%s CPU seconds of 0.5 that the limit allows', (cpuSeconds, told) => {
    expect(
      conditions(sample({ servers: [server('coredns-0', known(rates({ cpuSeconds })))] })).has('cpu coredns-0'),
    ).toBe(told)
  })
  test.each([
    [0, 999, false],
    [0, 1000, true],
    [1, 5, true],
  ])('the canary lost %s, the slowest took %s ms', (lost, maxMs, told) => {
    const canary = known({ node: 'worker-1', lookups: 5, lost, maxMs, p50Ms: 1 })
    expect(conditions(sample({ canary: canary as never })).has('canary')).toBe(told)
  })
})

describe('a probe that was asked for', () => {
  const code = (
    level: 'read' | 'probe',
    dnsProbe: ReturnType<typeof unknown> | null,
    missing: readonly string[] = [],
  ) => {
    const sources = cluster()
    const given = modelOf(
      { ...sources, dnsProbe: { ...sources.dnsProbe, missing: missing.map((node) => ({ node, why: 'cut off' })) } },
      {},
      { ...dns, level },
    )
    const asked = dnsProbe === null ? given : { ...given, sources: { ...given.sources, dnsProbe } }
    return exitCode(
      diagnose(asked, { checks: checks.filter((it) => it.needs.every((name) => name === 'clusterDns')) }),
      { failOn: 'error', strict: false },
    )
  }
  const nodes = cluster().dnsProbe.nodes
  test('and measured some node to its end is an answer', () => expect(code('probe', null, nodes.slice(1))).toBe(0))
  test('and measured no node to its end is none: 2', () => expect(code('probe', null, nodes)).toBe(2))
  test('and could not run is none: 2', () => expect(code('probe', unknown('forbidden', 'create pods'))).toBe(2))
  test('was not asked for: an answer', () => expect(code('read', unknown('not-asked', 'needs --probe'))).toBe(0))
})

test.each([
  ['ImagePullBackOff', 'stuck'],
  ['InvalidImageName', 'stuck'],
  ['ErrImageNeverPull', 'stuck'],
  ['CreateContainerConfigError', 'stuck'],
  ['CreateContainerError', 'stuck'],
  ['RunContainerError', 'stuck'],
  ['ErrImagePull', 'waiting'],
  ['ContainerCreating', 'waiting'],
  ['PodInitializing', 'waiting'],
] as const)('a container that waits with %s is %s', (reason, kind) => {
  const raw = {
    metadata: { name: 'hopscope-1' },
    status: { phase: 'Pending', containerStatuses: [{ name: 'probe', state: { waiting: { reason } } }] },
  }
  expect(podState(raw as Parameters<typeof podState>[0]).kind).toBe(kind)
})

test.each([
  [60_000, false],
  [60_001, true],
])('a pod is left over %s ms after its own deadline: %s', (after, left) => {
  const made = Date.parse('2026-01-01T00:00:00Z')
  const raw = {
    metadata: { name: 'hopscope-1', creationTimestamp: new Date(made).toISOString() },
    spec: { activeDeadlineSeconds: 120 },
  }
  expect(isLeftover(raw as Parameters<typeof isLeftover>[0], made + 120_000 + after)).toBe(left)
})
