import { expect, test } from 'vitest'
import { cluster, slowButAnswering } from '../../../test/build/dns-faults.ts'
import { answered, type Asked, lost, never, probe } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import check from './lookups-slow.ts'

const onWorker3 = { subject: 'Node/worker-3', confidence: 'observed', severity: 'warning' } as const

/** Of 40 lookups of one server's path, so many are late: the servers are on worker-1 and worker-2. */
const lateOnPath = (late: number, ms = 700, lag: DnsProbe['lag'] = []) =>
  cluster({
    nodes: ['worker-3'],
    network: ({ server, transport, method, zone, index }: Asked) =>
      server.ip === '10.2.2.2' && transport === 'udp' && method === 'pair' && zone === 'cluster' && index < late
        ? answered(ms)
        : answered(),
    probed: { lag },
  })

describeCheck(check, [
  { it: 'two late lookups of 40 on one path are chance', given: lateOnPath(2), expect: 'ok' },
  {
    it: 'three are not',
    given: lateOnPath(3),
    expect: [{ ...onWorker3, args: { late: 3, zone: 'cluster' }, says: /3 of \d+ lookups .* took 500 ms or more/ }],
  },
  { it: 'just under half a second', given: lateOnPath(40, 499.9), expect: 'ok' },
  { it: 'half a second', given: lateOnPath(40, 500), expect: [onWorker3] },
  {
    it: 'nine of 200 are fewer than one in twenty',
    given: cluster({
      nodes: ['worker-3'],
      network: ({ server, transport, method, zone, index }) =>
        server.role === 'service' && transport === 'udp' && method === 'pair' && zone === 'cluster' && index < 9
          ? answered(900)
          : answered(),
    }),
    expect: 'ok',
  },
  {
    it: 'ten are one in twenty',
    given: cluster({
      nodes: ['worker-3'],
      network: ({ server, transport, method, zone, index }) =>
        server.role === 'service' && transport === 'udp' && method === 'pair' && zone === 'cluster' && index < 10
          ? answered(900)
          : answered(),
    }),
    expect: [{ ...onWorker3, args: { late: 10 } }],
  },
  {
    it: 'cluster and outside: one finding, with both numbers',
    given: cluster({ nodes: ['worker-3'], network: () => answered(900) }),
    expect: [
      { ...onWorker3, args: { zone: 'cluster' }, says: /of cluster names .*, and (\d+) of \1 of outside names/ },
    ],
  },
  {
    it: 'outside alone',
    given: cluster({ nodes: ['worker-3'], network: ({ zone }) => answered(zone === 'cluster' ? 1 : 900) }),
    expect: [{ ...onWorker3, args: { zone: 'outside', outsideLate: 0 } }],
  },

  {
    it: 'its own probe got the CPU late',
    given: lateOnPath(20, 700, [{ node: 'worker-3', p99Ms: 60 }]),
    expect: 'cannot-tell',
    says: /the probe pod on worker-3 got the CPU up to 60 ms late, .*none of them was lost/,
  },
  { it: 'a little less late', given: lateOnPath(20, 700, [{ node: 'worker-3', p99Ms: 59 }]), expect: [onWorker3] },
  {
    it: 'a probe beside one of the servers got it late',
    given: lateOnPath(20, 700, [{ node: 'worker-2', p99Ms: 60 }]),
    expect: 'cannot-tell',
    says: /the probe pod on worker-2/,
  },
  {
    it: 'a probe on a node that has no part in it got it late',
    given: lateOnPath(20, 700, [{ node: 'worker-9', p99Ms: 600 }]),
    expect: [onWorker3],
  },
  {
    it: 'the same, and where the servers are is not known',
    given: modelOf({ dnsProbe: lateOnPath(20, 700, [{ node: 'worker-9', p99Ms: 600 }]).dnsProbe }),
    expect: 'cannot-tell',
  },
  {
    it: 'it paused, and fewer than half are late',
    given: lateOnPath(19, 700, [{ node: 'worker-3', p99Ms: 20, maxMs: 1500 }]),
    expect: 'cannot-tell',
    says: /1500 ms late/,
  },
  {
    it: 'it paused, and half are late: no ten pauses do that',
    given: lateOnPath(20, 700, [{ node: 'worker-3', p99Ms: 20, maxMs: 1500 }]),
    expect: [onWorker3],
  },
  {
    it: 'even timeouts are its own',
    given: lateOnPath(20, 700, [{ node: 'worker-3', p99Ms: 1000 }]),
    expect: 'cannot-tell',
    says: /too late/,
  },
  {
    it: 'lost as well: their timeouts make them late',
    given: cluster({ nodes: ['worker-3'], network: ({ index }) => (index % 5 === 0 ? lost('both') : answered(900)) }),
    expect: 'ok',
  },
  { it: 'none answered', given: cluster({ nodes: ['worker-3'], network: () => never() }), expect: 'ok' },
  { it: 'slower than usual, but answering', given: cluster({ network: slowButAnswering }), expect: 'ok' },
  {
    it: 'a node that could not be probed',
    given: { dnsProbe: probe({ nodes: ['worker-1'], about: { missing: [{ node: 'control-1', why: 'tainted' }] } }) },
    expect: 'cannot-tell',
    says: /control-1: tainted/,
  },
  {
    it: 'a probe that stopped itself',
    given: { dnsProbe: probe({ nodes: ['worker-1'], about: { stopped: 'answers got worse' } }) },
    expect: 'cannot-tell',
    says: /answers got worse/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },
  { it: 'quick', given: cluster(), expect: 'ok' },
])

test('from every node it is one finding, on the DNS Service', () => {
  const { roots } = diagnose(modelOf(cluster({ network: () => answered(900) })), { checks: [check] })
  expect(roots.map(({ finding }) => [finding.subject.kind, finding.args['nodes']])).toEqual([['Service', 3]])
})
