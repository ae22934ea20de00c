import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never, type Network, rejected } from '../../../test/build/lookups.ts'
import { container } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import { checks } from '../registry.ts'
import check from './bound-to-loopback.ts'

const silent: Network = () => never()
const fine: Network = () => answered()
const block = (...lines: readonly string[]): string =>
  `.:53 {\n${lines.map((it) => `  ${it}\n`).join('')}  kubernetes cluster.local in-addr.arpa\n  forward . 192.0.2.53\n  cache 30\n}\n`
const given = (text: string, network: Network = silent, about: Partial<ClusterDns> = {}) =>
  cluster({ network, dns: clusterDns({ corefile: known(text), ...about }) })
const onNodes = clusterDns().pods.map((it) => ({ ...it, hostNetwork: true }))
const behindDnsmasq = clusterDns().pods.map((it) => ({
  ...it,
  containers: [
    ...it.containers,
    container({ name: 'dnsmasq', image: 'x/dnsmasq:1', ports: [{ name: 'dns', port: 53, protocol: 'UDP' as const }] }),
  ],
}))

describeCheck(check, [
  ...[
    'bind 127.0.0.1',
    'bind lo',
    'bind ::1',
    'bind 127.0.0.1 ::1',
    'bind lo {\n    except 127.0.0.1\n  }',
    'bind 127.1.2.3',
  ].map((line) => ({
    it: line,
    given: given(block('errors', line)),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'error' as const,
        confidence: 'inferred' as const,
        args: { line: 3, bind: line.replace(/ \{[^]*/, '') },
      },
    ],
  })),
  {
    it: 'two lines of bind, both loopback',
    given: given(block('bind lo', 'bind ::1')),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { line: 2 } }],
  },
  {
    it: 'the block of the cluster alone, and outside names in another',
    given: given(
      'cluster.local:53 {\n  bind 127.0.0.1\n  kubernetes cluster.local\n}\n.:53 {\n  forward . 192.0.2.53\n  cache\n}\n',
    ),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { zone: 'cluster.local:53' } }],
  },
  {
    it: 'servers that answer still run an older text',
    given: given(block('bind 127.0.0.1'), fine),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', severity: 'warning', args: { later: true } }],
  },

  { it: 'no bind', given: given(block()), expect: 'ok' },
  { it: 'an address besides', given: given(block('bind 127.0.0.1 10.2.0.2')), expect: 'ok' },
  { it: 'in two lines', given: given(block('bind 127.0.0.1', 'bind eth0')), expect: 'ok' },
  { it: 'everywhere', given: given(block('bind 0.0.0.0')), expect: 'ok' },
  { it: 'another interface', given: given(block('bind eth0')), expect: 'ok' },
  {
    it: 'a block of one zone bound to loopback, and that of the cluster not',
    given: given(`${block()}metrics.local {\n  bind 127.0.0.1\n  whoami\n}\n`),
    expect: 'ok',
  },
  {
    it: 'on the network of the node',
    given: given(block('bind 127.0.0.1'), silent, { pods: onNodes }),
    expect: 'not-applicable',
    says: /may be meant/,
  },
  {
    it: 'dnsmasq before it, in the same pod',
    given: given(block('bind 127.0.0.1'), silent, { pods: behindDnsmasq }),
    expect: 'not-applicable',
    says: /another container/,
  },
  { it: 'a Corefile that does not parse', given: given('.:53 {\n  bind 127.0.0.1\n'), expect: 'not-applicable' },
  { it: 'no names of the cluster', given: given('.:53 {\n  bind lo\n  whoami\n}\n'), expect: 'not-applicable' },
  {
    it: 'what the environment says',
    given: given(block('bind {$POD_IP}')),
    expect: 'cannot-tell',
    says: /environment says/,
  },
  { it: 'no server seen', given: given(block('bind lo'), silent, { pods: [] }), expect: 'cannot-tell', says: /whose/ },
  {
    it: 'the Corefile forbidden',
    given: given('', silent, { corefile: unknown('forbidden', 'get configmaps') }),
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

test.each([
  ['lost', silent],
  ['refused', () => rejected],
] as const)('lookups that are %s stand under the line that loses them', (_, network) => {
  const roots = diagnose(modelOf(given(block('bind 127.0.0.1'), network)), { checks }).roots
  expect(roots.filter(({ finding }) => finding.severity === 'error').map(({ finding }) => finding.code)).toEqual([
    'DNS159',
  ])
  expect(roots.find(({ finding }) => finding.code === 'DNS159')?.consequences).not.toEqual([])
})

test('loopback alone, in whatever spelling, is found; one other address is enough to be reached', () => {
  const loopback = fc.constantFrom('127.0.0.1', '127.0.0.53', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'lo')
  const other = fc.constantFrom('10.2.0.2', '0.0.0.0', '::', 'eth0', 'fd00::1', '::11', '12.7.0.1', 'lo1x')
  fc.assert(
    fc.property(
      fc.array(loopback, { minLength: 1, maxLength: 4 }),
      fc.option(other),
      fc.boolean(),
      (own, more, lines) => {
        const words = more === null ? own : [...own, more]
        const text = block(...(lines ? words.map((it) => `bind ${it}`) : [`bind ${words.join(' ')}`]))
        const roots = diagnose(modelOf(given(text)), { checks: [check] }).roots
        expect(roots.map(({ finding }) => finding.code)).toEqual(more === null ? ['DNS159'] : [])
      },
    ),
  )
})
