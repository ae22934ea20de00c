import { describe, expect, test } from 'vitest'
import { cluster, dnsWithoutEndpoints, upstreamDead, upstreamRefuses } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './forward-loop.ts'
import noDnsEndpoints from './no-dns-endpoints.ts'
import serverRestarts from './server-restarts.ts'
import upstreamDeadCheck from './upstream-dead.ts'

const corefile = (forward: string, key = '.:53', rest = '  loop\n'): string =>
  `${key} {\n  kubernetes cluster.local\n  ${forward}\n${rest}}\n`
const unmeasured = (text: string, about: Partial<ClusterDns> = {}) => ({
  clusterDns: clusterDns({ corefile: known(text), ...about }),
})
/** With all that tells whether queries come back, and they do not. */
const given = (text: string, about: Partial<ClusterDns> = {}) => {
  const { dnsProbe, coreDnsWindows } = cluster()
  return { ...unmeasured(text, about), dnsProbe, coreDnsWindows, dnsServerLogs: [serverLog('coredns-0')] }
}
const configMap = { subject: 'ConfigMap/kube-system/coredns', confidence: 'inferred', severity: 'error' } as const
const onHost = clusterDns().pods.map((it) => ({ ...it, hostNetwork: true }))

const cachePod = (ip: string) =>
  pod('node-local-dns-1', {
    namespace: 'kube-system',
    containers: [container({ name: 'node-cache', args: ['-localip', ip] })],
  })
const oneDown = clusterDns().pods.map((it, index) => (index === 0 ? it : { ...it, ready: false }))
const crashing = clusterDns().pods.map((it) => ({
  ...it,
  ready: false,
  containers: [container({ name: 'coredns', waiting: 'CrashLoopBackOff', lastTermination: 'Error', ready: false })],
}))
const loop = { kind: 'loop', times: 1, said: 'Loop (127.0.0.1:40921 -> :53) detected for zone "."' } as const

/** As it was measured: 20727 queries at each server for some 150 that were asked, and the rest is refused. */
const sent = (answers: Readonly<Record<string, number>>) =>
  cluster({ upstreams: [{ to: '192.0.2.53:53', sent: 20_727, answers, seconds: 900 }] }).coreDnsWindows
const goesRound = {
  ...cluster({ network: upstreamRefuses }),
  coreDnsWindows: sent({ REFUSED: 17_000, SERVFAIL: 200 }),
  dnsServerLogs: [
    serverLog('coredns-0', [
      { kind: 'too-many-concurrent', times: 400, said: 'concurrent queries exceeded maximum 1000' },
    ]),
  ],
}

const withPolicy = (dnsPolicy: string, nameservers: readonly string[] = []): ClusterDns['pods'] =>
  clusterDns().pods.map((it) => ({
    ...it,
    dnsPolicy,
    ready: false,
    dnsConfig: nameservers.length === 0 ? null : { nameservers, searches: [], options: [] },
  }))
const toFile = corefile('forward . /etc/resolv.conf')

describeCheck(check, [
  {
    it: 'the servers have the resolv.conf of pods that ask the cluster',
    given: given(toFile, { pods: withPolicy('ClusterFirst') }),
    expect: [{ ...configMap, args: { policy: 'ClusterFirst', file: true }, says: /which leads back to it/ }],
  },
  {
    it: 'the same by nameservers of their own',
    given: given(toFile, { pods: withPolicy('None', ['10.96.0.10']) }),
    expect: [{ ...configMap, args: { policy: 'None' } }],
  },
  {
    it: 'they are ready, and `loop` let them start',
    given: given(toFile, { pods: withPolicy('ClusterFirst').map((it) => ({ ...it, ready: true })) }),
    expect: 'ok',
  },
  { it: "they have their node's", given: given(toFile, { pods: withPolicy('Default') }), expect: 'ok' },
  {
    it: 'they have others of their own',
    given: given(toFile, { pods: withPolicy('None', ['10.0.0.2']) }),
    expect: 'ok',
  },
  {
    it: 'kubelets hand out the caches of the nodes, which ask others for outside names',
    given: given(toFile, { pods: withPolicy('ClusterFirst'), handedOut: known(['169.254.20.10']) }),
    expect: 'ok',
  },
  {
    it: "systemd-resolved's address, which in a pod is the pod",
    given: given(corefile('forward . 127.0.0.53')),
    expect: [{ ...configMap, args: { to: '127.0.0.53', why: "the pod's own loopback", guarded: true, line: 3 } }],
  },
  {
    it: 'loopback among others, with a port',
    given: given(corefile('forward . 10.0.0.2 dns://127.0.0.1:53 {\n policy random\n }', '.:53', '')),
    expect: [{ ...configMap, args: { to: 'dns://127.0.0.1:53', guarded: false } }],
  },
  { it: 'loopback, IPv6', given: given(corefile('forward . [::1]:53')), expect: [configMap] },
  {
    it: "the DNS Service's address",
    given: given(corefile('forward . 10.96.0.10')),
    expect: [{ ...configMap, args: { why: "the DNS Service's own address" } }],
  },
  {
    it: 'a stub zone to the DNS Service, its names made names of another block first',
    given: given(
      'corp.example {\n  rewrite name suffix .corp.example .apps.svc.cluster.local\n  forward . 10.96.0.10\n}\n' +
        corefile('forward . 192.0.2.53'),
    ),
    expect: 'ok',
  },
  {
    it: 'a stub zone to the DNS Service, its names made others of the same zone',
    given: given(
      'corp.example {\n  rewrite name web.corp.example www.corp.example\n  forward . 10.96.0.10\n}\n' +
        corefile('forward . 192.0.2.53'),
    ),
    expect: [configMap],
  },
  {
    it: 'a stub zone to the DNS Service',
    given: given(corefile('forward . 10.0.0.2', '.:53', '  forward corp.example 10.96.0.10\n')),
    expect: [{ ...configMap, args: { zone: 'corp.example' } }],
  },
  {
    it: 'a block of one zone has no other names',
    given: given(`${corefile('forward . 10.0.0.2')}corp.example:53 {\n  forward . 127.0.0.53\n}\n`),
    expect: [{ ...configMap, args: { zone: 'corp.example' }, says: 'forwards names of corp.example to 127.0.0.53' }],
  },
  {
    it: 'one of its own pods',
    given: given(corefile('forward . 10.2.2.2')),
    expect: [{ ...configMap, args: { why: 'a DNS server of this cluster' } }],
  },
  {
    it: 'the resolv.conf of the node, and the plugin `loop` has seen where it leads',
    given: {
      ...given(corefile('forward . /etc/resolv.conf'), { pods: oneDown }),
      dnsServerLogs: [serverLog('coredns-0'), serverLog('coredns-1', [loop], 'before')],
    },
    expect: [{ ...configMap, confidence: 'observed', args: { to: '/etc/resolv.conf', file: true, line: 3 } }],
  },
  {
    it: 'loopback, and the log says so too',
    given: {
      ...given(corefile('forward . 127.0.0.53'), { pods: oneDown }),
      dnsServerLogs: [serverLog('coredns-1', [loop], 'before')],
    },
    expect: [{ ...configMap, confidence: 'observed', args: { to: '127.0.0.53' } }],
  },

  {
    it: 'the upstream asks CoreDNS in turn',
    given: goesRound,
    expect: [{ ...configMap, args: { round: true, to: '192.0.2.53', sent: 41_454 } }],
  },

  {
    it: 'the same, where the last word is SERVFAIL, and most queries are for names of the cluster',
    given: {
      ...goesRound,
      dnsProbe: { ...goesRound.dnsProbe, queriesSent: 30_000 },
      coreDnsWindows: sent({ SERVFAIL: 900 }),
    },
    expect: [{ ...configMap, args: { round: true, to: '192.0.2.53' } }],
  },
  {
    it: 'the plugin `loop` has seen it come back by a server that is not CoreDNS',
    given: {
      ...given(corefile('forward . 192.0.2.53 192.0.2.54'), { pods: oneDown }),
      dnsServerLogs: [
        serverLog('coredns-1', [{ ...loop, said: loop.said.replace('127.0.0.1', '192.0.2.54') }], 'before'),
      ],
    },
    expect: [{ ...configMap, confidence: 'observed', args: { round: true, to: '192.0.2.54', sent: null } }],
  },
  {
    it: 'the same, and the source of the query tells nothing',
    given: {
      ...given(corefile('forward . 192.0.2.53 192.0.2.54'), { pods: oneDown }),
      dnsServerLogs: [serverLog('coredns-1', [loop], 'before')],
    },
    expect: [{ ...configMap, confidence: 'observed', args: { to: '192.0.2.53 or 192.0.2.54' } }],
  },
  {
    it: 'the cache of the nodes, which asks CoreDNS in turn',
    given: given(corefile('forward . 169.254.20.10'), { nodeCaches: [cachePod('169.254.20.10')] }),
    expect: [{ ...configMap, args: { why: 'the DNS cache of the nodes, which asks CoreDNS in turn' } }],
  },

  {
    it: 'an upstream that refuses, and many clients',
    given: { ...goesRound, dnsServerLogs: [serverLog('coredns-0')] },
    expect: 'ok',
  },
  {
    it: 'an upstream that is silent, many clients, and too many that wait',
    given: { ...goesRound, coreDnsWindows: sent({}) },
    expect: 'ok',
  },
  {
    it: 'too many at once, and outside names are answered',
    given: { ...goesRound, dnsProbe: cluster().dnsProbe },
    expect: 'ok',
  },
  {
    it: 'the loop that the log of a server of old tells of, by `proxy`',
    given: {
      ...given(corefile('proxy . /etc/resolv.conf'), { pods: oneDown }),
      dnsServerLogs: [serverLog('coredns-1', [loop], 'before')],
    },
    expect: [{ ...configMap, confidence: 'observed', args: { to: '/etc/resolv.conf' } }],
  },
  {
    it: 'the resolv.conf of the node, and a loop before the last start, which went well',
    given: {
      ...given(corefile('forward . /etc/resolv.conf')),
      dnsServerLogs: [serverLog('coredns-1', [loop], 'before')],
    },
    expect: 'ok',
  },
  {
    it: 'the resolv.conf of the node, and no loop in the log',
    given: { ...given(corefile('forward . /etc/resolv.conf')), dnsServerLogs: [serverLog('coredns-0')] },
    expect: 'ok',
  },
  {
    it: 'nothing was measured: whether an upstream sends queries back is not known',
    given: unmeasured(corefile('forward . /etc/resolv.conf')),
    expect: 'cannot-tell',
    says: /come back from an upstream.*--probe/,
  },
  { it: 'the usual', given: given(corefile('forward . /etc/resolv.conf')), expect: 'ok' },
  {
    it: 'servers outside, over TLS too',
    given: given(corefile('forward . tls://9.9.9.9 10.0.0.2:53 fd00::53')),
    expect: 'ok',
  },
  { it: 'a sidecar on another port', given: given(corefile('forward . 127.0.0.1:5335')), expect: 'ok' },
  {
    it: 'another server block, on another port',
    given: given(`${corefile('forward . 10.0.0.2')}corp.example:1053 {\n  forward . 10.96.0.10\n}\n`),
    expect: 'ok',
  },
  {
    it: "on the host's network the loopback is the node's",
    given: given(corefile('forward . 127.0.0.53'), { pods: onHost }),
    expect: 'ok',
  },
  {
    it: 'a zone that kubernetes answers first',
    given: given(corefile('forward . 10.0.0.2', '.:53', '  forward cluster.local 10.96.0.10\n')),
    expect: 'ok',
  },
  { it: 'no forward', given: given('.:53 {\n kubernetes cluster.local\n}\n'), expect: 'not-applicable' },

  {
    it: 'the resolv.conf of the node, a server that crashes, and no log',
    given: unmeasured(corefile('forward . /etc/resolv.conf'), { pods: crashing }),
    expect: 'cannot-tell',
    says: /stands in its log.*--probe/,
  },
  { it: 'the same, named servers', given: given(corefile('forward . 10.0.0.2'), { pods: crashing }), expect: 'ok' },
  {
    it: 'the same, killed for memory',
    given: given(corefile('forward . /etc/resolv.conf'), {
      pods: crashing.map((it) => ({
        ...it,
        containers: it.containers.map((one) => ({ ...one, lastTermination: 'OOMKilled' })),
      })),
    }),
    expect: 'ok',
  },
  {
    it: 'the ConfigMap forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /was not read: get configmaps/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

describe('what it brings about', () => {
  const looping = corefile('forward . 127.0.0.53')
  const told = (model: Parameters<typeof diagnose>[0]) =>
    diagnose(model, { checks: [noDnsEndpoints, upstreamDeadCheck, serverRestarts, check] }).roots.map((it) => [
      it.finding.code,
      ...it.consequences.map((one) => one.code),
    ])
  test('servers that crash, and none left', () => {
    const dns = dnsWithoutEndpoints(2)
    const pods = dns.pods.map((it) => ({
      ...it,
      containers: [container({ name: 'coredns', waiting: 'CrashLoopBackOff', ready: false })],
    }))
    expect(told(modelOf({ clusterDns: { ...dns, pods, corefile: known(looping) } }))).toEqual([
      ['DNS115', 'DNS107', 'DNS113'],
    ])
  })
  test('outside names without an answer', () => {
    expect(told(modelOf(cluster({ network: upstreamDead, dns: clusterDns({ corefile: known(looping) }) })))).toEqual([
      ['DNS115', 'DNS108'],
    ])
  })
})
