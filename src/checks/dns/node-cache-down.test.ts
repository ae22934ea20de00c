import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cluster, workers } from '../../../test/build/dns-faults.ts'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { answered, never, type Network } from '../../../test/build/lookups.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { checks } from '../registry.ts'
import check from './node-cache-down.ts'

const nodes = workers.map((it) => node(it))
const cache = (on: string, ips: string, about: Partial<Container> = {}, more: Partial<Pod> = {}): Pod =>
  pod(`cache-${on.at(-1)}`, {
    namespace: 'kube-system',
    node: on,
    hostNetwork: true,
    owner: { kind: 'DaemonSet', name: 'cache' },
    containers: [container({ name: 'c', args: ['-localip', ips], ...about })],
    ...more,
  })
const with_ = (nodeCaches: readonly Pod[], more: Partial<ClusterDns> = {}): ClusterDns =>
  clusterDns({ nodeCaches, ...more })
const well = workers.map((it) => cache(it, '169.254.20.10'))
const holding = workers.map((it) => cache(it, '169.254.20.10,10.96.0.10'))
const crash = { waiting: 'CrashLoopBackOff', lastTermination: 'Error', ready: false }
const oneDown = [cache('worker-1', '169.254.20.10', crash, { ready: false }), ...well.slice(1)]
const says = (kind: 'cannot-listen' | 'no-upstream-service', said: string) => [
  serverLog('cache-1', [{ kind, times: 1, said }], 'before'),
]
const going = [cache('worker-1', '169.254.20.10', {}, { deleting: true }), ...well.slice(1)]
const deafThere: Network = (it) => (it.node === 'worker-1' && it.server.role === 'node-cache' ? never() : answered())
const inside = (server: string, result: 'ok' | 'timeout') => [
  insideView('web-1', {
    resolvConf: known(`nameserver ${server}\n`),
    lookup: known({ tool: 'getent', name: 'kubernetes.default', result, ms: 5010 }),
  }),
]
const web = [pod('web-1', { node: 'worker-1' })]
const tainted = nodes.map((it, at) =>
  at === 0 ? { ...it, taints: [{ key: 'gpu', value: null, effect: 'NoSchedule' }] } : it,
)
const gke = (name: string, ready: boolean) =>
  node(name, {
    kubelet: 'v1.32.4-gke.1415000',
    labels: ready ? { 'addon.gke.io/node-local-dns-ds-ready': 'true' } : {},
  })

describeCheck(check, [
  {
    it: 'a cache on the pod network, to which Cilium leads: lookups may go on without it',
    given: { clusterDns: with_(oneDown.map((it) => ({ ...it, hostNetwork: false }))), nodes },
    expect: [
      {
        subject: 'Pod/kube-system/cache-1',
        severity: 'warning',
        confidence: 'possible',
        args: { isLedTo: true },
      },
    ],
  },
  {
    it: 'a port of the node is taken',
    given: {
      clusterDns: with_(oneDown),
      nodes,
      dnsServerLogs: says('cannot-listen', 'listen tcp 169.254.20.10:8080: bind: address already in use'),
    },
    expect: [{ subject: 'Pod/kube-system/cache-1', severity: 'error', args: { case: 'port-taken' } }],
  },
  {
    it: 'started before the Service of its upstream',
    given: {
      clusterDns: with_(oneDown),
      nodes,
      dnsServerLogs: says('no-upstream-service', 'Unable to lookup IP address of Upstream service kube-dns-upstream'),
    },
    expect: [{ subject: 'Pod/kube-system/cache-1', args: { case: 'no-upstream' } }],
  },
  {
    it: 'all of them crash, and no log was read',
    given: { clusterDns: with_(workers.map((it) => cache(it, '169.254.20.10', crash, { ready: false }))), nodes },
    expect: [{ subject: 'DaemonSet/kube-system/cache', args: { case: 'crash' } }],
  },
  {
    it: 'one hangs on its way out, and lookups there are lost',
    given: cluster({ dns: with_(going), network: deafThere }),
    expect: [
      { subject: 'Pod/kube-system/cache-1', severity: 'error', confidence: 'observed', args: { case: 'leaving' } },
    ],
  },
  {
    it: 'one is on its way out, in a rollout',
    given: { clusterDns: with_(going), nodes },
    expect: [{ subject: 'Pod/kube-system/cache-1', severity: 'info' }],
  },
  {
    it: 'one is on its way out, and the next is there',
    given: { clusterDns: with_([...going, cache('worker-1', '169.254.20.10')]), nodes },
    expect: 'ok',
  },
  {
    it: "IPVS has the Service's address already",
    given: { clusterDns: with_(holding, { serviceProxy: known({ kind: 'kube-proxy', mode: 'ipvs' }) }), nodes },
    expect: [{ subject: 'DaemonSet/kube-system/cache', severity: 'warning', args: { case: 'ipvs' } }],
  },
  {
    it: 'iptables lets the cache have it',
    given: { clusterDns: with_(holding, { serviceProxy: known({ kind: 'kube-proxy', mode: 'iptables' }) }), nodes },
    expect: 'ok',
  },
  {
    it: 'Cilium goes past it',
    given: { clusterDns: with_(holding, { serviceProxy: known({ kind: 'cilium', redirects: known([]) }) }), nodes },
    expect: [{ subject: 'DaemonSet/kube-system/cache', severity: 'warning', args: { case: 'bypassed' } }],
  },
  {
    it: 'Cilium is told to send lookups there',
    given: {
      clusterDns: with_(holding, { serviceProxy: known({ kind: 'cilium', redirects: known(['kube-system/dns']) }) }),
      nodes,
    },
    expect: 'ok',
  },
  {
    it: 'whether Cilium is told so may not be read',
    given: {
      clusterDns: with_(holding, { serviceProxy: known({ kind: 'cilium', redirects: unknown('forbidden', 'list') }) }),
      nodes,
    },
    expect: 'cannot-tell',
  },
  {
    it: 'Cilium has no such policies at all',
    given: {
      clusterDns: with_(holding, { serviceProxy: known({ kind: 'cilium', redirects: unknown('not-there', 'list') }) }),
      nodes,
    },
    expect: [{ subject: 'DaemonSet/kube-system/cache', severity: 'warning', args: { case: 'bypassed' } }],
  },
  {
    it: 'how kube-proxy carries packets may not be read',
    given: { clusterDns: with_(holding, { serviceProxy: unknown('forbidden', 'get configmaps') }), nodes },
    expect: 'cannot-tell',
  },
  {
    it: 'neither kube-proxy nor Cilium runs as pods',
    given: { clusterDns: with_(holding, { serviceProxy: unknown('not-there', 'neither') }), nodes },
    expect: 'ok',
  },
  {
    it: 'GKE: a node without the label has no cache',
    given: {
      clusterDns: with_(well.slice(1)),
      nodes: [gke('worker-1', false), gke('worker-2', true), gke('worker-3', true)],
    },
    expect: [{ subject: 'Node/worker-1', severity: 'info', args: { case: 'absent' } }],
  },
  {
    it: 'and its pods ask the address of the cache',
    given: {
      clusterDns: with_(well.slice(1)),
      nodes: [gke('worker-1', false), gke('worker-2', true)],
      pods: web,
      insideViews: inside('169.254.20.10', 'timeout'),
    },
    expect: [{ subject: 'Node/worker-1', severity: 'error', confidence: 'observed' }],
  },
  {
    it: 'a Windows node and a tainted one have none',
    given: {
      clusterDns: with_(well.slice(2)),
      nodes: [
        node('worker-1', { labels: { 'kubernetes.io/os': 'windows' } }),
        node('worker-2', {
          taints: [
            { key: 'gpu', value: null, effect: 'NoSchedule' },
            // What every DaemonSet tolerates keeps no cache off.
            { key: 'node.kubernetes.io/unschedulable', value: null, effect: 'NoSchedule' },
          ],
        }),
        node('worker-3'),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a taint keeps the cache off, and kubelets hand its address to the pods there',
    given: { clusterDns: with_(well.slice(1), { handedOut: known(['169.254.20.10']) }), nodes: tainted, pods: web },
    expect: [
      {
        subject: 'DaemonSet/kube-system/cache',
        severity: 'error',
        confidence: 'inferred',
        args: { case: 'missed', pods: ['shop/web-1'], taints: ['gpu:NoSchedule'] },
        says: /Pods of node worker-1 have no DNS: kubelets hand them 169\.254\.20\.10/,
      },
    ],
  },
  {
    it: 'no taint, and its selector leaves the node out',
    given: { clusterDns: with_(holding.slice(1), { handedOut: known(['169.254.20.10']) }), nodes, pods: web },
    expect: [{ subject: 'DaemonSet/kube-system/cache', severity: 'error', args: { case: 'missed', taints: [] } }],
  },
  {
    it: 'the DNS Service stands behind the cache in the list',
    given: {
      clusterDns: with_(well.slice(1), { handedOut: known(['169.254.20.10', '10.96.0.10']) }),
      nodes: tainted,
      pods: web,
    },
    expect: [
      {
        subject: 'DaemonSet/kube-system/cache',
        severity: 'warning',
        says: /wait for each lookup: .* 169\.254\.20\.10 first/,
      },
    ],
  },
  {
    it: 'no pod there asks the cluster',
    given: {
      clusterDns: with_(well.slice(1), { handedOut: known(['169.254.20.10']) }),
      nodes: tainted,
      pods: web.map((it) => ({ ...it, hostNetwork: true })),
    },
    expect: 'ok',
  },
  {
    it: 'pods were seen to be answered there',
    given: {
      clusterDns: with_(well.slice(1), { handedOut: known(['169.254.20.10']) }),
      nodes: tainted,
      pods: web,
      insideViews: inside('169.254.20.10', 'ok'),
    },
    expect: 'ok',
  },
  {
    it: 'kubelets hand out the DNS Service, whose address the caches hold',
    given: { clusterDns: with_(holding.slice(1), { handedOut: known(['10.96.0.10']) }), nodes: tainted, pods: web },
    expect: 'ok',
  },
  {
    it: "AKS: the node's own proxy does not answer, and the servers do",
    given: { ...cluster(), pods: web, insideViews: inside('169.254.10.11', 'timeout') },
    expect: [{ subject: 'Node/worker-1', severity: 'error', confidence: 'observed', args: { case: 'nodes-own' } }],
  },
  {
    it: 'neither do the servers: it is not the proxy',
    given: { ...cluster({ network: () => never() }), pods: web, insideViews: inside('169.254.10.11', 'timeout') },
    expect: 'ok',
  },
  {
    it: 'it answers another pod of that node',
    given: {
      ...cluster(),
      pods: [...web, pod('web-2', { node: 'worker-1' })],
      insideViews: [
        ...inside('169.254.10.11', 'timeout'),
        ...inside('169.254.10.11', 'ok').map((it) => ({ ...it, pod: 'web-2' })),
      ],
    },
    expect: 'cannot-tell',
    says: /pod shop\/web-1 is not answered by 169\.254\.10\.11, and others are/,
  },
  {
    it: 'the proxy answers',
    given: { ...cluster(), pods: web, insideViews: inside('169.254.10.11', 'ok') },
    expect: 'ok',
  },
  { it: 'all is well', given: { ...cluster({ dns: with_(well) }) }, expect: 'ok' },
  { it: 'there is none', given: cluster(), expect: 'not-applicable' },
  { it: 'the DNS could not be read', given: modelOf({}), expect: 'cannot-tell' },
])

test('whichever caches do not run, for whatever reason of the kubelet: they are named, and nothing is left unexplained', () => {
  const reasons = fc.constantFrom(
    'CrashLoopBackOff',
    'ImagePullBackOff',
    'CreateContainerConfigError',
    'RunContainerError',
  )
  fc.assert(
    fc.property(fc.subarray([...workers], { minLength: 1 }), reasons, (down, waiting) => {
      const caches = workers.map((it) =>
        down.includes(it)
          ? cache(it, '169.254.20.10', { waiting, ready: false }, { ready: false })
          : cache(it, '169.254.20.10'),
      )
      const { roots } = diagnose(modelOf({ clusterDns: with_(caches), nodes, pods: [] }), { checks })
      expect(roots.map((it) => it.finding.code)).toContain('DNS173')
      expect(roots.map((it) => it.finding.code)).not.toContain('TRB901')
      const said = roots.map((it) => JSON.stringify(it.finding)).join('\n')
      for (const it of down) expect(said).toContain(it)
    }),
    { numRuns: 40 },
  )
})
