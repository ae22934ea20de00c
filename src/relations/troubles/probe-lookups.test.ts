import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { DnsProbe, Lookup, LookupSeries } from '../../model/lookups.ts'
import type { Sources } from '../../model/sources.ts'
import { probeTroubles } from './probe-lookups.ts'

const good: Lookup = { at: 0, ms: 1, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }
const silent: Lookup = { ...good, ms: 10_000, a: 'timeout', aaaa: 'timeout', firstLost: 'both' }
const lost: Lookup = { ...good, ms: 5001, firstLost: 'aaaa' }
const slow = (ms: number): Lookup => ({ ...good, ms })
const times = (count: number, it: Lookup): readonly Lookup[] => Array.from({ length: count }, () => it)

const series = (lookups: readonly Lookup[], about: Partial<LookupSeries> = {}): LookupSeries => ({
  node: 'worker-1',
  server: { role: 'service', ip: '10.96.0.10', pod: null },
  transport: 'udp',
  method: 'pair',
  libc: null,
  name: 'kubernetes.default.svc.cluster.local.',
  zone: 'cluster',
  lookups,
  ...about,
})
const endpoint = { role: 'endpoint', ip: '10.2.0.2', pod: 'coredns-0' } as const
const cache = { role: 'node-cache', ip: '169.254.20.10', pod: 'cache-1' } as const
const dns = clusterDns()

const probed = (its: readonly LookupSeries[], about: Partial<DnsProbe> = {}) => ({
  clusterDns: dns,
  dnsProbe: {
    from: { namespace: 'shop', labels: {} },
    nodes: ['worker-1'],
    missing: [],
    series: its,
    queriesSent: 1,
    cap: { queriesPerSecondPerNode: 50, lookupsPerSeries: 200 },
    stopped: null,
    ...about,
  },
})
const late = (p99Ms: number) => ({ lag: [{ node: 'worker-1', p99Ms }] })
const large = (result: 'stalled' | 'unreachable') => [
  { node: 'worker-1', ip: '10.2.2.2', pod: 'coredns-1', result, bytes: 0 },
]

test.each<[it: string, given: Partial<Sources>, expected: readonly string[]]>([
  ['nobody probed', { clusterDns: dns }, []],
  ['all answered', probed([series(times(40, good))]), []],
  [
    'silence on the way of users',
    probed([series([silent, { ...silent, ms: 9000 }, good])]),
    [
      'outage of dnsProbe: lookup-failed, 2 of 3, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'errors and lost packets, in words once each',
    probed([
      series([
        { ...good, a: 'servfail' },
        { ...good, a: 'ok', aaaa: 'refused' },
        { ...good, a: 'unreachable', aaaa: 'unreachable' },
        lost,
        lost,
      ]),
    ]),
    [
      'outage of dnsProbe: lookup-failed, 5 of 5, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet, refused, servfail, unreachable',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'a single loss of few',
    probed([series([...times(18, good), lost])]),
    [
      'outage of dnsProbe: lookup-failed, 1 of 19, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'a single loss of twenty',
    probed([series([...times(19, good), lost])]),
    [
      'sign of dnsProbe: lookup-failed, 1 of 20, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'two losses of twenty',
    probed([series([...times(18, good), lost, lost])]),
    [
      'outage of dnsProbe: lookup-failed, 2 of 20, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'two losses of two hundred',
    probed([series([...times(198, good), lost, lost])]),
    [
      'outage of dnsProbe: lookup-failed, 2 of 200, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'two losses of more',
    probed([series([...times(199, good), lost, lost])]),
    [
      'sign of dnsProbe: lookup-failed, 2 of 201, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'past the Service',
    probed([series([silent], { server: endpoint }), series(times(20, good))]),
    [
      'sign of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of coredns-0 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Pod/kube-system/coredns-0 Node/worker-1',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.2.0.2',
    ],
  ],
  [
    'of the cache of the node, over TCP',
    probed([series([silent], { server: cache, transport: 'tcp' })]),
    [
      'outage of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of cache-1 over TCP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/169.254.20.10 dns-tcp-unanswered',
    ],
  ],
  [
    'of an upstream, for a name outside',
    probed([series([silent], { server: { role: 'upstream', ip: '192.0.2.53', pod: null }, zone: 'external' })]),
    [
      'nuisance of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 192.0.2.53 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:node/worker-1 dns-loss:ns/shop dns-loss:server/192.0.2.53',
    ],
  ],
  [
    'the address of the Service is silent, and users ask another server that answers',
    probed([series([silent]), series([good], { server: cache, method: 'getaddrinfo', libc: 'glibc' })]),
    [
      'sign of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'the C library asks that Service and fails',
    probed([series([silent], { method: 'getaddrinfo', libc: 'glibc' })]),
    [
      'outage of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (getaddrinfo) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'a policy closes the way of the probe alone',
    { ...probed([series([silent], { server: endpoint })]), networkPolicies: [egressPolicy('closed')], namespaces: [] },
    [
      'sign of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of coredns-0 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Pod/kube-system/coredns-0 Node/worker-1',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.2.0.2',
    ],
  ],
  [
    'all servers are silent past the Service, and answer through it',
    probed([series([silent, silent], { server: endpoint }), series(times(20, good))]),
    [
      'sign of dnsProbe: lookup-failed, 2 of 2, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of coredns-0 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns Pod/kube-system/coredns-0 Node/worker-1',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.2.0.2',
    ],
  ],
  [
    'names that are denied',
    probed([series([{ ...good, a: 'nxdomain', aaaa: 'nxdomain' }, { ...good, a: 'nodata' }, good])]),
    [
      'outage of dnsProbe: lookup-wrong, 2 of 3',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: nxdomain',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10 name-wrong:default/kubernetes',
    ],
  ],
  [
    'a name outside may be denied',
    probed([series([{ ...good, a: 'nxdomain' }], { zone: 'external', name: 'example.com.' })]),
    [],
  ],
  [
    'three slow of sixty',
    probed([series([...times(57, good), slow(500), slow(600), slow(700)])]),
    [
      'nuisance of dnsProbe: lookup-slow, 3 of 60, 700 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: slow',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  ['three slow of more', probed([series([...times(58, good), slow(500), slow(600), slow(700)])]), []],
  ['two slow of three', probed([series([good, slow(500), slow(700)])]), []],
  ['one slow of two', probed([series([good, slow(500)])]), []],
  ['two a little less slow', probed([series([slow(499), slow(499)])]), []],
  ['two slow on a busy node', probed([series([slow(900), slow(900)])], late(60)), []],
  [
    'two slow on one that is less busy',
    probed([series([slow(900), slow(900)])], late(59)),
    [
      'nuisance of dnsProbe: lookup-slow, 2 of 2, 900 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: slow',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'what is lost is not slow as well',
    probed([series([lost, lost, slow(900)])]),
    [
      'outage of dnsProbe: lookup-failed, 2 of 3, 5001 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: a lost packet',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  ['silence to a probe that got no CPU', probed([series([silent, silent])], late(1000)), []],
  [
    'silence to a probe that got a little more',
    probed([series([silent, silent])], late(999)),
    [
      'outage of dnsProbe: lookup-failed, 2 of 2, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of 10.96.0.10 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/10.96.0.10',
    ],
  ],
  [
    'a large answer that stalls',
    probed([], { large: large('stalled') }),
    [
      'nuisance of dnsProbe: contact-failed, 1 of 1',
      'Node/worker-1: a large answer of coredns-1 over TCP from node worker-1: stalled',
      'with Node/worker-1 Pod/kube-system/coredns-1 Node/worker-2 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-loss:node/worker-1',
    ],
  ],
  ['a large answer that stalls at a probe without CPU', probed([], { large: large('stalled'), ...late(1000) }), []],
  ['a large answer that never begins', probed([], { large: large('unreachable') }), []],
  [
    'a large answer, where DNS is not known',
    { dnsProbe: probed([], { large: large('stalled') }).dnsProbe },
    [
      'nuisance of dnsProbe: contact-failed, 1 of 1',
      'Node/worker-1: a large answer of coredns-1 over TCP from node worker-1: stalled',
      'with Node/worker-1',
      'keys dns-loss:node/worker-1',
    ],
  ],
  [
    'without a Service and a workload of DNS',
    {
      ...probed([series([silent], { server: cache })]),
      clusterDns: {
        ...dns,
        service: null,
        workload: null,
        nodeCaches: dns.pods.slice(0, 1).map((it) => ({ ...it, name: 'cache-1', node: null })),
      },
    },
    [
      'outage of dnsProbe: lookup-failed, 1 of 1, 10000 ms',
      'Node/worker-1: kubernetes.default.svc.cluster.local. of cache-1 over UDP (pair) from node worker-1: timeout',
      'with Node/worker-1 ConfigMap/kube-system/coredns Pod/kube-system/cache-1',
      'keys dns-loss:node/worker-1 dns-loss:ns/shop dns-loss:server/169.254.20.10',
    ],
  ],
])('%s', (_it, given, expected) => {
  expect(probeTroubles(modelOf(given)).flatMap(linesOf)).toEqual(expected)
})
