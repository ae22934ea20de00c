import { expect, test } from 'vitest'
import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
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
import { programLog } from '../../../test/build/program-log.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import check from './forgets-dns.ts'

const pods = [pod('web-1'), pod('web-2'), pod('db-1')]
const dns = clusterDns()
const namespaces = [namespace('shop'), namespace('kube-system', { team: 'platform' })]
const deny = egressPolicy('default-deny')
const udp53 = onPort(53, 'UDP')
const lost = known({ tool: 'getent', name: 'kubernetes.default', result: 'timeout' as const, ms: 10_000 })
const given = (...networkPolicies: NetworkPolicy[]) => ({
  networkPolicies,
  pods,
  clusterDns: dns,
  namespaces,
  services: [],
  otherPolicies: [],
})
const block = (cidr: string) => rule([peer({ ipBlock: { cidr, except: [] } })], [udp53])

const allowPods = egressPolicy(
  'dns',
  [rule([{ ...namespaceNamed('kube-system'), podSelector: labels({ 'k8s-app': 'kube-dns' }) }], [udp53])],
  { podSelector: labels({ app: 'web' }) },
)
/** Cache `169.254.20.10,…` of worker-1, where the pods are. */
const caches = (localip: string, about: Partial<Pod> = {}): readonly Pod[] => [
  pod('node-local-dns-1', {
    namespace: 'kube-system',
    ip: '192.168.0.11',
    hostNetwork: true,
    containers: [container({ args: ['-localip', localip] })],
    ...about,
  }),
]
const behind = (localip: string, more: Partial<ClusterDns> = {}, about: Partial<Pod> = {}) => ({
  clusterDns: clusterDns({ nodeCaches: caches(localip, about), ...more }),
})
const iptables = { serviceProxy: known({ kind: 'kube-proxy', mode: 'iptables' } as const) }
const cilium = (...redirects: string[]) => ({
  serviceProxy: known({ kind: 'cilium', redirects: known(redirects) } as const),
})
const own = (ip: string) => [
  pod('web-1', { dnsPolicy: 'None', dnsConfig: { nameservers: [ip], searches: [], options: [] } }),
]
const both = '169.254.20.10,10.96.0.10'
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
    it: 'a default shuts all in, and policies were written for each pod: what only answers may need no names',
    given: given(
      egressPolicy('deny', [], { podSelector: labels({}) }),
      egressPolicy('web-asks', [rule([], [onPort(53, 'UDP')])], { podSelector: labels({ app: 'web' }) }),
      egressPolicy('db-is-asked', [], {
        podSelector: labels({ app: 'db' }),
        types: ['Ingress'],
        ingress: [rule([], [onPort(5432)])],
      }),
    ),
    expect: [{ subject: 'NetworkPolicy/shop/deny', severity: 'warning', args: { isMeant: false, mayBeMeant: true } }],
  },
  {
    it: 'a default shuts all in, and the one policy beside it lets another pod out: this one was forgotten',
    given: given(
      egressPolicy('deny', [], { podSelector: labels({}) }),
      egressPolicy('web-asks', [rule([], [onPort(53, 'UDP')])], { podSelector: labels({ app: 'web' }) }),
    ),
    expect: [{ subject: 'NetworkPolicy/shop/deny', severity: 'error', args: { mayBeMeant: false } }],
  },
  {
    it: 'a default shuts all in, and the logs that were read say of no connection that it fails',
    given: {
      ...given(egressPolicy('deny', [], { podSelector: labels({}) })),
      programLogs: pods.map((it) => programLog(it.name)),
    },
    expect: [{ subject: 'NetworkPolicy/shop/deny', severity: 'warning', args: { mayBeMeant: true } }],
  },
  {
    it: 'the same, and one of them complains',
    given: {
      ...given(egressPolicy('deny', [], { podSelector: labels({}) })),
      programLogs: pods.map((it) =>
        programLog(it.name, [{ kind: 'no-host', host: 'db', port: null, times: 4, during: 1 }]),
      ),
    },
    expect: [{ subject: 'NetworkPolicy/shop/deny', severity: 'error', args: { mayBeMeant: false } }],
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
    it: 'they are closed to pods of two namespaces: one policy, one fault',
    given: {
      ...given(ingressPolicy('closed', [], { namespace: 'kube-system' })),
      pods: [pod('web-1'), pod('pay-1', { namespace: 'pay' })],
    },
    expect: [
      {
        subject: 'NetworkPolicy/kube-system/closed',
        args: { pods: 2, namespaces: ['pay', 'shop'] },
        says: /2 pods in 2 namespaces \(pay, shop\)/,
      },
    ],
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
    it: 'the same, and its own lookup was cut off: its nameserver, asked by itself, is silent',
    given: {
      ...given(egressPolicy('dns', [block('10.96.0.10/32')])),
      insideViews: [
        insideView('web-1', {
          lookup: unknown('cut-off', 'no time was left'),
          resolving: resolving({
            servers: known([{ ip: '10.96.0.10', tool: 'nslookup', result: 'timeout', ms: 5010 }]),
          }),
        }),
      ],
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
    it: 'a spec names a link-local server, and the rule is for pods: no selector admits that',
    given: { ...given(allowPods), pods: own('169.254.20.10') },
    expect: [
      {
        subject: 'NetworkPolicy/shop/dns',
        severity: 'warning',
        confidence: 'possible',
        args: { server: '169.254.20.10', isSuspect: true },
        says: /has no rule that lets .* ask 169\.254\.20\.10/,
      },
    ],
  },
  {
    it: 'the same, and a lookup inside works: this network lets it through',
    given: { ...given(allowPods), pods: own('169.254.20.10'), insideViews: [asking('169.254.20.10', {})] },
    expect: 'ok',
  },
  {
    it: 'the same, and the lookup timed out',
    given: {
      ...given(allowPods),
      pods: own('169.254.20.10'),
      insideViews: [asking('169.254.20.10', { lookup: lost }), insideView('db-1')],
    },
    expect: [{ subject: 'NetworkPolicy/shop/dns', severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'a block lets a link-local server through',
    given: { ...given(egressPolicy('dns', [block('169.254.20.10/32')])), pods: own('169.254.20.10') },
    expect: 'ok',
  },
  {
    it: "a cache takes the Service's own address, past kube-proxy's rules: the rule for pods lets nothing there",
    given: { ...given(allowPods), ...behind(both, iptables) },
    expect: [{ subject: 'NetworkPolicy/shop/dns', severity: 'warning', args: { server: '10.96.0.10', pods: 2 } }],
  },
  {
    it: "the same, and a block lets the Service's address through",
    given: { ...given(egressPolicy('dns', [block('10.96.0.10/32')])), ...behind(both, iptables) },
    expect: 'ok',
  },
  {
    it: "in IPVS mode the Service's address is no cache's: its own address may be what the kubelet hands out",
    given: {
      ...given(allowPods, egressPolicy('cache', [block('169.254.20.10/32')], { podSelector: labels({ app: 'web' }) })),
      ...behind(both, { serviceProxy: known({ kind: 'kube-proxy', mode: 'ipvs' } as const) }),
    },
    expect: 'ok',
  },
  {
    it: 'who carries packets to Services could not be read',
    given: { ...given(allowPods), ...behind(both, { serviceProxy: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /whether these pods ask the DNS servers or 10\.96\.0\.10 was not seen.*--probe/,
  },
  {
    it: 'the same, and no rule lets them either way',
    given: { ...given(deny), ...behind(both, { serviceProxy: unknown('forbidden', 'get configmaps') }) },
    expect: [
      {
        subject: 'NetworkPolicy/shop/default-deny',
        severity: 'warning',
        confidence: 'possible',
        args: { server: null, isSuspect: true },
        says: /has no rule that lets .* ask the cluster's DNS/,
      },
    ],
  },
  {
    it: 'Cilium goes past the cache',
    given: { ...given(allowPods), ...behind(both, cilium(), { hostNetwork: false }) },
    expect: 'ok',
  },
  {
    it: 'Cilium may send it to the cache, and the rule is for the servers alone',
    given: { ...given(allowPods), ...behind(both, cilium('nodelocaldns'), { hostNetwork: false }) },
    expect: 'cannot-tell',
    says: /the DNS servers or the pods behind 10\.96\.0\.10/,
  },
  {
    it: 'the same, and the rule is for all of that namespace',
    given: {
      ...given(egressPolicy('dns', [rule([namespaceNamed('kube-system')], [udp53])])),
      ...behind(both, cilium('nodelocaldns'), { hostNetwork: false }),
    },
    expect: 'ok',
  },
  {
    it: 'a cache with an address of its own: whether the kubelet hands that out is not known',
    given: { ...given(allowPods), ...behind('169.254.20.10') },
    expect: 'cannot-tell',
    says: /the DNS servers or 169\.254\.20\.10 was not seen/,
  },
  {
    it: 'the same, and kubelets are told to hand that out',
    given: { ...given(allowPods), ...behind('169.254.20.10', { handedOut: known(['169.254.20.10']) }) },
    expect: [{ subject: 'NetworkPolicy/shop/dns', severity: 'warning', args: { server: '169.254.20.10' } }],
  },
  {
    it: "the same, and kubelets are told to hand the DNS Service's address out",
    given: { ...given(allowPods), ...behind('169.254.20.10', { handedOut: known(['10.96.0.10']) }) },
    expect: 'ok',
  },
  {
    it: 'the same, on another node than the pods',
    given: { ...given(allowPods), ...behind('169.254.20.10', {}, { node: 'worker-2' }) },
    expect: 'ok',
  },
  {
    it: "a spec names a node's address, where a cache on the host network answers",
    given: { ...given(allowPods), ...behind('169.254.20.10'), pods: own('192.168.0.11') },
    expect: [{ subject: 'NetworkPolicy/shop/dns', severity: 'error', args: { server: '192.168.0.11' } }],
  },
  {
    it: 'a spec names a server on the internet',
    given: { ...given(deny), pods: own('9.9.9.9') },
    expect: [{ subject: 'NetworkPolicy/shop/default-deny', severity: 'error', args: { server: '9.9.9.9' } }],
  },
  {
    it: 'a spec names a Service of somebody, whose pods no rule admits',
    given: {
      ...given(allowPods),
      pods: [...own('10.96.0.53'), pod('db-1')],
      services: [service('db', { clusterIP: '10.96.0.53', ports: [port({ port: 53, protocol: 'UDP' })] })],
    },
    expect: [{ subject: 'NetworkPolicy/shop/dns', args: { server: '10.96.0.53' } }],
  },
  {
    it: 'the same, and it was not read whether a Service has that address',
    given: { ...given(allowPods), pods: own('10.96.0.53') },
    expect: 'cannot-tell',
    says: /whether that is a Service's was not read/,
  },
  {
    it: 'the same, and a block covers it: of a Service it would say nothing',
    given: { ...given(egressPolicy('dns', [block('10.96.0.0/16')])), pods: own('10.96.0.53') },
    expect: 'cannot-tell',
    says: /whether that is a Service's was not read/,
  },
  {
    it: 'the same, and everything is let out',
    given: { ...given(egressPolicy('dns', [rule([], [udp53])])), pods: own('10.96.0.53') },
    expect: 'ok',
  },
  {
    it: 'a spec names a server by its own address',
    given: { ...given(allowPods), pods: own('10.2.0.2') },
    expect: 'ok',
  },
  {
    it: 'DNS allowed, and a policy of another kind that may deny it',
    given: { ...given(allowPods), otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'x' }] },
    expect: 'cannot-tell',
  },
  {
    it: 'the same, and pods of each group resolve names',
    given: {
      ...given(allowPods),
      pods: [pod('web-1')],
      insideViews: [insideView('web-1')],
      otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'x' }],
    },
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
