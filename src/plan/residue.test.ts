import { expect, test } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { list, type Manifest } from '../manifest/object.ts'
import { mayLeaveRules } from './residue.ts'

const daemonSet = (pod: Manifest): Manifest => ({
  spec: { selector: { matchLabels: { app: 'cache' } }, template: { spec: pod } },
})
const netAdmin: Manifest = {
  hostNetwork: true,
  containers: [{ securityContext: { capabilities: { add: ['NET_ADMIN'] } } }],
}
const pod = (node: string, status: object): object => ({
  metadata: { name: `cache-${node}` },
  spec: { nodeName: node },
  status: { containerStatuses: [{ name: 'c', ...status }] },
})
const pods = [
  pod('runs', { ready: true, state: { running: {} } }),
  pod('never-ran', { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }),
  pod('crashed', {
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
  }),
]
const over = (list: readonly object[] | null): Cluster =>
  ({
    list: (_resource: object, _options: object, project: (raw: never) => unknown) =>
      Promise.resolve(
        list === null ? unknown('forbidden', 'list pods') : known(list.map((it) => project(it as never))),
      ),
  }) as unknown as Cluster
const left = (live: Manifest, list: readonly object[] | null = pods, kind = 'DaemonSet'): Promise<readonly string[]> =>
  mayLeaveRules(over(list), subject(kind, 'kube-system', 'cache'), live)

test('rules are left where the pod that made them is dead', async () => {
  expect(await left(daemonSet(netAdmin))).toEqual(['crashed'])
  expect(await left(daemonSet(netAdmin), null)).toEqual(['nodes that could not be told (list pods)'])
})
test.each<[string, Manifest, readonly string[]]>([
  ['may write to the network', netAdmin, ['crashed']],
  ['is privileged', { hostNetwork: true, containers: [{ securityContext: { privileged: true } }] }, ['crashed']],
  ['is not', { hostNetwork: true, containers: [{ securityContext: { privileged: false } }] }, []],
  [
    'has another right',
    { hostNetwork: true, containers: [{ securityContext: { capabilities: { add: ['CHOWN'] } } }] },
    [],
  ],
  [
    'has one of two containers that may',
    { ...netAdmin, containers: [{}, ...list(netAdmin['containers'])] },
    ['crashed'],
  ],
  ['has a network of its own', { containers: netAdmin['containers'] ?? [] }, []],
])('by a pod that %s', async (_what, pod, nodes) => expect(await left(daemonSet(pod))).toEqual(nodes))

test('a pod that has no node yet is told by its name', async () => {
  const [, , crashed] = pods
  expect(await left(daemonSet(netAdmin), [{ ...crashed, spec: {} }])).toEqual(['cache-crashed'])
})

test('the pods are those of its selector', async () => {
  const asked: unknown[] = []
  const cluster = {
    list: (_resource: object, options: object) => {
      asked.push(options)
      return Promise.resolve(known([]))
    },
  } as unknown as Cluster
  const of = (matchLabels: Manifest): Manifest => ({
    spec: { selector: { matchLabels }, template: { spec: netAdmin } },
  })
  const cache = (namespace: string | null) => subject('DaemonSet', namespace, 'cache')
  expect(await mayLeaveRules(cluster, cache('kube-system'), of({ app: 'cache', tier: 'dns' }))).toEqual([])
  expect(await mayLeaveRules(cluster, cache(null), of({ app: 'cache' }))).toEqual([])
  // No selector would mean all pods of the namespace: none is asked for.
  expect(await mayLeaveRules(cluster, cache('kube-system'), of({}))).toEqual([])
  expect(asked).toEqual([
    { namespace: 'kube-system', labelSelector: 'app=cache,tier=dns' },
    { namespace: '', labelSelector: 'app=cache' },
  ])
})

test('not by pods that change nothing on their node', async () => {
  expect(await left(daemonSet({ ...netAdmin, hostNetwork: false }))).toEqual([])
  expect(await left(daemonSet({ hostNetwork: true, containers: [{}] }))).toEqual([])
  expect(await left(daemonSet(netAdmin), pods, 'Deployment')).toEqual([])
})
