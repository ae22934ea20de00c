import { describe, expect, test } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import type { Manifest } from '../manifest/object.ts'
import { whyNotReady } from './stuck.ts'

const daemonSet: Manifest = {
  kind: 'DaemonSet',
  metadata: { name: 'cache' },
  spec: { selector: { matchLabels: { app: 'cache' } } },
}
const pod = (status: object, name = 'cache-x'): object => ({
  metadata: { name },
  spec: { nodeName: 'worker-1' },
  status,
})
const container = (state: object, lastState: object = {}): object => ({
  containerStatuses: [{ name: 'c', ready: false, state, lastState }],
})

interface Answers {
  readonly pods?: readonly object[]
  readonly events?: readonly object[]
  readonly logs?: Readonly<Record<string, string>>
}
function over({ pods = [], events = [], logs = {} }: Answers): Cluster {
  const fake: Pick<Cluster, 'list' | 'raw'> = {
    list: (({ plural }: { plural: string }, _options: object, project: (raw: never) => unknown) =>
      Promise.resolve(known((plural === 'pods' ? pods : events).map((it) => project(it as never))))) as Cluster['list'],
    raw: (path) => Promise.resolve(Object.hasOwn(logs, path) ? known(logs[path] ?? '') : unknown('not-there', path)),
  }
  return fake as Cluster
}
const why = (answers: Answers): ReturnType<typeof whyNotReady> =>
  whyNotReady(over(answers), subject('DaemonSet', 'kube-system', 'cache'), daemonSet)
const log = '/api/v1/namespaces/kube-system/pods/cache-x/log?container=c&tailLines=5'

describe('why a workload is not ready', () => {
  test('its image cannot be pulled', async () => {
    expect(
      await why({
        pods: [
          pod({}),
          pod(container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } })),
        ],
      }),
    ).toEqual({ why: 'ImagePullBackOff on worker-1: “Back-off pulling image "x"”', hopeless: true })
  })
  test('it crashes: its code, and what the run before said last', async () => {
    const pods = [pod(container({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } }))]
    expect(await why({ pods, logs: { [`${log}&previous=true`]: 'starting\nCorefile:3 - Error\n' } })).toEqual({
      why: 'CrashLoopBackOff on worker-1: container c ended with code 1; its last words: “Corefile:3 - Error”',
      hopeless: true,
    })
    expect(await why({ pods })).toEqual({
      why: 'CrashLoopBackOff on worker-1: container c ended with code 1',
      hopeless: true,
    })
  })
  test.each<[string, Readonly<Record<string, string>>, string | null]>([
    ['of the run before', { true: 'before\n', false: 'now\n' }, 'before'],
    ['of the present one, where there is no other', { false: 'now\n' }, 'now'],
    ['of the present one, where the other said nothing', { true: '\n \n', false: 'now' }, 'now'],
    ['of nobody', { true: '', false: ' \n' }, null],
  ])('its last words are those %s', async (_what, said, words) => {
    const pods = [pod(container({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } }))]
    const logs = Object.fromEntries(Object.entries(said).map(([previous, it]) => [`${log}&previous=${previous}`, it]))
    const is = (await why({ pods, logs }))?.why.split('; its last words: ')[1]
    expect(is ?? null).toBe(words === null ? null : `“${words}”`)
  })
  test('the worst of its pods tells: one that time does not heal', async () => {
    const killed = container({ running: {} }, { terminated: { exitCode: 137, reason: 'OOMKilled' } })
    const broken = container({ waiting: { reason: 'InvalidImageName' } })
    for (const pods of [
      [pod(killed, 'a'), pod(broken, 'b')],
      [pod(broken, 'b'), pod(killed, 'a')],
    ])
      expect(await why({ pods })).toEqual({ why: 'InvalidImageName on worker-1', hopeless: true })
  })
  test('it was killed for memory and runs again, not ready: that may pass', async () => {
    expect(
      await why({ pods: [pod(container({ running: {} }, { terminated: { exitCode: 137, reason: 'OOMKilled' } }))] }),
    ).toEqual({ why: 'Error on worker-1: container c ended with OOMKilled', hopeless: false })
  })
  test('there is no room', async () => {
    const waiting = {
      metadata: { name: 'cache-x' },
      spec: {},
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
        ],
      },
    }
    expect(await why({ pods: [waiting] })).toEqual({
      why: 'Unschedulable (pod cache-x): “0/3 nodes are available”',
      hopeless: false,
    })
  })
  test('its pods are refused', async () => {
    expect(
      await why({ events: [{ message: 'old' }, { message: 'pods "cache-x" is forbidden: violates PodSecurity' }] }),
    ).toEqual({
      why: 'no pod can be made: an Event says “pods "cache-x" is forbidden: violates PodSecurity”',
      hopeless: true,
    })
  })
  test('nothing tells: no pod yet, pods on their way, pods that are leaving', async () => {
    expect(await why({})).toBeNull()
    expect(await why({ pods: [pod(container({ waiting: { reason: 'ContainerCreating' } }))] })).toBeNull()
    expect(
      await why({
        pods: [
          {
            metadata: { name: 'a', deletionTimestamp: 'x' },
            spec: {},
            status: container({ waiting: { reason: 'CrashLoopBackOff' } }),
          },
        ],
      }),
    ).toBeNull()
  })
})
