import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cluster,
  limitedDns,
  slowButAnswering,
  upstreamDead,
  upstreamFails,
  upstreamIgnoresAaaa,
  upstreamLate,
  upstreamLossy,
  upstreamSeen,
  upstreamSlow,
} from '../../../test/build/dns-faults.ts'
import { answered, type Network, never } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known } from '../../model/known.ts'
import check from './upstream-slow.ts'

const coredns = { subject: 'ConfigMap/kube-system/coredns', confidence: 'observed' } as const

/** All is late at times on a machine that has too much to do: this much for names of the cluster, one in 25. */
const busy =
  (outsideMs: number, clusterMs: number): Network =>
  (it) => {
    if (it.zone === 'external') return it.index % 10 === 9 ? answered(outsideMs) : answered()
    return it.index % 25 === 24 ? answered(clusterMs) : answered()
  }
const withLag = (p99Ms: number) => ({ lag: ['worker-1', 'worker-2', 'worker-3'].map((node) => ({ node, p99Ms })) })

test('later than twice what names of the cluster are, and than the probe itself: no less is the upstream', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 240 }),
      fc.nat(200),
      fc.integer({ min: 510, max: 1900 }),
      (own, lag, late) => {
        const isUncached: (it: Parameters<Network>[0]) => boolean = ({ zone, server }) =>
          zone === 'external' && server.role === 'endpoint'
        const network: Network = (it) => answered(isUncached(it) ? late : own)
        const given = cluster({ network, probed: withLag(lag) })
        const { results } = diagnose(modelOf(given), { checks: [check] })
        const isOwn = late < 2 * own + (lag < 60 ? 0 : 5 * lag)
        expect(results[0]?.findings.length).toBe(isOwn ? 0 : 1)
        expect(results[0]?.cannotTell.length).toBe(isOwn ? 1 : 0)
      },
    ),
  )
})

describeCheck(check, [
  {
    it: 'outside names are late on a machine where those of the cluster are late as well, seldom',
    given: cluster({ network: busy(586, 480) }),
    expect: 'cannot-tell',
    says: /and so are names of the cluster/,
  },
  {
    it: 'slow, though what is cached is quick',
    given: cluster({ network: upstreamLate, upstreams: upstreamSeen(20, { NXDOMAIN: 20 }, 26) }),
    expect: [
      {
        ...coredns,
        severity: 'warning',
        args: { how: 'slow', mean: '1.30 s', upstream: ['192.0.2.53'], p95: '1.30 s', failed: 0 },
      },
    ],
  },
  {
    it: "slow, without CoreDNS's own count",
    given: cluster({ network: upstreamLate }),
    expect: [{ ...coredns, args: { how: 'slow', mean: 'unknown' } }],
  },
  {
    it: 'quick answers and missing ones: some names fail',
    given: cluster({ network: upstreamLossy, upstreams: upstreamSeen(60, { NXDOMAIN: 38 }) }),
    expect: [{ ...coredns, severity: 'error', args: { how: 'lossy', unanswered: 44, sent: 120 } }],
  },
  {
    it: "late or failing, without CoreDNS's own count",
    given: cluster({ network: upstreamLossy }),
    expect: [{ ...coredns, args: { how: 'either' } }],
  },
  {
    it: 'slow answers and missing ones',
    given: cluster({ network: upstreamLate, upstreams: upstreamSeen(40, { NXDOMAIN: 20 }, 26) }),
    expect: [{ ...coredns, args: { how: 'either' } }],
  },

  {
    it: 'of two the one that answers nothing',
    given: cluster({
      network: upstreamLossy,
      dns: limitedDns(null, { corefile: known('. {\n  forward . 192.0.2.53 198.51.100.53\n}\n') }),
      upstreams: [
        { to: '192.0.2.53:53', sent: 30, answers: { NXDOMAIN: 30 }, seconds: 0.1 },
        { to: '198.51.100.53:53', sent: 20, answers: {}, seconds: 0 },
      ],
    }),
    expect: [{ ...coredns, args: { how: 'lossy', upstream: ['198.51.100.53'], unanswered: 40, sent: 40 } }],
  },
  {
    it: 'of two the one that is slow',
    given: cluster({
      network: upstreamLate,
      dns: limitedDns(null, { corefile: known('. {\n  forward . 192.0.2.53 198.51.100.53\n}\n') }),
      upstreams: [
        { to: '192.0.2.53:53', sent: 30, answers: { NXDOMAIN: 30 }, seconds: 0.1 },
        { to: '198.51.100.53:53', sent: 20, answers: { NXDOMAIN: 20 }, seconds: 26 },
      ],
    }),
    expect: [{ ...coredns, args: { how: 'slow', upstream: ['198.51.100.53'] } }],
  },
  {
    it: 'all is slow: not the upstream alone',
    given: cluster({ network: ({ zone }) => answered(zone === 'cluster' ? 400 : 1300) }),
    expect: 'cannot-tell',
    says: /names of the cluster are late as well \(p95 400 ms\)/,
  },
  {
    it: 'all is slow, and the probe did not get the CPU: nothing is said of DNS',
    given: cluster({ network: ({ zone }) => answered(zone === 'cluster' ? 400 : 1300), probed: withLag(60) }),
    expect: 'cannot-tell',
    says: /^(?![^]*names of the cluster)[^]*got the CPU up to 60 ms late/,
  },
  {
    it: 'all is slow, and the probe was just in time',
    given: cluster({ network: ({ zone }) => answered(zone === 'cluster' ? 400 : 1300), probed: withLag(59) }),
    expect: 'cannot-tell',
    says: /names of the cluster are late as well/,
  },
  {
    it: 'some names of the cluster are lost as well',
    given: cluster({
      network: ({ zone, index }) => {
        if (zone === 'cluster') return index % 20 === 19 ? never() : answered()
        return answered(1300)
      },
    }),
    expect: 'cannot-tell',
    says: /names of the cluster are lost as well/,
  },
  {
    it: 'late for the probe alone: CoreDNS had its answers at once',
    given: cluster({ network: upstreamLate, upstreams: upstreamSeen(20, { NXDOMAIN: 20 }, 0.044) }),
    expect: 'cannot-tell',
    says: /between the probe and CoreDNS/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },
  {
    it: 'three lookups',
    given: cluster({ nodes: ['worker-1'], counts: { externalService: 3, externalEndpoint: 0 } }),
    expect: 'cannot-tell',
    says: /3 lookups/,
  },

  {
    it: 'one server alone, and all of it',
    given: cluster({
      network: ({ zone, server }) =>
        zone === 'external' && server.pod === 'coredns-0' ? { kind: 'servfail', ms: 4001 } : answered(),
    }),
    expect: 'ok',
    says: /DNS150/,
  },
  { it: 'dead', given: cluster({ network: upstreamDead }), expect: 'ok' },
  {
    it: 'answers with errors',
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(40, { SERVFAIL: 40 }) }),
    expect: 'ok',
  },
  { it: 'one type ignored', given: cluster({ network: upstreamIgnoresAaaa }), expect: 'ok' },
  { it: 'far away, a third of a second', given: cluster({ network: upstreamSlow }), expect: 'ok', says: /p95 320 ms/ },
  { it: 'all a little slow', given: cluster({ network: slowButAnswering }), expect: 'ok' },
  { it: 'all well', given: cluster(), expect: 'ok' },
])
