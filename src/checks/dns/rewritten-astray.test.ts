import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { StrayRewrite } from '../../model/cluster-dns.ts'
import check from './rewritten-astray.ts'

const block = (zone: string, ...lines: readonly string[]): string => `${zone} {\n  ${lines.join('\n  ')}\n}\n`
const rule = 'rewrite name git.my.domain git.gogs.svc.cluster.local'
const cluster = block('cluster.local:53', 'kubernetes cluster.local')
const dns = (...blocks: readonly string[]) => ({ clusterDns: clusterDns({ corefile: known(blocks.join('')) }) })
const outside = 'forward . 8.8.8.8 1.1.1.1'
const company = 'forward . 172.16.0.162 172.16.0.163'
const found = { subject: 'ConfigMap/kube-system/coredns', severity: 'error' as const, confidence: 'inferred' as const }
const stray: StrayRewrite = {
  line: 30,
  from: 'git.my.domain',
  to: 'git.gogs.svc.cluster.local',
  zones: [''],
  forwards: ['8.8.8.8'],
}
const caches = [{ ...clusterDns().pods[0]!, name: 'nodelocaldns-1', corefileMap: 'nodelocaldns' }]

describeCheck(check, [
  {
    it: 'in the Corefile, in a block without kubernetes',
    given: dns(cluster, block('.:53', rule, outside)),
    expect: [
      {
        ...found,
        args: { from: 'git.my.domain', to: 'git.gogs.svc.cluster.local', zones: ['.'] },
        says: /git\.my\.domain is not found: a rule makes git\.gogs\.svc\.cluster\.local of it/,
      },
    ],
  },
  {
    it: "to the company's own servers, which may ask the cluster for such names",
    given: dns(cluster, block('.:53', rule, company)),
    expect: [{ ...found, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'by a suffix, to the servers of the node',
    given: dns(
      cluster,
      block('.:53', 'rewrite name suffix .my.domain .gogs.svc.cluster.local', 'forward . /etc/resolv.conf'),
    ),
    expect: [{ ...found, args: { from: 'my.domain' } }],
  },
  {
    it: 'in the Corefile of the node caches',
    given: { clusterDns: clusterDns({ corefile: known(cluster), nodeCaches: caches, cacheRewrites: [stray] }) },
    expect: [{ ...found, subject: 'ConfigMap/kube-system/nodelocaldns' }],
  },
  { it: 'beside kubernetes', given: dns(block('.:53', rule, 'kubernetes cluster.local', outside)), expect: 'ok' },
  { it: "to the cluster's own DNS", given: dns(cluster, block('.:53', rule, 'forward . 10.96.0.10')), expect: 'ok' },
  { it: 'to a Service', given: dns(cluster, block('.:53', rule, 'forward . 10.96.7.7:53')), expect: 'ok' },
  {
    it: 'to a name outside',
    given: dns(cluster, block('.:53', 'rewrite name git.my.domain git.example.com', outside)),
    expect: 'ok',
  },
  {
    it: 'the block answers by hosts: which names, another check tells',
    given: dns(cluster, block('.:53', rule, 'template IN A {\n answer "{{ .Name }} 60 IN A 10.0.0.1"\n }', outside)),
    expect: 'ok',
  },
  {
    it: 'the caches forward to CoreDNS',
    given: {
      clusterDns: clusterDns({
        corefile: known(cluster),
        nodeCaches: caches,
        cacheRewrites: [{ ...stray, forwards: ['10.96.0.10'] }],
      }),
    },
    expect: 'ok',
  },
  { it: 'nothing is rewritten', given: dns(cluster), expect: 'not-applicable' },
  {
    it: 'the Corefile was not read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /the Corefile was not read/,
  },
  {
    it: 'DNS forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'get services in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
