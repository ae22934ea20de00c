import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './domain-mismatch.ts'

const corefile = (zones = 'cluster.local in-addr.arpa ip6.arpa', more = ''): string =>
  `.:53 {\n  kubernetes ${zones}\n  forward . 10.0.0.2\n${more}}\n`
const dns = (text: string) => clusterDns({ corefile: known(text) })
const seen = (domain: string, server = '10.96.0.10') => [
  insideView('web-1', {
    resolvConf: known(`search shop.svc.${domain} svc.${domain} ${domain}\nnameserver ${server}\noptions ndots:5\n`),
  }),
]
const pods = [pod('web-1')]
const configMap = { subject: 'ConfigMap/kube-system/coredns', severity: 'error', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'another domain in the pod',
    given: { pods, clusterDns: dns(corefile()), insideViews: seen('corp.example') },
    expect: [
      {
        ...configMap,
        args: { asked: 'corp.example', served: 'cluster.local', workloads: 1, of: 1, pod: 'shop/web-1' },
      },
    ],
  },
  {
    it: 'the same by way of a cache on the node',
    given: { pods, clusterDns: dns(corefile('k8s.example')), insideViews: seen('cluster.local', '169.254.20.10') },
    expect: [{ ...configMap, args: { asked: 'cluster.local', served: 'k8s.example' } }],
  },

  {
    it: 'no pod was looked into, and kubelets are told another domain',
    given: { pods, clusterDns: { ...dns(corefile()), kubeletDomain: 'k8s.corp.local' } },
    expect: [
      {
        ...configMap,
        confidence: 'inferred',
        args: { asked: 'k8s.corp.local', served: 'cluster.local' },
        says: /clusterDomain of kubelet-config: k8s\.corp\.local · Corefile: cluster\.local/,
      },
    ],
  },
  ...['cluster.local', 'a.cluster.local'].map((kubeletDomain) => ({
    it: `kubelets are told ${kubeletDomain}, and no pod was looked into`,
    given: { pods, clusterDns: { ...dns(corefile()), kubeletDomain } },
    expect: 'cannot-tell' as const,
  })),
  {
    it: 'pods that were looked into have the domain, whatever kubelets that join are told',
    given: {
      pods,
      clusterDns: { ...dns(corefile()), kubeletDomain: 'k8s.corp.local' },
      insideViews: seen('cluster.local'),
    },
    expect: 'ok',
  },
  {
    it: 'a rewrite speaks of that domain',
    given: {
      pods,
      clusterDns: {
        ...dns(corefile('cluster.local', '  rewrite name suffix .k8s.corp.local .cluster.local\n')),
        kubeletDomain: 'k8s.corp.local',
      },
    },
    expect: 'cannot-tell',
  },
  { it: 'one domain', given: { pods, clusterDns: dns(corefile()), insideViews: seen('cluster.local') }, expect: 'ok' },
  {
    it: 'the second of two zones',
    given: { pods, clusterDns: dns(corefile('cluster.local corp.example')), insideViews: seen('corp.example') },
    expect: 'ok',
  },
  {
    it: 'the zone of the server block',
    given: { pods, clusterDns: dns('corp.example:53 {\n  kubernetes\n}\n'), insideViews: seen('corp.example') },
    expect: 'ok',
  },
  {
    it: 'a zone above it',
    given: { pods, clusterDns: dns(corefile('example')), insideViews: seen('corp.example') },
    expect: 'ok',
  },
  {
    it: "a pod that asks another cluster's DNS",
    given: { pods, clusterDns: dns(corefile()), insideViews: seen('corp.example', '10.7.0.10') },
    expect: 'not-applicable',
  },
  {
    it: "a search list of the node's",
    given: {
      pods,
      clusterDns: dns(corefile()),
      insideViews: [insideView('web-1', { resolvConf: known('search corp.example\nnameserver 10.96.0.10\n') })],
    },
    expect: 'not-applicable',
  },

  {
    it: 'a rewrite',
    given: {
      pods,
      clusterDns: dns(corefile('cluster.local', '  rewrite name suffix .corp.example .cluster.local\n')),
      insideViews: seen('corp.example'),
    },
    expect: 'cannot-tell',
    says: /a rewrite or a forward/,
  },
  {
    it: 'more in files',
    given: {
      pods,
      clusterDns: dns(corefile('cluster.local', '  import custom/*.override\n')),
      insideViews: seen('corp.example'),
    },
    expect: 'cannot-tell',
    says: /imports files/,
  },
  {
    it: 'the Corefile forbidden',
    given: {
      pods,
      clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }),
      insideViews: seen('corp.example'),
    },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  {
    it: 'no pod was looked into',
    given: modelOf({ pods, clusterDns: dns(corefile()) }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
])
