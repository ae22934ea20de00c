import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns, KubeDnsConfig, KubeDnsProblem } from '../../model/cluster-dns.ts'
import { unknown } from '../../model/known.ts'
import check from './kube-dns-settings.ts'

const server = container({ name: 'kubedns', image: 'gke.gcr.io/k8s-dns-kube-dns:1.22.28' })
const ofKubeDns = clusterDns().pods.map((it) => ({ ...it, containers: [server] }))
const settings = (about: Partial<KubeDnsConfig>): KubeDnsConfig => ({
  stubDomains: [],
  upstreams: [],
  problems: [],
  ...about,
})
const dns = (about: Partial<KubeDnsConfig>, of: Partial<ClusterDns> = {}): ClusterDns =>
  clusterDns({ pods: ofKubeDns, kubeDns: settings(about), ...of })
const problem = (is: KubeDnsProblem['is'], about: Partial<KubeDnsProblem> = {}): KubeDnsProblem => ({
  key: 'stubDomains',
  is,
  domain: null,
  server: null,
  ...about,
})
const stub = (ip: string) => ({ stubDomains: [{ domain: 'corp.example', servers: [ip] }] })
const on = 'ConfigMap/kube-system/kube-dns'

describeCheck(check, [
  ...(
    [
      [problem('not-json'), /it is no JSON/],
      [problem('no-object'), /no object of domains/],
      [problem('no-domain'), /a key of it is no domain/],
      [problem('no-list', { domain: 'corp.example' }), /the servers of corp.example are no list/],
      [problem('no-address', { domain: 'global', server: 'istio' }), /`istio` of global is no address/],
      [problem('too-many', { key: 'upstreamNameservers' }), /more than three servers/],
    ] as const
  ).map(([it, says]) => ({
    it: `what kube-dns refuses: ${it.is}`,
    given: { clusterDns: dns({ problems: [it] }) },
    expect: [{ subject: on, severity: 'error' as const, confidence: 'inferred' as const, says }],
  })),
  {
    it: 'the caches of the nodes read it as well, before CoreDNS',
    given: {
      clusterDns: dns({ problems: [problem('not-json')] }, { pods: clusterDns().pods, nodeCaches: clusterDns().pods }),
    },
    expect: [{ subject: on, severity: 'error', says: /^The|^the DNS cache of the nodes refuses/ }],
  },
  {
    it: 'CoreDNS does not read it',
    given: { clusterDns: dns(stub('10.20.0.53'), { pods: clusterDns().pods }) },
    expect: [{ subject: on, severity: 'warning', says: /Nobody reads ConfigMap kube-dns/ }],
  },
  {
    it: 'an address of no Service',
    given: { clusterDns: dns(stub('10.96.77.1')), services: [service('cart')] },
    expect: [{ subject: on, severity: 'warning', confidence: 'possible', says: /10\.96\.77\.1, an address of no/ }],
  },
  {
    it: 'the address of a Service',
    given: { clusterDns: dns(stub('10.96.44.7')), services: [service('cart')] },
    expect: 'ok',
  },
  { it: 'Services were not read', given: { clusterDns: dns(stub('10.96.77.1')) }, expect: 'ok' },
  { it: 'a server outside', given: { clusterDns: dns(stub('10.20.0.53')), services: [] }, expect: 'ok' },
  { it: 'no server was seen', given: { clusterDns: dns(stub('10.20.0.53'), { pods: [] }) }, expect: 'ok' },
  { it: 'there is none', given: { clusterDns: clusterDns() }, expect: 'not-applicable' },
  {
    it: 'DNS forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'get services in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
