import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { container } from '../../../test/build/pod.ts'
import { known, unknown } from '../../model/known.ts'
import check from './brace-left-in-name.ts'

const stock = (version: string) =>
  clusterDns().pods.map((it) => ({
    ...it,
    containers: [container({ name: 'coredns', image: `registry.k8s.io/coredns/coredns:v${version}` })],
  }))
const given = (rule: string, version = '1.11.3') => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n  metadata\n  kubernetes cluster.local {\n    pods verified\n  }\n  ${rule}\n}\n`),
    pods: stock(version),
  }),
})
const on = { subject: 'ConfigMap/kube-system/coredns' } as const
const metadata = 'rewrite name regex (.+)\\.test\\.com {1}.{kubernetes/client-namespace}.svc.cluster.local answer auto'

describeCheck(check, [
  {
    it: 'metadata in a name, with all that metadata needs',
    given: given(metadata),
    expect: [
      {
        ...on,
        severity: 'warning',
        confidence: 'inferred',
        args: { left: '{kubernetes/client-namespace}', isMetadata: true },
        says: /makes names with `\{kubernetes\/client-namespace\}` in them/,
      },
    ],
  },
  {
    it: 'a release that nobody has read',
    given: given(metadata, '1.16.0'),
    expect: [{ ...on, confidence: 'possible' }],
  },
  {
    it: 'a group without a pattern',
    given: given('rewrite name suffix .test.com .{1}.svc.cluster.local'),
    expect: [{ ...on, args: { left: '{1}', isGroup: true } }],
  },
  {
    it: 'a variable of queries',
    given: given('rewrite name exact a.test.com {client_ip}.test.com'),
    expect: [{ ...on, args: { left: '{client_ip}', isMetadata: false } }],
  },
  {
    it: 'groups of its pattern',
    given: given('rewrite name regex (.+)\\.test\\.com {1}.shop.svc.cluster.local answer auto'),
    expect: 'ok',
  },
  {
    it: "a variable of the server's environment",
    given: given('rewrite name exact a.test.com {$TARGET}'),
    expect: 'ok',
  },
  { it: 'metadata in an option', given: given('rewrite edns0 local set 0xffee {client_ip}'), expect: 'not-applicable' },
  {
    it: 'the target was taken out',
    given: given('rewrite name exact a.test.com [redacted]'),
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile may not be read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /the Corefile was not read/,
  },
])
