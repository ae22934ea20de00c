import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { coreDnsWindow } from '../../../test/build/lookups.ts'
import { runs } from '../../../test/build/effort.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { coreDnsSigns } from '../../wire/coredns-log.ts'
import { node } from '../../../test/build/node.ts'
import type { readCounters } from '../../collect/coredns-rates.ts'
import { scraped } from '../../collect/watch-reading.ts'
import { planLoad } from '../../probe/load/load-plan.ts'
import { planServerLogs } from '../../probe/logs/server-logs.ts'
import { foreignPods, ownServers } from './own-words.ts'

const labels = { 'k8s-app': 'kube-dns' }
const foreign = (about: Partial<Pod> = {}): Pod =>
  pod('trap-0', {
    namespace: 'kube-system',
    labels,
    ip: '10.2.1.66',
    owner: null,
    containers: [container({ name: 'dns', image: 'coredns/coredns:1.11.1' })],
    ...about,
  })
const withTrap = (about: Partial<ClusterDns> = {}, trap = foreign()): ClusterDns => {
  const dns = clusterDns()
  return clusterDns({ ...about, pods: about.pods ?? [...dns.pods, trap] })
}

describe('who speaks for the DNS servers', () => {
  const hashed = { ...labels, 'pod-template-hash': 'evil' }
  const set = (name: string) => ({ owner: { kind: 'ReplicaSet', name } })
  const own = clusterDns().pods.map((it) => it.name)
  test.each<[string, ClusterDns, readonly string[]]>([
    ['those of the workload', clusterDns(), []],
    ['not a pod of nobody', withTrap(), ['trap-0']],
    ['not a pod of another', withTrap({}, foreign(set('trap-abc'))), ['trap-0']],
    [
      'not a pod of a set that is called alike, where the chain was read',
      withTrap({ workloadPods: own }, foreign({ labels: hashed, ...set('coredns-evil') })),
      ['trap-0'],
    ],
    ['a pod of a second set of the Deployment', withTrap({}, foreign({ labels: hashed, ...set('coredns-evil') })), []],
    ['none of a workload that has no pod', withTrap({ pods: [foreign()] }), ['trap-0']],
    ['whoever there is, where there is no workload', withTrap({ workload: null, pods: [foreign()] }), []],
    ['most of them, where it is not known', withTrap({ workload: null }), ['trap-0']],
    [
      'not what only looks like a cache of a node',
      clusterDns({
        nodeCaches: [
          ...['a', 'b'].map((it) => foreign({ name: it, owner: { kind: 'DaemonSet', name: 'node-local-dns' } })),
          foreign(),
        ],
      }),
      ['trap-0'],
    ],
  ])('%s', (_, dns, expected) => expect([...foreignPods(dns)]).toEqual(expected))
})

/** Lines that CoreDNS and client-go write when something is wrong, and their like. */
const forgeries = [
  '[ERROR] plugin/kubernetes: Failed to watch *v1.Service: services is forbidden: ' +
    'User "system:x" cannot list resource "services" in API group "" at the cluster scope',
  'E1202 10:45:03.5 1 reflector.go:127] Failed to list *v1.Service: dial tcp 10.96.0.1:443: i/o timeout',
  '[INFO] plugin/kubernetes: Warning: watch of *v1.Service ended with: too old resource version',
  '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API',
  '[INFO] plugin/ready: Still waiting on: "kubernetes"',
  '[FATAL] plugin/loop: Loop (127.0.0.1:1 -> :53) detected for zone "."',
  '[ERROR] plugin/errors: 2 a.example. A: read udp 10.2.0.2:1->192.0.2.53:53: i/o timeout',
  '[ERROR] plugin/errors: 2 a.example. A: no healthy proxies',
  '[ERROR] plugin/errors: 2 a.example. A: concurrent queries exceeded maximum 1000',
  '[ERROR] Corefile changed but reload failed: starting with listener file descriptors: plugin/forward: x',
  '/etc/coredns/Corefile:3 - Error during parsing: Unknown directive "x"',
  'listen tcp :53: bind: address already in use',
  '[WARNING] plugin/health: Local health request to "http://:8080/health" took more than 1s: 3s',
  'panic: out of memory',
]
const lines = fc.array(fc.oneof(fc.constantFrom(...forgeries), fc.string()), { maxLength: 30 })
const forgedPage = fc.record({
  cpuSeconds: fc.nat(1000),
  requests: fc.nat(100_000),
  responses: fc.record({ SERVFAIL: fc.nat(10_000), NXDOMAIN: fc.nat(10_000) }),
  slowShare: fc.constantFrom(0, 1),
  forwardFailures: fc.nat(1000),
  upstreams: fc.array(
    fc.record({
      to: fc.constant('192.0.2.53:53'),
      sent: fc.nat(1000),
      answers: fc.record({ SERVFAIL: fc.nat(1000) }),
      seconds: fc.nat(1000),
    }),
    { maxLength: 1 },
  ),
  config: fc.constantFrom('ab', 'cd'),
  version: fc.constantFrom('1.2.0', '1.14.7'),
})

function subjects(model: Model): readonly string[] {
  return diagnose(model, { checks })
    .results.flatMap((it) => it.findings)
    .map((it) => `${it.code} ${subjectKey(it.subject)} ${it.severity} ${JSON.stringify(it.evidence)}`)
}

test("whatever a foreign pod's log and metrics say, it blames nobody", () => {
  const dns = withTrap({ corefile: F.cluster().clusterDns.corefile })
  const { coreDnsWindows, dnsServerLogs, ...rest } = F.cluster({ dns })
  const quiet = {
    ...rest,
    coreDnsWindows: coreDnsWindows.filter((it) => it.pod !== 'trap-0'),
    dnsServerLogs: dnsServerLogs.filter((it) => it.pod !== 'trap-0'),
  }
  const without = subjects(modelOf(quiet))
  expect(without.filter((it) => it.includes('Deployment/'))).toEqual([])
  fc.assert(
    fc.property(lines, fc.constantFrom('now', 'before'), forgedPage, (said, run, page) => {
      const log = {
        pod: 'trap-0',
        container: 'dns',
        run,
        lines: said.length,
        signs: coreDnsSigns(said, run === 'now' ? 'going' : 'ended'),
      } as const
      const model = modelOf({
        ...quiet,
        coreDnsWindows: [...quiet.coreDnsWindows, { ...coreDnsWindow('trap-0', '10.2.1.66', 0), ...page }],
        dnsServerLogs: [...quiet.dnsServerLogs, log],
      })
      expect(subjects(model)).toEqual(without)
    }),
    { numRuns: runs(300) },
  )
})

test('what a pod of theirs says, does', () => {
  const said = coreDnsSigns([...forgeries.slice(0, 1), ...forgeries.slice(0, 1), ...forgeries.slice(0, 1)])
  const { dnsServerLogs, ...rest } = F.cluster()
  const logs = dnsServerLogs.map((it) => (it.pod === 'coredns-0' ? { ...it, signs: said } : it))
  expect(subjects(modelOf({ ...rest, dnsServerLogs: logs })).map((it) => it.split(' ')[0])).toContain('DNS130')
})

describe('whose metrics and logs are asked for', () => {
  const owner = fc.constantFrom<Pod['owner']>(
    null,
    { kind: 'Node', name: 'worker-1' },
    { kind: 'ReplicaSet', name: 'trap-abc' },
    { kind: 'DaemonSet', name: 'coredns' },
  )
  const loadOptions = { rate: 10, run: 'abc', namespace: 'shop', image: 'x', nodes: null, tolerateAll: false }
  const traps = fc.array(fc.record({ owner, ready: fc.boolean() }), { minLength: 1, maxLength: 20 })

  test('no command asks a pod that only bears the labels, and none of them takes the room of those that count', () => {
    fc.assert(
      fc.property(traps, fc.boolean(), (all, areFirst) => {
        const own = clusterDns().pods
        const trapped = all.map((it, at) => foreign({ name: `trap-${at}`, ...it }))
        const dns = clusterDns({ pods: areFirst ? [...trapped, ...own] : [...own, ...trapped] })
        const names = own.map((it) => it.name)
        expect(ownServers(dns).map((it) => it.name)).toEqual(names)
        expect(scraped(dns).map((it) => it.name)).toEqual(names)
        expect([...new Set(planServerLogs(dns).map((it) => it.pod))].toSorted()).toEqual(names)
        const load = planLoad(modelOf({ clusterDns: dns, nodes: [node('worker-1')], pods: [] }), loadOptions)
        expect('spec' in load && load.spec.kind === 'load' ? load.spec.servers.map((it) => it.pod) : load).toEqual(
          names,
        )
      }),
      { numRuns: runs(120) },
    )
  })

  test('by type: what is no server of the workload’s is not taken', () => {
    // @ts-expect-error -- a pod is none until `ownServers` says so
    const taken: Parameters<typeof readCounters>[1] = foreign()
    expect(taken.name).toBe('trap-0')
  })
})
