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
import { answered } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import check from './upstream-slow.ts'

const coredns = { subject: 'ConfigMap/kube-system/coredns', confidence: 'observed' } as const

describeCheck(check, [
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
    says: /names of the cluster/,
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
