import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './cache-off.ts'

const given = (...lines: readonly string[]) => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n  kubernetes cluster.local\n${lines.map((it) => `  ${it}\n`).join('')}}\n`),
  }),
})
const forward = 'forward . 10.0.0.2'

describeCheck(check, [
  {
    it: 'no cache',
    given: given(forward),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'warning',
        confidence: 'inferred',
        args: { zone: '.:53', upstream: '10.0.0.2' },
      },
    ],
  },
  {
    it: 'a cache in another block',
    given: {
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  forward . 10.0.0.2\n}\ncorp.example {\n  forward . 10.0.0.3\n  cache\n}\n'),
      }),
    },
    expect: [{ subject: 'ConfigMap/kube-system/coredns' }],
  },

  ...[
    'cache 30s',
    'cache cluster.local',
    'cache 30 cluster.local in-addr.arpa',
    'cache 30 {\n    disable success\n  }',
  ].map((line) => ({
    it: `${line}: it keeps no outside name`,
    given: given(forward, line),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { cache: line.replace(/ \{[^]*/, '') } }],
  })),
  {
    it: 'without a cache in front of `proxy`, the forward of old',
    given: given('proxy . 10.0.0.2'),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { upstream: '10.0.0.2' } }],
  },

  { it: 'a cache of the root zone among others', given: given(forward, 'cache cluster.local .'), expect: 'ok' },
  { it: 'a cache of what the environment says', given: given(forward, 'cache {$TTL}'), expect: 'ok' },
  {
    it: 'a cache that is told to leave one zone',
    given: given(forward, 'cache 30 {\n    disable success corp.example\n  }'),
    expect: 'ok',
  },
  { it: 'a cache', given: given(forward, 'cache 30'), expect: 'ok' },
  { it: 'a cache with its own rules', given: given(forward, 'cache {\n    denial 9984 5\n  }'), expect: 'ok' },
  {
    it: 'a block for one zone without: that may be meant',
    given: {
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  forward . 10.0.0.2\n  cache 30\n}\ncorp.example {\n  forward . 10.0.0.3\n}\n'),
      }),
    },
    expect: 'ok',
  },
  ...['.:5353', 'tls://.:53', 'https://.'].map((key) => ({
    it: `a block ${key} without, which no pod asks`,
    given: {
      clusterDns: clusterDns({
        corefile: known(`.:53 {\n  forward . 10.0.0.2\n  cache 30\n}\n${key} {\n  forward . 203.0.113.1\n}\n`),
      }),
    },
    expect: 'ok' as const,
  })),
  ...['.', '.:53', 'dns://.:53'].map((key) => ({
    it: `a block ${key} without, which pods may ask`,
    given: { clusterDns: clusterDns({ corefile: known(`${key} {\n  forward . 10.0.0.2\n}\n`) }) },
    expect: [{ subject: 'ConfigMap/kube-system/coredns' as const, args: { zone: key } }],
  })),
  { it: 'no outside names', given: given('errors'), expect: 'not-applicable' },
  {
    it: 'a brace is missing, and cache stands in the block of forward',
    given: given('forward . 10.0.0.2 {', 'cache 30'),
    expect: 'not-applicable',
    says: /DNS114/,
  },
  {
    it: 'it may stand in a file',
    given: given(forward, 'import custom/*.override'),
    expect: 'cannot-tell',
    says: /imports files/,
  },
  {
    it: 'the Corefile forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
