import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { DnsConfig } from '../../model/pod.ts'
import check from './search-amplification.ts'

const seen = (text: string) => [insideView('web-1', { resolvConf: known(text) })]
const usual = 'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'
const fromTheNode =
  'search shop.svc.cluster.local svc.cluster.local cluster.local eu.example.internal\nnameserver 10.96.0.10\noptions ndots:5\n'
const dnsConfig = (about: Partial<DnsConfig>): DnsConfig => ({ nameservers: [], searches: [], options: [], ...about })
const configured = (about: Partial<DnsConfig>) => [pod('web-1', { dnsConfig: dnsConfig(about) })]
const dns = { clusterDns: clusterDns() }
const inside = { insideViews: [insideView('other-1')] }
const web = { subject: 'Deployment/shop/web' }

describeCheck(check, [
  {
    it: "a suffix of the node's own, seen from inside",
    given: { ...dns, pods: [pod('web-1')], insideViews: seen(fromTheNode) },
    expect: [{ ...web, confidence: 'observed', severity: 'warning', args: { queries: 10, searches: 4, ndots: 5 } }],
  },
  {
    it: 'suffixes in dnsConfig',
    given: { ...dns, pods: configured({ searches: ['eu.example.internal', 'example.internal'] }) },
    expect: [{ ...web, confidence: 'inferred', args: { queries: 12, searches: 5 } }],
  },
  {
    it: 'suffixes in dnsConfig of a pod on the host network',
    given: {
      ...dns,
      pods: [
        pod('web-1', {
          hostNetwork: true,
          dnsPolicy: 'ClusterFirstWithHostNet',
          dnsConfig: dnsConfig({ searches: ['a.example'] }),
        }),
      ],
    },
    expect: [{ ...web, args: { queries: 10 } }],
  },
  {
    it: 'one finding for the pods of one workload',
    given: {
      ...dns,
      pods: [
        ...configured({ searches: ['a.example'] }),
        pod('web-2', { dnsConfig: dnsConfig({ searches: ['a.example'] }) }),
      ],
    },
    expect: [{ ...web, args: { pods: 2 } }],
  },

  { it: 'the DNS of the cluster unknown', given: modelOf({ pods: [pod('web-1')] }), expect: 'cannot-tell' },
  {
    it: 'pods forbidden',
    given: modelOf(dns, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },

  {
    it: 'what Kubernetes gives every pod',
    given: { ...dns, pods: [pod('web-1'), pod('web-2')], ...inside },
    expect: 'ok',
  },
  {
    it: 'the same by its spec alone: a node may add suffixes',
    given: { ...dns, pods: [pod('web-1')] },
    expect: 'cannot-tell',
    says: /--probe/,
  },
  { it: 'the same, seen from inside', given: { ...dns, pods: [pod('web-1')], insideViews: seen(usual) }, expect: 'ok' },
  {
    it: 'many suffixes and a low ndots',
    given: {
      ...dns,
      pods: configured({ searches: ['a.example', 'b.example'], options: [{ name: 'ndots', value: '2' }] }),
      ...inside,
    },
    expect: 'ok',
  },
  {
    it: 'the same suffix twice',
    given: { ...dns, pods: configured({ searches: ['cluster.local'] }), ...inside },
    expect: 'ok',
  },
  {
    it: "a suffix that the node's resolv.conf gives, cut by dnsPolicy Default",
    given: {
      ...dns,
      pods: [pod('web-1', { dnsPolicy: 'Default' })],
      insideViews: seen('search eu.example.internal\nnameserver 10.0.0.2\n'),
    },
    expect: 'ok',
  },
  {
    it: 'no pod runs',
    given: { ...dns, pods: [pod('web-1', { phase: 'Pending' }), pod('web-2', { deleting: true })] },
    expect: 'not-applicable',
  },
])
