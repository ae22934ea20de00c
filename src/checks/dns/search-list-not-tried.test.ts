import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
import check from './search-list-not-tried.ts'

const base = { clusterDns: clusterDns(), services: [service('cart'), service('db', { namespace: 'data' })] }
const ndots = (value: string) => ({ nameservers: [], searches: [], options: [{ name: 'ndots', value }] })
const told = (host: string, image: string, about: Partial<Pod> = {}): Pod =>
  pod('web-1', { containers: [container({ image, calls: [{ by: 'DB_HOST', host, port: 5432 }] })], ...about })
const low = { dnsConfig: ndots('1') } as const
const alpine = 'python:3.12-alpine'
const windows = { node: 'win-1' } as const
const nodes = [node('win-1', { labels: { 'kubernetes.io/os': 'windows' } })]
const at = { subject: 'Deployment/shop/web' } as const
const named = { service: { namespace: 'data', name: 'db' }, tool: 'getent', addresses: [], ms: 1 } as const
const seen = (libc: 'glibc' | 'musl', found: boolean) => [
  insideView('web-1', {
    libc,
    ...(found ? { resolving: resolving({ names: [{ ...named, typed: 'db.data', result: 'ok' }] }) } : {}),
  }),
]
const asked = {
  target: { kind: 'object', object: { kind: 'Deployment', namespace: 'shop', name: 'web' }, url: null },
} as const

describeCheck(check, [
  {
    it: 'an Alpine image, as many dots as ndots',
    given: { ...base, pods: [told('db.data', alpine, low)] },
    expect: [
      {
        ...at,
        severity: 'warning',
        confidence: 'possible',
        args: { libc: 'musl', ndots: 1, dots: 1, full: 'db.data.svc.cluster.local' },
        says: /musl does not try the search list for a name with 1 dot where ndots is 1/,
      },
    ],
  },
  {
    it: 'two dots, and ndots 2, which is written to spare queries',
    given: { ...base, pods: [told('db.data.svc', 'node:22-alpine3.20', { dnsConfig: ndots('2') })] },
    expect: [{ ...at, args: { dots: 2, ndots: 2 } }],
  },
  {
    it: 'dnsPolicy None without the option: ndots is 1',
    given: {
      ...base,
      pods: [
        told('db.data', alpine, {
          dnsPolicy: 'None',
          dnsConfig: { nameservers: ['10.96.0.10'], searches: ['svc.cluster.local'], options: [] },
        }),
      ],
    },
    expect: [{ ...at, args: { ndots: 1 } }],
  },
  {
    it: 'musl was seen in the container, and that workload is asked about',
    given: { ...base, pods: [told('db.data', 'registry.example.com/web:1', low)], insideViews: seen('musl', false) },
    scope: asked,
    expect: [{ ...at, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'the name was found in the container',
    given: { ...base, pods: [told('db.data', alpine, low)], insideViews: seen('musl', true) },
    expect: 'ok',
  },
  {
    it: 'an image that says Alpine, with glibc in it',
    given: { ...base, pods: [told('db.data', alpine, low)], insideViews: seen('glibc', false) },
    expect: 'not-applicable',
  },
  { it: 'fewer dots than ndots', given: { ...base, pods: [told('db.data', alpine)] }, expect: 'ok' },
  { it: 'no dot', given: { ...base, pods: [told('cart', alpine, low)] }, expect: 'ok' },
  { it: 'the whole name', given: { ...base, pods: [told('db.data.svc.cluster.local', alpine, low)] }, expect: 'ok' },
  {
    it: 'glibc goes on to the list',
    given: { ...base, pods: [told('db.data', 'python:3.12-slim', low)] },
    expect: 'not-applicable',
  },
  {
    it: 'a name that is no Service of the cluster',
    given: { ...base, pods: [told('api.example.com', alpine, low)] },
    expect: 'not-applicable',
  },
  {
    it: 'hostAliases have the name',
    given: {
      ...base,
      pods: [told('db.data', alpine, { ...low, hostAliases: [{ ip: '10.0.0.1', names: ['db.data'] }] })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'a Windows pod, and a name with a dot',
    given: { ...base, pods: [told('db.data', 'mcr.microsoft.com/dotnet/aspnet:8.0', windows)], nodes },
    expect: [{ ...at, args: { libc: 'windows' }, says: /Windows adds no suffix to a name that has a dot/ }],
  },
  {
    it: 'a Windows pod, and the whole name',
    given: { ...base, pods: [told('db.data.svc.cluster.local', 'app:1', windows)], nodes },
    expect: 'ok',
  },
  {
    it: 'nodes were not read',
    given: { ...base, pods: [told('db.data', 'app:1', windows)] },
    expect: 'not-applicable',
  },
])
