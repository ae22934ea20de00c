import { expect, test } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import type { Manifest } from '../manifest/object.ts'
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
test('not by pods that change nothing on their node', async () => {
  expect(await left(daemonSet({ ...netAdmin, hostNetwork: false }))).toEqual([])
  expect(await left(daemonSet({ hostNetwork: true, containers: [{}] }))).toEqual([])
  expect(await left(daemonSet(netAdmin), pods, 'Deployment')).toEqual([])
})
