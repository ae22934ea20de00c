import { expect, test } from 'vitest'
import { conntrackOf, probe } from '../../../test/build/lookups.ts'
import { podPath, podWays } from '../../../test/build/pod-ways.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import conntrackFull from '../dns/conntrack-full.ts'
import check from './pod-size-lost.ts'

const lostThere = {
  datagrams: { asked: 3, small: 3, there: 0, back: 0 },
  streams: { asked: 2, small: 2, there: 0, back: 1 },
}
const lostBack = {
  datagrams: { asked: 3, small: 3, there: 3, back: 0 },
  streams: { asked: 2, small: 2, there: 1, back: 0 },
}
const nothing = { asked: 3, small: 0, there: 0, back: 0 }
const well = { asked: 1, small: 1, there: 1, back: 1 }
const all = { asked: 3, small: 3, there: 3, back: 3 }
const nodes = { 'worker-1': {}, 'worker-2': {}, 'worker-3': {} }

const between = (...paths: readonly ReturnType<typeof podPath>[]) => ({ podWays: podWays(nodes, { between: paths }) })

describeCheck(check, [
  { it: 'all sizes pass', given: { podWays: podWays() }, expect: 'ok' },
  {
    it: 'answers of one node do not come, and questions arrive there',
    given: between(
      podPath('worker-2', 'worker-1'),
      podPath('worker-3', 'worker-1', lostBack),
      podPath('worker-3', 'worker-2', lostBack),
    ),
    expect: [
      {
        subject: 'Node/worker-3',
        confidence: 'observed',
        severity: 'error',
        args: { from: ['worker-1', 'worker-2'], to: ['worker-3'], way: 'back', over: ['TCP', 'UDP'], small: 3, of: 3 },
        says: /datagrams of 1450 bytes: 0 of 3 · 16 KiB over TCP: 0 of 2 · small ones: 3 of 3/,
      },
    ],
  },
  {
    it: 'what one node sends',
    given: between(
      podPath('worker-2', 'worker-1', lostThere),
      podPath('worker-3', 'worker-1'),
      podPath('worker-3', 'worker-2', lostBack),
    ),
    expect: [{ subject: 'Node/worker-2', args: { from: ['worker-2'], to: ['worker-1', 'worker-3'] } }],
  },
  {
    it: 'datagrams alone: TCP heeds what a router names',
    given: between(podPath('worker-2', 'worker-1', { ...lostBack, streams: well }), podPath('worker-3', 'worker-1')),
    expect: [{ subject: 'Node/worker-1', severity: 'warning', args: { over: ['UDP'], streams: null } }],
  },
  {
    it: 'TCP alone',
    given: between(podPath('worker-2', 'worker-1', { ...lostBack, datagrams: all }), podPath('worker-3', 'worker-1')),
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        args: { over: ['TCP'], udpPasses: true, datagrams: null, small: 2, of: 2 },
      },
    ],
  },
  {
    it: 'a router said so, and the next ones were cut up',
    given: between(
      podPath('worker-2', 'worker-1', { datagrams: { asked: 3, small: 3, there: 2, back: 2 } }),
      podPath('worker-3', 'worker-1'),
    ),
    expect: 'ok',
  },
  {
    it: 'one of three small ones came: what is lost is lost of any size',
    given: between(
      podPath('worker-2', 'worker-1', { datagrams: { ...nothing, small: 1 }, streams: { ...nothing, asked: 2 } }),
      podPath('worker-3', 'worker-1'),
    ),
    expect: 'cannot-tell',
    says: /worker-2 to worker-1: not even few bytes/,
  },
  {
    it: 'nothing of any size',
    given: between(podPath('worker-2', 'worker-1', { datagrams: nothing, streams: { ...nothing, asked: 2 } })),
    expect: 'cannot-tell',
    says: /a policy, or no way at all/,
  },
  {
    it: 'a node was not asked',
    given: between(podPath('worker-2', 'worker-1')),
    expect: 'cannot-tell',
    says: /worker-3/,
  },
  {
    it: 'the probe got no CPU',
    given: {
      ...between(podPath('worker-2', 'worker-1', lostBack), podPath('worker-3', 'worker-1')),
      dnsProbe: { ...probe({ nodes: Object.keys(nodes) }), lag: [{ node: 'worker-2', p99Ms: 2000 }] },
    },
    expect: 'cannot-tell',
    says: /worker-2 to worker-1/,
  },
  {
    it: 'the first pods were slow to start',
    given: between(),
    expect: 'cannot-tell',
    says: /slow to start/,
  },
  { it: 'one node', given: { podWays: podWays({}) }, expect: 'not-applicable' },
  { it: 'nothing was probed', given: { dnsProbe: probe({ nodes: ['worker-1'] }) }, expect: 'cannot-tell' },
])

test('a full table of conntrack drops large ones as well: one cause, not two', () => {
  const given = modelOf({
    ...between(
      podPath('worker-2', 'worker-1', { ...lostBack, datagrams: all }),
      podPath('worker-3', 'worker-1'),
      podPath('worker-3', 'worker-2'),
    ),
    conntrack: [conntrackOf('worker-2', { drop: 2000, early_drop: 700 }, 131_072)],
  })
  const { roots } = diagnose(given, { checks: [check, conntrackFull] })
  expect(roots.map((it) => it.finding.code)).toEqual(['DNS143'])
})
