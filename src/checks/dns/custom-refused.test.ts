import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns, CustomRefusal } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './custom-refused.ts'

const corefile = known('.:53 {\n  kubernetes cluster.local\n  import custom/*.override\n}')
const refusal: CustomRefusal = { key: 'docker.override', line: 1, text: '`hosts` stands there twice' }
const dns = (
  refused: readonly CustomRefusal[] | null,
  about: Partial<ClusterDns> = {},
  doubts: readonly string[] = [],
): ClusterDns =>
  clusterDns({
    corefile,
    custom: known({
      configMap: 'coredns-custom',
      keys: [{ name: 'docker.override', mentioned: false }],
      ...(refused === null ? {} : { refused }),
      ...(doubts.length === 0 ? {} : { doubts }),
    }),
    ...about,
  })
const found = { subject: 'ConfigMap/kube-system/coredns-custom', confidence: 'inferred' as const }
const down = clusterDns().pods.map((it) => ({ ...it, ready: false }))

describeCheck(check, [
  {
    it: 'a plugin that stands in the block already, and all servers still run',
    given: { clusterDns: dns([refusal]) },
    expect: [{ ...found, severity: 'warning', says: /key docker\.override of ConfigMap coredns-custom: `hosts`/ }],
  },
  {
    it: 'the same, and servers are not ready',
    given: { clusterDns: dns([refusal, refusal], { pods: down }) },
    expect: [{ ...found, severity: 'error', says: /1 more line that it refuses · 2 of 2 DNS servers not ready/ }],
  },
  { it: 'nothing in it is refused', given: { clusterDns: dns(null) }, expect: 'ok' },
  {
    it: 'nothing is refused for certain',
    given: { clusterDns: dns(null, {}, ['`ourown` is no plugin that CoreDNS is built with by itself']) },
    expect: 'cannot-tell',
    says: /of what coredns-custom adds: `ourown` is no plugin/,
  },
  { it: 'no such ConfigMap', given: { clusterDns: clusterDns({ corefile }) }, expect: 'not-applicable' },
  {
    it: 'the Corefile was not read',
    given: { clusterDns: dns([refusal], { corefile: unknown('forbidden', 'get configmaps') }) },
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
