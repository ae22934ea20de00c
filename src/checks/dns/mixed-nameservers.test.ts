import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './mixed-nameservers.ts'

const base = { clusterDns: clusterDns(), services: [service('cart')] }
const configured = (dnsPolicy: string, ...nameservers: readonly string[]): readonly Pod[] => [
  pod('web-1', { dnsPolicy, dnsConfig: { nameservers, searches: [], options: [] } }),
]
const seen = (...nameservers: readonly string[]) => [
  insideView('web-1', { resolvConf: known(nameservers.map((it) => `nameserver ${it}\n`).join('')) }),
]
const web = { subject: 'Deployment/shop/web', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'a public server added by dnsConfig',
    given: { ...base, pods: configured('ClusterFirst', '8.8.8.8') },
    expect: [{ ...web, confidence: 'inferred', args: { other: '8.8.8.8', all: '10.96.0.10, 8.8.8.8', pods: 1 } }],
  },
  {
    it: 'both named with dnsPolicy None',
    given: { ...base, pods: configured('None', '10.96.0.10', '1.1.1.1') },
    expect: [{ ...web, confidence: 'inferred' }],
  },
  {
    it: 'seen in the pod',
    given: { ...base, pods: [pod('web-1')], insideViews: seen('192.168.0.1', '10.96.0.10') },
    expect: [{ ...web, confidence: 'observed', args: { other: '192.168.0.1' } }],
  },

  {
    it: 'the DNS Service alone',
    given: { ...base, pods: [pod('web-1')], insideViews: seen('10.96.0.10') },
    expect: 'ok',
  },
  {
    it: 'a cache on the node, and the DNS Service',
    given: { ...base, pods: configured('None', '169.254.20.10', '10.96.0.10') },
    expect: 'ok',
  },
  {
    it: 'the two addresses of a dual-stack Service',
    given: { ...base, pods: [pod('web-1')], insideViews: seen('10.96.0.10', 'fd00:10:96::a') },
    expect: 'ok',
  },
  {
    it: 'another Service of the cluster',
    given: { ...base, pods: configured('ClusterFirst', '10.96.44.7') },
    expect: 'ok',
  },
  { it: 'servers outside alone', given: { ...base, pods: configured('None', '8.8.8.8', '1.1.1.1') }, expect: 'ok' },
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
