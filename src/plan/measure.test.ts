import { expect, test } from 'vitest'
import { clusterDns } from '../../test/build/dns.ts'
import { answered, conntrackOf, lost, type Network, probe } from '../../test/build/lookups.ts'
import { container, pod } from '../../test/build/pod.ts'
import { model } from '../model/build.ts'
import { known, unknown } from '../model/known.ts'
import type { DnsProbe } from '../model/lookups.ts'
import type { Model } from '../model/sources.ts'
import type { Pod } from '../model/pod.ts'
import { subject } from '../model/subject.ts'
import type { InsideLookups } from '../probe/inside/inside-lookups.ts'
import { announceInside, planInsideLookups } from './inside.ts'
import { measure, measureInside } from './measure.ts'

const of = (dnsProbe: DnsProbe, more: Parameters<typeof model>[0] = {}): Model =>
  model({ dnsProbe: known(dnsProbe), ...more })
const nodes = ['worker-1', 'worker-2']

test('lookups through the Service, in all and by node', () => {
  const network: Network = (it) => {
    if (it.server.role !== 'service' || it.zone !== 'cluster') return answered(900)
    return answered(it.node === 'worker-1' ? 1 : 3)
  }
  const is = measure(of(probe({ nodes, network })))
  expect(is?.parts.map((it) => [it.where, it.lost, it.slow, it.p99Ms < 5])).toEqual([
    ['worker-1', 0, 0, true],
    ['worker-2', 0, 0, true],
  ])
  const [one, two] = is?.parts ?? []
  expect(is).not.toHaveProperty('where')
  expect(is?.lookups).toBe((one?.lookups ?? 0) + (two?.lookups ?? 0))
  expect(one?.lookups).toBeGreaterThan(200)
  expect([one?.p50Ms, two?.p50Ms]).toEqual([1, 3])
})

test.each([
  [1000, 0],
  [1001, 1],
])('a lookup of %i ms is slow: %i', (ms, slow) => {
  const network: Network = (it) =>
    it.server.role === 'service' && it.transport === 'udp' && it.method === 'pair' && it.index === 0
      ? answered(ms)
      : answered(1)
  expect(measure(of(probe({ nodes: ['worker-1'], network })))?.slow).toBe(slow)
})

test('a lost packet is told as lost, and is slow', () => {
  const network: Network = (it) =>
    it.server.role === 'service' && it.transport === 'udp' && it.method === 'pair' && it.index < 3
      ? lost('a')
      : answered(1)
  const is = measure(of(probe({ nodes: ['worker-1'], network })))
  expect(is?.lost).toBe(3)
  expect(is?.slow).toBe(3)
})

test("a node with a cache of its own is measured by that, as its pods' resolv.conf has it", () => {
  const cache = { ip: '169.254.20.10', role: 'node-cache' as const }
  const both = probe({ nodes: ['worker-1'] })
  const series = both.series.map((it) =>
    it.method === 'getaddrinfo' || (it.server.role === 'endpoint' && it.zone === 'cluster')
      ? { ...it, server: { ...it.server, ...cache }, lookups: it.lookups.map((one) => ({ ...one, ms: 7 })) }
      : it,
  ) as DnsProbe['series']
  expect(measure(of({ ...both, series }))).toMatchObject({ p50Ms: 7, p99Ms: 7 })
})

test('without the C library, a node is measured through the Service', () => {
  const network: Network = (it) => answered(it.server.role === 'service' ? 2 : 8)
  const both = probe({ nodes: ['worker-1'], network })
  const series = both.series.filter((it) => it.method !== 'getaddrinfo')
  expect(measure(of({ ...both, series }))).toMatchObject({ p50Ms: 2 })
})

test.each<[string, Parameters<typeof model>[0], number | null]>([
  ['not read', {}, null],
  ['read nowhere', { conntrack: known([]) }, 0],
  [
    'of all nodes',
    { conntrack: known([conntrackOf('a', { insert_failed: 2 }), conntrackOf('b', { insert_failed: 3, drop: 9 })]) },
    5,
  ],
])('packets that conntrack lost: %s', (_what, more, failed) =>
  expect(measure(of(probe({ nodes }), more))?.insertFailed).toBe(failed),
)

test('nothing was measured where nothing was probed, or nothing was asked', () => {
  expect(measure(model({}))).toBeNull()
  expect(measure(model({ dnsProbe: unknown('not-asked', 'no --probe') }))).toBeNull()
  expect(measure(of({ ...probe({ nodes }), series: [] }))).toBeNull()
})

const inside = (workload: string, times: readonly number[], failed = 0): InsideLookups => ({
  workload,
  pod: 'x',
  times,
  failed,
  short: null,
})

test('lookups inside pods, in all and by workload', () => {
  expect(
    measureInside([
      inside('a', [30, 10]),
      inside('b', [1001, 1000, 5000], 2),
      inside('a', [20], 1),
      inside('c', [], 9),
    ]),
  ).toEqual({
    lookups: 6,
    lost: 3,
    slow: 2,
    p50Ms: 30,
    p99Ms: 5000,
    insertFailed: null,
    parts: [
      { where: 'a', lookups: 3, lost: 1, slow: 0, p50Ms: 20, p99Ms: 30 },
      { where: 'b', lookups: 3, lost: 2, slow: 2, p50Ms: 1001, p99Ms: 5000 },
    ],
  })
  expect(measureInside([inside('c', [], 9)])).toBeNull()
  expect(measureInside([])).toBeNull()
})

const web = subject('Deployment', 'shop', 'web')
const plan = (pods: readonly Pod[], more: Parameters<typeof model>[0] = {}) =>
  planInsideLookups(model({ pods: known(pods), ...more }), [web])
const names = (...args: Parameters<typeof plan>): readonly string[] => plan(...args).map((it) => it.pod)

test('lookups are made in pods that run', () => {
  expect(
    names([
      pod('web-1'),
      pod('web-2', { phase: 'Pending' }),
      pod('web-3', { ready: false }),
      pod('web-4', { deleting: true }),
      pod('cart-1'),
      pod('web-5', { containers: [] }),
    ]),
  ).toEqual(['web-1'])
})

test('in five of them at most, five hundred together', () => {
  const many = (count: number): readonly Pod[] => Array.from({ length: count }, (_, at) => pod(`web-${at}`))
  const counts = (count: number): readonly number[] => plan(many(count)).map((it) => it.count)
  expect(counts(1)).toEqual([500])
  expect(counts(3)).toEqual([167, 167, 167])
  expect(counts(5)).toEqual([100, 100, 100, 100, 100])
  expect(counts(6)).toEqual([100, 100, 100, 100, 100])
  expect(plan(many(2), { pods: unknown('forbidden', 'list pods') })).toEqual([])
})

test('in a container that is ready, else in the first; by the name of the API server', () => {
  const containers = [container({ name: 'a', ready: false }), container({ name: 'b' })]
  expect(plan([pod('web-1', { containers })])).toEqual([
    {
      workload: 'Deployment/shop/web',
      namespace: 'shop',
      pod: 'web-1',
      container: 'b',
      name: 'kubernetes.default.svc.cluster.local.',
      count: 500,
    },
  ])
  const none = containers.map((it) => ({ ...it, ready: false }))
  expect(plan([pod('web-1', { containers: none })])[0]?.container).toBe('a')
  const own = { clusterDns: known(clusterDns({ domain: 'corp.internal' })) }
  expect(plan([pod('web-1')], own)[0]?.name).toBe('kubernetes.default.svc.corp.internal.')
  expect(plan([pod('web-1')], { clusterDns: known(clusterDns({ domain: '$(x)' })) })).toEqual([])
})

test('and are announced', () => {
  expect(announceInside(plan([pod('web-1'), pod('web-2')]))).toBe(
    'makes 500 lookups with getent inside shop/web-1, shop/web-2: at most 24 a second in each, ended after 90 s',
  )
})
