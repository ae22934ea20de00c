import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { InsideView } from '../../model/inside.ts'
import type { DnsConfig, Pod } from '../../model/pod.ts'
import check from './too-many-nameservers-or-searches.ts'

const base = { clusterDns: clusterDns() }
const web = (dnsConfig: Partial<DnsConfig>, about: Partial<Pod> = {}): readonly Pod[] => [
  pod('web-1', { dnsConfig: { nameservers: [], searches: [], options: [], ...dnsConfig }, ...about }),
]
const suffixes = (count: number, length = 9): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(length - 8, 'a')}.example`)
const on = { subject: 'Deployment/shop/web' }
const seen = (search: string, about: Partial<InsideView> = {}) => [
  insideView('web-1', { resolvConf: known(`search ${search}\nnameserver 10.96.0.10\n`), ...about }),
]
const inside = { insideViews: [insideView('other-1')] }
const long = suffixes(12, 18).join(' ')

describeCheck(check, [
  {
    it: "three servers, and the cluster's",
    given: { ...base, pods: web({ nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }) },
    expect: [
      {
        ...on,
        severity: 'warning',
        confidence: 'inferred',
        says: '10.96.0.10, 10.0.0.1, 10.0.0.2, 10.0.0.3 · at most 3',
      },
    ],
  },
  {
    it: '33 suffixes with those of the cluster',
    given: { ...base, pods: web({ searches: suffixes(30, 10) }) },
    expect: [{ ...on, severity: 'warning' }],
  },
  {
    it: 'a search line that musl skips, by its spec',
    given: { ...base, pods: web({ searches: long.split(' ') }) },
    expect: [{ ...on, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'a search line that musl skips, seen',
    given: {
      ...base,
      pods: [pod('web-1')],
      insideViews: seen(`shop.svc.cluster.local svc.cluster.local cluster.local ${long}`),
    },
    expect: [{ ...on, severity: 'info' }],
  },

  {
    it: 'a search line that musl skips, seen in a container with musl',
    given: {
      ...base,
      pods: [pod('web-1')],
      insideViews: seen(`shop.svc.cluster.local ${long} ${long}`, { libc: 'musl' }),
    },
    expect: [{ ...on, severity: 'warning', confidence: 'observed' }],
  },
  {
    it: 'seven suffixes, and a glibc that reads six',
    given: {
      ...base,
      pods: [pod('web-1')],
      insideViews: seen('a.b c.d e.f g.h i.j k.l m.n', { libc: 'glibc', resolving: resolving({ glibc: '2.17' }) }),
    },
    expect: [{ ...on, severity: 'warning', confidence: 'observed' }],
  },

  {
    it: 'seven suffixes, and a glibc that reads all',
    given: {
      ...base,
      pods: [pod('web-1')],
      insideViews: seen('a.b c.d e.f g.h i.j k.l m.n', { libc: 'glibc', resolving: resolving({ glibc: '2.31' }) }),
    },
    expect: 'ok',
  },
  {
    it: 'by their spec alone, which is short enough',
    given: { ...base, pods: [pod('web-1')] },
    expect: 'cannot-tell',
    says: /--probe/,
  },
  {
    it: 'three servers in all',
    given: { ...base, pods: web({ nameservers: ['10.0.0.1', '10.0.0.2'] }), ...inside },
    expect: 'ok',
  },
  {
    it: 'three servers and none of the cluster',
    given: {
      ...base,
      pods: web({ nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }, { dnsPolicy: 'None' }),
      ...inside,
    },
    expect: 'ok',
  },
  {
    it: 'the usual',
    given: {
      ...base,
      pods: [pod('web-1')],
      insideViews: seen('shop.svc.cluster.local svc.cluster.local cluster.local'),
    },
    expect: 'ok',
  },
  {
    it: '254 characters',
    given: {
      ...base,
      pods: web({
        searches: ['b'.repeat(254 - 'search shop.svc.cluster.local svc.cluster.local cluster.local '.length)],
      }),
      ...inside,
    },
    expect: 'ok',
  },
  {
    it: "the node's own, unseen",
    given: { ...base, pods: [pod('web-1', { dnsPolicy: 'Default' })] },
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf(base, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
