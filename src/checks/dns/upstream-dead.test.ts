import { answered, servfail } from '../../../test/build/lookups.ts'
import {
  blackHoleOn,
  cluster,
  limitedDns,
  upstreamDead,
  upstreamFails,
  upstreamIgnoresAaaa,
  upstreamRefuses,
  upstreamSeen,
  upstreamSlow,
  workers,
} from '../../../test/build/dns-faults.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { known, unknown } from '../../model/known.ts'
import check from './upstream-dead.ts'

const withForward = (to: string, before = '') =>
  limitedDns(null, { corefile: known(`${before}.:53 {\n  kubernetes cluster.local\n  forward . ${to}\n}\n`) })
const seen = (to: string, sent: number, answered: number) => ({
  to,
  sent,
  answers: answered === 0 ? {} : { NOERROR: answered },
  seconds: answered / 1000,
})
const configMap = { subject: 'ConfigMap/kube-system/coredns' }

describeCheck(check, [
  {
    it: 'outside names fail, after the wait for the upstream',
    given: cluster({ network: upstreamDead }),
    expect: [
      {
        ...configMap,
        confidence: 'observed',
        args: { upstream: ['192.0.2.53'], name: 'hopscope-k3x9q.example.com.', how: 'SERVFAIL', speed: 'late' },
      },
    ],
  },
  {
    it: "the port is closed: CoreDNS's own SERVFAIL, at once",
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(80, {}) }),
    expect: [{ ...configMap, args: { how: 'SERVFAIL', speed: 'closed' } }],
  },
  {
    it: 'every query goes over TCP',
    given: {
      ...cluster({ network: upstreamDead }),
      clusterDns: limitedDns(null, {
        corefile: known('.:53 {\n  kubernetes cluster.local\n  forward . 192.0.2.53 {\n    force_tcp\n  }\n}\n'),
      }),
    },
    expect: [{ ...configMap, args: { overTcp: true } }],
  },
  {
    it: 'an outside name that is cached is no sign of life',
    given: cluster({
      network: ({ zone, server }) => (zone === 'external' && server.role === 'endpoint' ? servfail(6001) : answered()),
    }),
    expect: [configMap],
  },
  {
    it: 'outside names time out',
    given: cluster({ network: ({ zone }) => (zone === 'external' ? { kind: 'never', which: 'both' } : answered()) }),
    expect: [{ ...configMap, args: { how: 'timeout' } }],
  },
  {
    it: 'refused at once: every upstream is marked unhealthy',
    given: cluster({ network: ({ zone }) => (zone === 'external' ? servfail(1) : answered()) }),
    expect: [{ ...configMap, args: { speed: 'at-once' } }],
  },
  {
    it: 'the Corefile unreadable: named without the upstream',
    given: cluster({
      network: upstreamDead,
      dns: { ...limitedDns(null), corefile: unknown('forbidden', 'get configmaps') },
    }),
    expect: [{ ...configMap, args: { upstream: [] } }],
  },
  {
    it: 'apart from a node that has no DNS at all',
    given: cluster({
      network: (asked) => (asked.node === 'worker-2' ? { kind: 'never', which: 'both' } : upstreamDead(asked)),
    }),
    expect: [configMap],
  },

  {
    it: 'of two the one that is silent by the counters',
    given: cluster({
      network: upstreamDead,
      dns: withForward('192.0.2.53 198.51.100.53'),
      upstreams: [seen('192.0.2.53:53', 30, 30), seen('198.51.100.53:53', 40, 0)],
    }),
    expect: [{ ...configMap, args: { upstream: ['198.51.100.53'] } }],
  },
  {
    it: 'of two, without counters: both',
    given: cluster({ network: upstreamDead, dns: withForward('192.0.2.53 198.51.100.53') }),
    expect: [{ ...configMap, args: { upstream: ['192.0.2.53', '198.51.100.53'] } }],
  },
  {
    it: 'of two, without counters, and the log names one',
    given: {
      ...cluster({ network: upstreamDead, dns: withForward('192.0.2.53 198.51.100.53') }),
      dnsServerLogs: [
        serverLog('coredns-0', [
          { kind: 'io-timeout', times: 9, said: 'read udp 10.2.0.2:4711->198.51.100.53:53: i/o timeout' },
        ]),
      ],
    },
    expect: [{ ...configMap, args: { upstream: ['198.51.100.53'] } }],
  },
  {
    it: 'a stub zone above the root, whose server is well',
    given: cluster({
      network: upstreamDead,
      dns: withForward('192.0.2.53', 'corp.example:53 {\n  forward . 10.150.0.1\n}\n'),
      upstreams: [seen('10.150.0.1:53', 20, 20), seen('192.0.2.53:53', 40, 0)],
    }),
    expect: [{ ...configMap, args: { upstream: ['192.0.2.53'] } }],
  },
  {
    it: 'a block at another port above the root',
    given: cluster({ network: upstreamDead, dns: withForward('192.0.2.53', '.:1053 {\n  forward . 10.150.0.1\n}\n') }),
    expect: [{ ...configMap, args: { upstream: ['192.0.2.53'] } }],
  },
  {
    it: 'the block of the zone that was asked for is another than that of all names',
    given: cluster({
      network: upstreamDead,
      dns: withForward('192.0.2.53', 'example.com:53 {\n  forward . 10.150.0.1\n}\n'),
    }),
    expect: [{ ...configMap, args: { zone: 'example.com', upstream: ['10.150.0.1'] } }],
  },
  {
    it: 'a line for one zone above that for all others',
    given: cluster({ network: upstreamDead, dns: withForward('192.0.2.53\n  forward corp.example 10.150.0.1') }),
    expect: [{ ...configMap, args: { upstream: ['192.0.2.53'] } }],
  },
  {
    it: 'a file, and the counters say whom it names',
    given: cluster({
      network: upstreamDead,
      dns: withForward('/etc/resolv.conf'),
      upstreams: [seen('198.18.0.99:53', 40, 0)],
    }),
    expect: [{ ...configMap, args: { upstream: ['198.18.0.99'] } }],
  },
  {
    it: 'a file',
    given: cluster({ network: upstreamDead, dns: withForward('/etc/resolv.conf') }),
    expect: [{ ...configMap, args: { upstream: ['/etc/resolv.conf'] } }],
  },
  {
    it: 'what only the environment knows',
    given: cluster({ network: upstreamDead, dns: withForward('{$UPSTREAM}') }),
    expect: [{ ...configMap, args: { upstream: [] } }],
  },
  {
    it: 'nobody is asked: not an upstream',
    given: cluster({
      network: upstreamDead,
      dns: limitedDns(null, { corefile: known('.:53 {\n  kubernetes cluster.local\n}\n') }),
    }),
    expect: 'not-applicable',
    says: /DNS114/,
  },
  {
    it: 'no outside name was asked for',
    given: cluster({ counts: { externalService: 0, externalEndpoint: 0, libcExternal: 0 } }),
    expect: 'cannot-tell',
    says: /0 lookups of an outside name/,
  },
  {
    it: 'cluster names fail as well: not the upstream',
    given: cluster({ network: blackHoleOn(...workers) }),
    expect: 'cannot-tell',
    says: /where cluster names work/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'it answers, with errors',
    given: cluster({ network: upstreamRefuses, upstreams: upstreamSeen(40, { REFUSED: 40 }) }),
    expect: 'ok',
    says: /answers, with REFUSED/,
  },
  { it: 'all answered', given: cluster(), expect: 'ok' },
  { it: 'a slow upstream', given: cluster({ network: upstreamSlow }), expect: 'ok' },
  {
    it: 'an upstream that ignores AAAA: A is answered',
    given: cluster({ network: upstreamIgnoresAaaa }),
    expect: 'ok',
  },
  {
    it: 'one upstream of two dead: half of it fails',
    given: cluster({
      network: ({ zone, index }) => (zone === 'external' && index % 2 === 0 ? servfail(2002) : answered()),
    }),
    expect: 'ok',
  },
])
