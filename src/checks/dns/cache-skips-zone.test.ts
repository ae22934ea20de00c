import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { CacheForward, ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './cache-skips-zone.ts'

const caches = (localIp = '169.254.20.10,10.96.0.10') => [
  pod('node-local-dns-1', {
    namespace: 'kube-system',
    hostNetwork: true,
    containers: [container({ args: ['-localip', localIp] })],
  }),
]
const inside: CacheForward = { line: 10, zones: ['cluster.local'], to: ['__PILLAR__CLUSTER__DNS__'], isTcp: true }
const outside = (to: string, zones = ['']): CacheForward => ({ line: 30, zones, to: [to], isTcp: false })
const root = '.:53 {\n kubernetes cluster.local\n forward . /etc/resolv.conf\n}\n'
const stub = `${root}corp.example.com:53 {\n forward . 10.1.0.53\n}\n`
const given = (corefile: string, cacheForwards: readonly CacheForward[], about: Partial<ClusterDns> = {}) => ({
  clusterDns: clusterDns({ nodeCaches: caches(), corefile: known(corefile), cacheForwards, ...about }),
})
const on = 'ConfigMap/kube-system/node-local-dns'
const word = '__PILLAR__UPSTREAM__SERVERS__'
const kubeDns = (about: Partial<ClusterDns['kubeDns']>) => ({
  kubeDns: { stubDomains: [], upstreams: [], problems: [], ...about },
})

describeCheck(check, [
  {
    it: "a stub zone of CoreDNS, and the cache goes to the node's servers",
    given: given(stub, [inside, outside(word)]),
    expect: [
      {
        subject: on,
        severity: 'warning',
        confidence: 'possible',
        args: { zones: ['corp.example.com'], to: "the node's own servers" },
        says: /do not ask CoreDNS for corp\.example\.com: they pass it on to/,
      },
    ],
  },
  {
    it: 'a line with a zone of its own in the block of all names',
    given: given(root.replace('}', ' forward corp.example.com 10.1.0.53\n}'), [inside, outside('/etc/resolv.conf')]),
    expect: [{ subject: on, args: { zones: ['corp.example.com'], to: '/etc/resolv.conf' } }],
  },
  {
    it: 'the cache asks CoreDNS for all names',
    given: given(stub, [outside('__PILLAR__CLUSTER__DNS__')]),
    expect: 'ok',
  },
  {
    it: 'the cache has a block of that zone',
    given: given(stub, [inside, outside('__PILLAR__CLUSTER__DNS__', ['corp.example.com']), outside(word)]),
    expect: 'ok',
  },
  {
    it: 'the cache adds stub domains of ConfigMap kube-dns',
    given: given(
      stub,
      [inside, outside(word)],
      kubeDns({ stubDomains: [{ domain: 'corp.example.com', servers: ['10.1.0.53'] }] }),
    ),
    expect: 'ok',
  },
  {
    it: 'CoreDNS has no further zone',
    given: given(root, [inside, outside(word)]),
    expect: 'not-applicable',
  },
  {
    it: 'what leads pods to the cache is not seen',
    given: given(stub, [inside, outside(word)], { nodeCaches: caches('169.254.20.10') }),
    expect: 'not-applicable',
  },
  {
    it: 'kubelets hand out its address',
    given: given(stub, [inside, outside(word)], {
      nodeCaches: caches('169.254.20.10'),
      handedOut: known(['169.254.20.10']),
    }),
    expect: [{ subject: on }],
  },
  {
    it: 'the Corefile may not be read',
    given: given(stub, [inside, outside(word)], { corefile: unknown('forbidden', 'get configmaps') }),
    expect: 'cannot-tell',
  },
  { it: 'no cache', given: { clusterDns: clusterDns() }, expect: 'not-applicable' },
])
