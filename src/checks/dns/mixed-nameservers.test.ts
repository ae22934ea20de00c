import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import check from './mixed-nameservers.ts'

const base = { clusterDns: clusterDns(), services: [service('cart')] }
const configured = (dnsPolicy: string, ...nameservers: readonly string[]): readonly Pod[] => [
  pod('web-1', { dnsPolicy, dnsConfig: { nameservers, searches: [], options: [] } }),
]
const seen = (...nameservers: readonly string[]) => [
  insideView('web-1', { resolvConf: known(nameservers.map((it) => `nameserver ${it}\n`).join('')) }),
]
const inside = { insideViews: [insideView('other-1')] }
const asked = (...servers: readonly (readonly [string, Answer])[]) => [
  insideView('web-1', {
    resolvConf: known(servers.map(([ip]) => `nameserver ${ip}\n`).join('')),
    resolving: resolving({ servers: known(servers.map(([ip, result]) => ({ ip, tool: 'nslookup', result, ms: 1 }))) }),
  }),
]
const web = { subject: 'Deployment/shop/web', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'a public server added by dnsConfig',
    given: { ...base, pods: configured('ClusterFirst', '8.8.8.8') },
    expect: [
      {
        ...web,
        confidence: 'inferred',
        args: { other: '8.8.8.8', all: '10.96.0.10, 8.8.8.8', pods: 1, how: 'a server of the public Internet' },
      },
    ],
  },
  {
    it: 'both named with dnsPolicy None',
    given: { ...base, pods: configured('None', '10.96.0.10', '1.1.1.1') },
    expect: [{ ...web, confidence: 'inferred' }],
  },
  {
    it: 'seen in the pod, and it denies a name of the cluster',
    given: { ...base, pods: [pod('web-1')], insideViews: asked(['10.96.0.10', 'ok'], ['192.168.0.1', 'nxdomain']) },
    expect: [{ ...web, confidence: 'observed', args: { other: '192.168.0.1' } }],
  },
  {
    it: 'seen in the pod, and it refuses',
    given: { ...base, pods: [pod('web-1')], insideViews: asked(['192.168.0.1', 'refused'], ['10.96.0.10', 'ok']) },
    expect: [{ ...web, confidence: 'observed' }],
  },
  {
    it: "where the cluster's DNS passes on to",
    given: {
      ...base,
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  kubernetes cluster.local\n  forward . dns://192.168.0.1:53\n}\n'),
      }),
      pods: [pod('web-1')],
      insideViews: seen('10.96.0.10', '192.168.0.1'),
    },
    expect: [{ ...web, confidence: 'inferred' }],
  },

  {
    it: 'seen in the pod, and it knows names of the cluster as well',
    given: { ...base, pods: [pod('web-1')], insideViews: asked(['10.96.0.10', 'ok'], ['192.168.0.1', 'ok']) },
    expect: 'ok',
    says: /know the names/,
  },
  {
    it: 'silent: another matter, and what it knows is not known',
    given: { ...base, pods: [pod('web-1')], insideViews: asked(['10.96.0.10', 'ok'], ['192.168.0.1', 'timeout']) },
    expect: 'cannot-tell',
    says: /192.168.0.1/,
  },
  {
    it: 'an address that may be anything, not asked',
    given: { ...base, pods: configured('ClusterFirst', '192.168.0.1') },
    expect: 'cannot-tell',
    says: /was not asked/,
  },

  {
    it: 'the DNS Service alone',
    given: { ...base, pods: [pod('web-1')], insideViews: seen('10.96.0.10') },
    expect: 'ok',
  },
  {
    it: 'a cache on the node, and the DNS Service',
    given: { ...base, pods: configured('None', '169.254.20.10', '10.96.0.10'), ...inside },
    expect: 'ok',
  },
  {
    it: 'the two addresses of a dual-stack Service',
    given: { ...base, pods: [pod('web-1')], insideViews: seen('10.96.0.10', 'fd00:10:96::a') },
    expect: 'ok',
  },
  {
    it: 'another Service of the cluster',
    given: { ...base, pods: configured('ClusterFirst', '10.96.44.7'), ...inside },
    expect: 'ok',
  },
  {
    it: 'servers outside alone',
    given: { ...base, pods: configured('None', '8.8.8.8', '1.1.1.1'), ...inside },
    expect: 'ok',
  },
  {
    it: "the node's own, unseen",
    given: { ...base, pods: [pod('web-1', { dnsPolicy: 'Default' })] },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf(
      { clusterDns: clusterDns(), pods: configured('ClusterFirst', '8.8.8.8') },
      { services: unknown('forbidden', 'list services in shop') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
