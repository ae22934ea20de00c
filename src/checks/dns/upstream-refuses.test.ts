import {
  blackHoleOn,
  cluster,
  upstreamDead,
  upstreamFails,
  upstreamLossy,
  upstreamRefuses,
  upstreamSeen,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './upstream-refuses.ts'

const coredns = { subject: 'ConfigMap/kube-system/coredns' }

describeCheck(check, [
  {
    it: 'REFUSED, and CoreDNS counted who said so',
    given: cluster({ network: upstreamRefuses, upstreams: upstreamSeen(40, { REFUSED: 40 }) }),
    expect: [{ ...coredns, confidence: 'observed', args: { rcode: 'REFUSED', upstream: '192.0.2.53' } }],
  },
  {
    it: 'SERVFAIL, and CoreDNS counted who said so',
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(42, { SERVFAIL: 40 }) }),
    expect: [{ ...coredns, confidence: 'observed', args: { rcode: 'SERVFAIL' } }],
  },
  {
    it: "REFUSED, without CoreDNS's own count",
    given: cluster({ network: upstreamRefuses }),
    expect: [{ ...coredns, confidence: 'inferred', args: { proven: 'no' } }],
  },

  {
    it: "SERVFAIL, without CoreDNS's own count: a silent upstream looks so too",
    given: cluster({ network: upstreamFails }),
    expect: 'cannot-tell',
    says: /metrics tell/,
  },
  {
    it: 'no node whose cluster names work',
    given: cluster({ network: blackHoleOn(...workers) }),
    expect: 'cannot-tell',
  },
  { it: 'no look-ups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: "SERVFAIL, and the upstream said nothing: it is CoreDNS's own",
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(80, {}) }),
    expect: 'ok',
    says: /not an answer of the upstream/,
  },
  {
    it: 'outside names time out',
    given: cluster({ network: ({ zone }) => (zone === 'external' ? never() : answered()) }),
    expect: 'ok',
  },
  { it: 'a dead upstream', given: cluster({ network: upstreamDead, upstreams: upstreamSeen(80, {}) }), expect: 'ok' },
  {
    it: 'an upstream that loses queries',
    given: cluster({ network: upstreamLossy, upstreams: upstreamSeen(60, { NXDOMAIN: 38 }) }),
    expect: 'ok',
  },
  { it: 'all well', given: cluster(), expect: 'ok' },
])
