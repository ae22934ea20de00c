import { expect, test } from 'vitest'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { completed, container, pod } from '../../../test/build/pod.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { port } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import check from './forgets-dns.ts'

const pods = [pod('web-1'), pod('web-2'), pod('db-1')]
const dns = clusterDns()
const namespaces = [namespace('shop'), namespace('kube-system', { team: 'platform' })]
const deny = egressPolicy('default-deny')
const udp53 = onPort(53, 'UDP')
const lost = known({ tool: 'getent', name: 'kubernetes.default', result: 'timeout' as const, ms: 10_000 })
const given = (...networkPolicies: NetworkPolicy[]) => ({ networkPolicies, pods, clusterDns: dns, namespaces })
const block = (cidr: string) => rule([peer({ ipBlock: { cidr, except: [] } })], [udp53])

const allowPods = egressPolicy(
  'dns',
  [rule([{ ...namespaceNamed('kube-system'), podSelector: labels({ 'k8s-app': 'kube-dns' }) }], [udp53])],
  { podSelector: labels({ app: 'web' }) },
)
const asking = (ip: string, about: Parameters<typeof insideView>[1]) =>
  insideView('web-1', { resolvConf: known(`search shop.svc.cluster.local\nnameserver ${ip}\n`), ...about })

describeCheck(check, [
  {
    it: 'all egress denied',
    given: given(deny),
    expect: [
      {
        subject: 'NetworkPolicy/shop/default-deny',
        severity: 'error',
        confidence: 'inferred',
        args: { pods: 3, direction: 'Egress', others: 0 },
      },
    ],
  },
  {
    it: 'policies that each leave a pod out: one finding for each policy that is the first, not for each pod',
    given: given(
      ...['a', 'b', 'c'].map((it, index) =>
        egressPolicy(it, [rule([], [onPort(80)])], {
          podSelector: {
            matchLabels: {},
            matchExpressions: [{ key: 'app', operator: 'NotIn', values: [['db'], ['web'], ['none']][index] ?? [] }],
          },
        }),
      ),
    ),
    expect: [
      { subject: 'NetworkPolicy/shop/a', args: { pods: 2, others: 1 } },
      { subject: 'NetworkPolicy/shop/b', args: { pods: 1, others: 1 } },
    ],
  },
  {
    it: 'pods behind the same first policy, and further ones that choose among them: one finding, all policies counted',
    given: given(
      egressPolicy('all', [rule([], [onPort(80)])]),
      ...['db', 'web'].map((app) =>
        egressPolicy(`of-${app}`, [rule([], [onPort(81)])], { podSelector: labels({ app }) }),
      ),
    ),
    expect: [{ subject: 'NetworkPolicy/shop/all', args: { pods: 3, others: 2 } }],
  },
  {
    it: 'a policy of its own lets a database open nothing, and it calls nobody: it needs no names',
    given: given(egressPolicy('db-only-answers', [], { podSelector: labels({ app: 'db' }) })),
    expect: [{ subject: 'NetworkPolicy/shop/db-only-answers', severity: 'info', args: { isMeant: true } }],
  },
  {
    it: 'the same, and its spec names somebody to call',
    given: {
      ...given(egressPolicy('db-only-answers', [], { podSelector: labels({ app: 'db' }) })),
      pods: [pod('db-1', { containers: [container({ calls: [{ by: 'PEER', host: 'web', port: 80 }] })] })],
    },
    expect: [{ subject: 'NetworkPolicy/shop/db-only-answers', severity: 'error' }],
  },
  {
    it: 'egress to an application only',
    given: given(
      egressPolicy('web-to-db', [rule([peer({ podSelector: labels({ app: 'db' }) })], [onPort(5432)])], {
        podSelector: labels({ app: 'web' }),
      }),
    ),
    expect: [{ subject: 'NetworkPolicy/shop/web-to-db', args: { pods: 2, who: '2 pods of Deployment web' } }],
  },
  {
    it: 'seen from inside',
    given: { ...given(deny), insideViews: [insideView('web-1', { lookup: lost })] },
    expect: [{ subject: 'NetworkPolicy/shop/default-deny', confidence: 'observed' }],
  },
  {
    it: 'two policies, one set of pods each',
    given: given(deny, egressPolicy('web-extra', [], { podSelector: labels({ app: 'web' }) })),
    expect: [
      { subject: 'NetworkPolicy/shop/default-deny', args: { pods: 1 } },
      { subject: 'NetworkPolicy/shop/default-deny', args: { pods: 2, others: 1 } },
    ],
  },
  {
    it: 'a port without a protocol means TCP',
    given: given(egressPolicy('dns', [rule([], [onPort(53)])])),
    expect: [{ subject: 'NetworkPolicy/shop/dns', args: { tcp: 'allowed' } }],
  },
  {
    it: 'DNS allowed in the wrong namespace',
    given: given(egressPolicy('dns', [rule([namespaceNamed('kube-dns')], [udp53])])),
    expect: [{ subject: 'NetworkPolicy/shop/dns' }],
  },
  {
    it: 'port 53 allowed, and the DNS pods listen on 5353',
    given: {
      ...given(egressPolicy('dns', [rule([], [udp53])])),
      clusterDns: clusterDns({
        service: { ...dns.service!, ports: [port({ name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 })] },
      }),
    },
    expect: [{ subject: 'NetworkPolicy/shop/dns', args: { port: 5353 } }],
  },
  {
    it: 'the DNS pods themselves are closed',
    given: given(ingressPolicy('closed', [], { namespace: 'kube-system' })),
    expect: [{ subject: 'NetworkPolicy/kube-system/closed', args: { direction: 'Ingress', pods: 3 } }],
  },

  {
    it: 'DNS allowed',
    given: given(deny, egressPolicy('allow-dns', [rule([namespaceNamed('kube-system')], [udp53])])),
    expect: 'ok',
  },
  {
    it: "DNS allowed by the DNS pods' labels and their namespace's",
    given: given(
      egressPolicy('dns', [
        rule(
          [peer({ podSelector: labels({ 'k8s-app': 'kube-dns' }), namespaceSelector: labels({ team: 'platform' }) })],
          [udp53],
        ),
      ]),
    ),
    expect: 'ok',
  },
  { it: 'everything allowed out', given: given(egressPolicy('open', [rule()])), expect: 'ok' },
  { it: 'only ingress is isolated', given: given(ingressPolicy('in')), expect: 'ok' },
  {
    it: 'an ipBlock over the pod network promises nothing',
    given: given(egressPolicy('dns', [block('0.0.0.0/0')])),
    expect: 'cannot-tell',
  },
  {
    it: "an ipBlock over the Service's address promises nothing",
    given: given(egressPolicy('dns', [block('10.96.0.10/32')])),
    expect: 'cannot-tell',
  },
  {
    it: 'an ipBlock for a DNS cache on the node',
    given: given(egressPolicy('dns', [block('169.254.20.10/32')])),
    expect: 'cannot-tell',
  },
  {
    it: "an ipBlock over the Service's address, and the lookup in the pod times out",
    given: {
      ...given(egressPolicy('dns', [block('10.96.0.10/32')])),
      insideViews: [insideView('web-1', { lookup: lost })],
    },
    expect: [{ subject: 'NetworkPolicy/shop/dns', confidence: 'observed', args: { left: '10.96.0.10' } }],
  },
  {
    it: 'the same, and every lookup in every pod fails: DNS itself may be down',
    given: {
      ...given(egressPolicy('dns', [block('10.96.0.10/32')], { podSelector: labels({ app: 'web' }) })),
      insideViews: [insideView('web-1', { lookup: lost }), insideView('db-1', { lookup: lost })],
    },
    expect: 'cannot-tell',
  },
  ...['169.254.169.254', '169.254.25.10'].map((ip) => ({
    it: `pods ask ${ip}, which is no pod, and no ipBlock lets them`,
    given: { ...given(allowPods), insideViews: [asking(ip, { lookup: lost })] },
    expect: [{ subject: 'NetworkPolicy/shop/dns', confidence: 'observed' as const, args: { dns: ip } }],
  })),
  {
    it: 'pods ask an address that an ipBlock covers',
    given: {
      ...given(egressPolicy('dns', [block('169.254.169.254/32')], { podSelector: labels({ app: 'web' }) })),
      insideViews: [asking('169.254.169.254', { lookup: lost })],
    },
    expect: 'ok',
  },
  {
    it: 'pods ask a link-local address, and are answered',
    given: { ...given(allowPods), insideViews: [asking('169.254.169.254', {})] },
    expect: 'ok',
  },
  {
    it: 'an ipBlock, and a pod that resolves names',
    given: { ...given(egressPolicy('dns', [block('10.96.0.10/32')])), insideViews: [insideView('web-1')] },
    expect: 'ok',
  },
  {
    it: 'denied on paper, and a pod resolves names',
    given: { ...given(deny), insideViews: [insideView('web-1')] },
    expect: 'cannot-tell',
  },
  {
    it: 'namespace labels unreadable, and the rule needs them',
    given: model({
      networkPolicies: known([
        egressPolicy('dns', [rule([peer({ namespaceSelector: labels({ team: 'platform' }) })], [udp53])]),
      ]),
      pods: known(pods),
      clusterDns: known(dns),
      namespaces: unknown('forbidden', 'list namespaces'),
    }),
    expect: 'cannot-tell',
  },
  {
    it: "pods that do not ask the cluster's DNS",
    given: {
      ...given(deny),
      pods: [
        pod('a-1', { hostNetwork: true }),
        pod('b-1', { dnsPolicy: 'Default' }),
        pod('c-1', { dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], searches: [], options: [] } }),
        completed('job-1'),
        pod('d-1', { deleting: true }),
      ],
    },
    expect: 'not-applicable',
  },
  { it: 'no policies', given: given(), expect: 'not-applicable' },
  {
    it: 'no DNS known',
    given: { ...given(deny), clusterDns: clusterDns({ service: null, pods: [] }) },
    expect: 'cannot-tell',
  },
  { it: 'DNS unknown', given: { networkPolicies: [deny], pods, namespaces }, expect: 'cannot-tell' },
])

const explains = (policy: NetworkPolicy): readonly string[] =>
  diagnose(model({ networkPolicies: known([policy]), pods: known(pods), clusterDns: known(dns) }), { checks: [check] })
    .results[0]?.findings[0]?.causes ?? []

test('explains lost lookups of the pods that it takes in, and of no others', () => {
  expect(explains(deny)).toEqual(['dns-loss:ns/shop', 'dns-loss:ns/shop/*'])
  expect(explains({ ...deny, podSelector: labels({ app: 'web' }) })).toEqual([
    'dns-loss:ns/shop/web-1',
    'dns-loss:ns/shop/web-2',
  ])
})

test('the remedy isolates no pod that was not isolated before', () => {
  const found = diagnose(
    model({
      networkPolicies: known([{ ...deny, podSelector: labels({ app: 'web' }) }]),
      pods: known(pods),
      clusterDns: known(dns),
    }),
    { checks: [check] },
  ).results[0]?.findings[0]
  expect(JSON.parse(`${found?.args.manifest}`)).toMatchObject({
    spec: { podSelector: { matchLabels: { app: 'web' } } },
  })
})
