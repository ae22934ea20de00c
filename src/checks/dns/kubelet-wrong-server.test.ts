import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, type Fate, lookup, never, probe } from '../../../test/build/lookups.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import check from './kubelet-wrong-server.ts'

const base = { clusterDns: clusterDns(), services: [service('cart')] }

/** What a new pod on worker-2 has of the nameserver that its kubelet gave it, and of the DNS Service. */
function newPodAsks(server: string, fate: Fate, others: Fate = answered(), count = 40): DnsProbe {
  const seen = probe({ nodes: ['worker-2'], network: () => others })
  const about = {
    node: 'worker-2',
    server: { role: 'node-cache', ip: server, pod: null },
    transport: 'udp',
    method: 'pair',
    libc: null,
    name: 'kubernetes.default.svc.cluster.local.',
    zone: 'cluster',
  } as const
  return {
    ...seen,
    series: [
      ...seen.series.filter((it) => it.method !== 'getaddrinfo'),
      { ...about, lookups: Array.from({ length: count }, (_, index) => lookup({ ...about, index }, fate)) },
    ],
  }
}

describeCheck(check, [
  {
    it: 'a server that nobody is',
    given: { ...base, dnsProbe: newPodAsks('10.96.0.99', never()) },
    expect: [
      {
        subject: 'Node/worker-2',
        severity: 'error',
        confidence: 'observed',
        args: { server: '10.96.0.99', vip: '10.96.0.10', failed: 40, serviceFailed: 0 },
      },
    ],
  },
  {
    it: "the node's own server, which refuses",
    given: { ...base, dnsProbe: newPodAsks('192.168.0.1', { kind: 'refused', ms: 1 }) },
    expect: [{ subject: 'Node/worker-2' }],
  },

  {
    it: 'the DNS Service fails from this node as well: not the kubelet',
    given: { ...base, dnsProbe: newPodAsks('10.96.0.99', never(), never()) },
    expect: 'cannot-tell',
    says: /as well/,
  },
  {
    it: 'three lookups are no ground',
    given: { ...base, dnsProbe: newPodAsks('10.96.0.99', never(), answered(), 3) },
    expect: 'cannot-tell',
  },
  { it: 'no lookups at all', given: modelOf(base), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'no DNS Service to compare with',
    given: { ...base, clusterDns: clusterDns({ service: null }), dnsProbe: newPodAsks('10.96.0.99', never()) },
    expect: 'not-applicable',
  },
  {
    it: 'another server, and it answers',
    given: { ...base, dnsProbe: newPodAsks('10.0.0.10', answered()) },
    expect: 'ok',
    says: /which answers/,
  },
  {
    it: 'a node cache that is dead: not the kubelet',
    given: { ...base, dnsProbe: newPodAsks('169.254.20.10', never()) },
    expect: 'ok',
  },
  { it: 'the DNS Service', given: { ...cluster(), services: [service('cart')] }, expect: 'ok' },
])
