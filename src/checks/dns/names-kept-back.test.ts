import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { absent, answered, type Network, probe, servfail } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose, exitCode } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import { checks } from '../registry.ts'
import check from './names-kept-back.ts'

const on = 'ConfigMap/kube-system/coredns'
const root = (...lines: readonly string[]): string =>
  `.:53 {\n  errors\n  ${lines.join('\n  ')}\n  kubernetes cluster.local in-addr.arpa ip6.arpa\n  forward . 10.0.0.2\n}\n`
const given = (text: string, network?: Network) => ({
  clusterDns: clusterDns({ corefile: known(text) }),
  ...(network === undefined ? {} : { dnsProbe: probe({ network, nodes: F.workers }) }),
})
const hosts = 'hosts {\n    10.1.2.3 git.corp.example\n  }'
const passing = 'hosts {\n    10.1.2.3 git.corp.example\n    fallthrough\n  }'
const except = (zone: string, more = '') =>
  `.:53 {\n  kubernetes cluster.local\n  forward . 10.0.0.2 {\n    except ${zone}\n  }\n${more}}\n`

const srvSaid = (answer: 'ok' | 'nxdomain') =>
  nameAnswer(
    { kind: 'port', service: { namespace: 'shop', name: 'web' }, port: 'http', protocol: 'TCP' },
    '_http._tcp.web.shop.svc.cluster.local.',
    { type: 'SRV', answer },
  )

describeCheck(check, [
  {
    it: 'hosts without fallthrough',
    given: given(root(hosts)),
    expect: [
      { subject: on, severity: 'error', confidence: 'inferred', args: { plugin: 'hosts', line: 3, what: 'all names' } },
    ],
  },
  {
    it: 'the same, and lookups fail',
    given: given(root(hosts), () => servfail(1)),
    expect: [{ subject: on, severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'the same, and lookups are well: another text runs',
    given: given(root(hosts), () => answered()),
    expect: [{ subject: on, severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'that stands behind kubernetes in the text, which has no part in it',
    given: given('.:53 {\n  kubernetes cluster.local\n  hosts /etc/own\n  forward . 10.0.0.2\n}\n'),
    expect: [{ subject: on }],
  },
  {
    it: 'that passes on another zone alone',
    given: given(root('hosts {\n    10.1.2.3 a.corp\n    fallthrough corp\n  }')),
    expect: [{ subject: on }],
  },
  {
    it: 'a template with a pattern',
    given: given(root('template IN A {\n    match ^blocked\n    rcode NXDOMAIN\n  }')),
    expect: [{ subject: on, args: { plugin: 'template' } }],
  },
  {
    it: 'a template that denies names of the cluster, and lookups are denied',
    given: given(root('template ANY ANY svc.cluster.local {\n    match .*\n    rcode NXDOMAIN\n  }'), (it) =>
      it.zone === 'cluster' ? absent : answered(),
    ),
    expect: [{ subject: on, severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'a template of SRV alone',
    given: given(root('template IN SRV {\n    rcode NXDOMAIN\n  }')),
    expect: [{ subject: on, severity: 'error', confidence: 'inferred', args: { how: 'typed', line: 3 } }],
  },
  {
    it: 'the same, and SRV is denied',
    given: {
      ...given(root('template IN SRV {\n    rcode NXDOMAIN\n  }')),
      nameAnswers: nameAnswers([srvSaid('nxdomain')]),
    },
    expect: [{ subject: on, severity: 'error', confidence: 'observed', args: { how: 'typed' } }],
  },
  {
    it: 'the same, and SRV is answered: another text runs',
    given: { ...given(root('template IN SRV {\n    rcode NXDOMAIN\n  }')), nameAnswers: nameAnswers([srvSaid('ok')]) },
    expect: [{ subject: on, severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'a template of PTR',
    given: given(root('template IN PTR {\n    rcode NXDOMAIN\n  }')),
    expect: [{ subject: on, severity: 'warning', args: { what: 'questions of type PTR' } }],
  },
  {
    it: 'SRV is asked for as another type',
    given: given(root('rewrite type SRV TXT')),
    expect: [{ subject: on, severity: 'error', args: { plugin: 'rewrite' } }],
  },
  {
    it: 'an acl that blocks SRV',
    given: given(root('acl {\n    block type SRV\n  }')),
    expect: [{ subject: on, severity: 'error', args: { plugin: 'acl', line: 4 } }],
  },
  {
    it: 'a template of a type that is not known',
    given: given(root('template IN TYPE65333 {\n    rcode NXDOMAIN\n  }')),
    expect: 'cannot-tell',
    says: /type TYPE65333/,
  },
  ...['fallthrough', 'match ^_ldap[.]_tcp[.]corp[.]example[.]$'].map((line) => ({
    it: `a template of SRV with ${line}`,
    given: given(root(`template IN SRV {\n    rcode NXDOMAIN\n    ${line}\n  }`)),
    expect: 'ok' as const,
  })),
  {
    it: 'no HTTPS for anybody, and the names are there',
    given: given(root('template ANY HTTPS {\n    rcode NOERROR\n  }')),
    expect: 'ok',
  },
  {
    it: 'kubernetes for every zone',
    given: given('.:53 {\n  kubernetes\n  forward . 10.0.0.2\n}\n'),
    expect: [{ subject: on, args: { plugin: 'kubernetes', by: 'forward', what: 'names outside the cluster' } }],
  },
  {
    it: 'a file for every zone',
    given: given(root('file /etc/zone .')),
    expect: [{ subject: on, args: { plugin: 'file', by: 'forward' } }],
  },
  {
    it: 'a zone that is not forwarded, and nobody asked for',
    given: given(except('corp.example')),
    expect: [{ subject: on, severity: 'warning', args: { how: 'excepted', zone: 'corp.example' } }],
  },
  {
    it: 'the same, and its names fail',
    given: given(except('example.com'), (it) => (it.zone === 'external' ? servfail(1) : answered())),
    expect: [{ subject: on, severity: 'error', confidence: 'observed', args: { zone: 'example.com' } }],
  },

  {
    it: 'hosts for a zone below the domain of the cluster',
    given: given(root('hosts /etc/own shop.svc.cluster.local')),
    expect: [{ subject: on, args: { what: 'names under shop.svc.cluster.local' } }],
  },
  {
    it: 'hosts for that zone, which passes it on',
    given: given(root('hosts /etc/own shop.svc.cluster.local {\n    fallthrough svc.cluster.local\n  }')),
    expect: 'ok',
  },
  { it: 'hosts with fallthrough', given: given(root(passing)), expect: 'ok' },
  { it: 'hosts for a zone of its own', given: given(root('hosts /etc/own corp.example')), expect: 'ok' },
  { it: 'hosts in a block of its own', given: given(`${root('ready')}corp.example {\n  ${hosts}\n}\n`), expect: 'ok' },
  {
    it: 'a template of another type',
    given: given(root('template IN AAAA {\n    match .*\n    rcode NOERROR\n  }')),
    expect: 'ok',
  },
  { it: 'what the cluster answers itself', given: given(except('cluster.local')), expect: 'ok' },
  {
    it: 'a block for the zone that is left out',
    given: given(`${except('corp.example')}corp.example {\n  forward . 10.0.0.9\n}\n`),
    expect: 'ok',
  },
  {
    it: 'another forward for it',
    given: given(except('corp.example', '  forward corp.example 10.0.0.9\n')),
    expect: 'ok',
  },
  { it: 'a network of addresses', given: given(except('10.0.0.0/8')), expect: 'ok' },
  {
    it: 'a Corefile that does not parse',
    given: given('.:53 {\n  hosts {\n'),
    expect: 'not-applicable',
    says: /DNS114/,
  },
  {
    it: 'the Corefile forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmap coredns') }) },
    expect: 'cannot-tell',
  },
])

/** Lines that a Corefile may well have, in an order that means nothing. */
const usual = ['health', 'ready', 'cache 30', 'loop', 'reload', 'loadbalance', 'prometheus :9153']
const taking = [
  hosts,
  'hosts /etc/own',
  'template IN ANY {\n    match ^x\n    rcode NXDOMAIN\n  }',
  'template IN A . {\n    match ^x\n    fallthrough corp\n  }',
]

test('wherever it stands, and whatever stands beside it: it is named, the exit code says so, and nothing else is first', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray(usual), fc.constantFrom(...taking), fc.nat(8), (lines, bad, at) => {
      const all = [...lines.slice(0, at), bad, ...lines.slice(at)]
      const sources = F.cluster({ dns: clusterDns({ corefile: known(root(...all)) }), network: () => servfail(1) })
      const diagnosis = diagnose(modelOf(sources), { checks })
      expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(1)
      expect(diagnosis.roots.map((it) => it.finding.code)[0]).toBe('DNS178')
    }),
    { numRuns: 30 },
  ))

test('and a Corefile without such a line is fine, whatever its order', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray(usual), (lines) => {
      const [result] = diagnose(modelOf(given(root(...lines))), { checks: [check] }).results
      expect(result?.verdict).toBe('ok')
    }),
  ))
