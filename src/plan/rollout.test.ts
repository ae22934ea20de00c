import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { deployments } from '../kube/resources.ts'
import type { Manifest } from '../manifest/object.ts'
import { known, unknown } from '../model/known.ts'
import { type Subject, subject } from '../model/subject.ts'
import type { Step } from './plan.ts'
import { propagationFor, type Rollout, rolloutOf, setInMotion, waitForRollout, waitUntilGone } from './rollout.ts'

const web = subject('Deployment', 'shop', 'web')

/** Numbers as the controller writes them: of replicas wanted, updated, available, and in all. */
function deployment(
  [wanted, updated, available, all]: readonly [number | null, number, number, number],
  status: Manifest = {},
): Manifest {
  return {
    metadata: { name: 'web', uid: 'u1', generation: 3 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...(wanted === null ? {} : { replicas: wanted }) },
    status: {
      observedGeneration: 3,
      updatedReplicas: updated,
      availableReplicas: available,
      replicas: all,
      ...status,
    },
  }
}
const daemonSet = (desired: number, updated: number, available: number): Manifest => ({
  status: { desiredNumberScheduled: desired, updatedNumberScheduled: updated, numberAvailable: available },
})
const late = (reason: string, message?: string): Manifest => ({
  conditions: [{ reason: 'NewReplicaSetAvailable' }, { reason, ...(message === undefined ? {} : { message }) }],
})

describe('one look at', () => {
  test.each<[it: string, kind: string, live: Manifest, expected: Rollout]>([
    ['all as it should be', 'Deployment', deployment([2, 2, 2, 2]), { kind: 'ready', say: 'rollout 2/2' }],
    ['one not updated', 'Deployment', deployment([2, 1, 2, 2]), { kind: 'waiting', say: '1/2 ready' }],
    ['one not available', 'Deployment', deployment([2, 2, 1, 2]), { kind: 'waiting', say: '1/2 ready' }],
    ['an old one left', 'Deployment', deployment([2, 2, 2, 3]), { kind: 'waiting', say: '2/2 ready' }],
    ['more than wanted', 'Deployment', deployment([2, 3, 3, 3]), { kind: 'ready', say: 'rollout 2/2' }],
    ['none wanted', 'Deployment', deployment([0, 0, 0, 0]), { kind: 'ready', say: 'rollout 0/0' }],
    [
      'one by default, which is not there',
      'Deployment',
      deployment([null, 0, 0, 0]),
      { kind: 'waiting', say: '0/1 ready' },
    ],
    [
      'its controller has seen an older one',
      'Deployment',
      deployment([2, 2, 2, 2], { observedGeneration: 2 }),
      { kind: 'waiting', say: 'not yet seen by its controller' },
    ],
    ['nobody counts generations', 'DaemonSet', daemonSet(3, 3, 3), { kind: 'ready', say: 'rollout 3/3' }],
    ['a DaemonSet, not updated on one node', 'DaemonSet', daemonSet(3, 2, 3), { kind: 'waiting', say: '2/3 ready' }],
    ['a DaemonSet, not available on one', 'DaemonSet', daemonSet(3, 3, 2), { kind: 'waiting', say: '2/3 ready' }],
    ['a DaemonSet that no node takes', 'DaemonSet', daemonSet(0, 0, 0), { kind: 'waiting', say: 'no node takes it' }],
    [
      'a StatefulSet is asked how many are ready, not available',
      'StatefulSet',
      deployment([2, 2, 0, 2], { readyReplicas: 2 }),
      { kind: 'ready', say: 'rollout 2/2' },
    ],
    [
      'too late by its own word',
      'Deployment',
      deployment([2, 1, 1, 2], late('ProgressDeadlineExceeded', 'timed out progressing')),
      { kind: 'failed', say: 'timed out progressing' },
    ],
    [
      'too late without a word',
      'Deployment',
      deployment([2, 1, 1, 2], late('ProgressDeadlineExceeded')),
      { kind: 'failed', say: '1/2 ready' },
    ],
    [
      'another condition',
      'Deployment',
      deployment([2, 1, 1, 2], late('FailedCreate', 'x')),
      { kind: 'waiting', say: '1/2 ready' },
    ],
  ])('%s', (_it, kind, live, expected) => expect(rolloutOf(kind, live)).toEqual(expected))
})

const podOf = (hash: string | null, owners: readonly string[]): Step => {
  const object: Manifest = {
    metadata: {
      labels: hash === null ? {} : { 'pod-template-hash': hash },
      ownerReferences: owners.map((name) => ({ name })),
    },
  }
  const before = { object, uid: 'u1', resourceVersion: '1' }
  return { verb: 'delete', object: subject('Pod', 'shop', 'web-abc12-x'), before } as unknown as Step
}
const replaced = (it: Subject): Step => ({ verb: 'replace', object: it }) as unknown as Step

describe('what a step sets in motion', () => {
  test.each<[it: string, step: Step, expected: Subject | null]>([
    ['a Deployment', replaced(web), web],
    ['a DaemonSet', replaced(subject('DaemonSet', 'shop', 'web')), subject('DaemonSet', 'shop', 'web')],
    ['a ConfigMap', replaced(subject('ConfigMap', 'shop', 'web')), null],
    ['a pod of a Deployment that is deleted', podOf('abc12', ['web-abc12']), web],
    ['a pod of something else', podOf('abc12', ['web']), null],
    ['a pod without a hash', podOf(null, ['web-abc12']), null],
    ['a pod of nobody', podOf('abc12', []), null],
    [
      'a ConfigMap that is deleted',
      { ...podOf('abc12', ['web-abc12']), object: subject('ConfigMap', 'shop', 'x') } as Step,
      null,
    ],
  ])('%s', (_it, step, expected) => expect(setInMotion(step)).toEqual(expected))

  test.each([
    ['Deployment', 'Foreground'],
    ['DaemonSet', 'Foreground'],
    ['StatefulSet', 'Foreground'],
    ['ConfigMap', 'Background'],
  ])('a %s is deleted in the %s', (kind, expected) => expect(propagationFor(kind)).toBe(expected))
})

/** Waits are told by this clock, which only `sleep` moves. */
let clock = 0
beforeEach(() => {
  clock = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
})
afterEach(() => void vi.restoreAllMocks())
const seconds = (): number => (clock - 1000) / 1000
const sleep = (ms: number): Promise<void> => {
  clock += ms
  // It takes no time, so that nothing else would end a wait without a bound.
  if (seconds() > 600) throw new Error('waits for ever')
  return Promise.resolve()
}

type Live = Manifest | null | 'forbidden'

interface World {
  /** What is there after so many seconds. */
  readonly live: (seconds: number) => Live
  /** Why the pod waits, after so many seconds; null for one that runs. */
  readonly waits?: (seconds: number) => string | null
  readonly timeoutMs?: number
  readonly stopAt?: number
}

/** What came of it, after how many seconds, what was said meanwhile, and how often the pods were looked at. */
async function wait({ live, waits = () => null, timeoutMs = 10_000, stopAt = Infinity }: World) {
  const said: string[] = []
  const looks: number[] = []
  const stop = new AbortController()
  const fake: Pick<Cluster, 'get' | 'list'> = {
    get: ((_resource: object, _namespace: string, _name: string, project: (raw: never) => unknown) => {
      const now = live(seconds())
      if (now === 'forbidden') return Promise.resolve(unknown('forbidden', 'get deployments: forbidden'))
      return Promise.resolve(now === null ? unknown('not-there', 'web') : known(project(now as never)))
    }) as Cluster['get'],
    list: ((_resource: object, _options: object, project: (raw: never) => unknown) => {
      looks.push(seconds())
      const reason = waits(seconds())
      const state = reason === null ? { running: {} } : { waiting: { reason } }
      const pod = {
        metadata: { name: 'web-1' },
        spec: { nodeName: 'worker-1' },
        status: { containerStatuses: [{ name: 'c', ready: false, state, lastState: {} }] },
      }
      return Promise.resolve(known([project(pod as never)]))
    }) as Cluster['list'],
  }
  const ended = await waitForRollout(fake as Cluster, web, {
    timeoutMs,
    signal: stop.signal,
    step: (line) => void said.push(line),
    sleep: (ms) => {
      if (seconds() >= stopAt) stop.abort()
      return sleep(ms)
    },
  })
  return { ended, after: seconds(), said: [...new Set(said)], looks }
}

const ready = deployment([2, 2, 2, 2])
const half = deployment([2, 1, 1, 2])
const steady = 'Deployment web is ready; seeing whether it stays so ...'
const unsteady = 'waiting for Deployment web: 1/2 ready ...'

describe('waiting', () => {
  test('ready is ready when it stays so for three seconds', async () => {
    expect(await wait({ live: () => ready })).toEqual({
      ended: { kind: 'ready', say: 'rollout 2/2' },
      after: 3,
      said: [steady],
      looks: [],
    })
  })

  test('ready for a moment is not ready', async () => {
    expect(await wait({ live: (at) => (at < 1 || at >= 5 ? ready : half) })).toMatchObject({
      ended: { kind: 'ready' },
      after: 8,
      said: [steady, unsteady],
    })
  })

  test('what is gone is not waited for', async () => {
    expect(await wait({ live: (at) => (at < 2 ? half : null) })).toMatchObject({
      ended: { kind: 'failed', say: 'Deployment web is gone' },
      after: 2,
    })
  })

  test('what failed by its own word is not waited for', async () => {
    const live = deployment([2, 1, 1, 2], late('ProgressDeadlineExceeded', 'timed out progressing'))
    expect(await wait({ live: () => live })).toMatchObject({
      ended: { kind: 'failed', say: 'timed out progressing' },
      after: 0,
    })
  })

  test('what does not become ready in time has failed then, and its pods were looked at every two seconds', async () => {
    expect(await wait({ live: () => half })).toEqual({
      ended: { kind: 'failed', say: 'not ready within 10 s: 1/2 ready' },
      after: 10,
      said: [unsteady],
      looks: [2, 4, 6, 8, 10],
    })
  })

  test('with no time left the pods are looked at all the same', async () => {
    expect(await wait({ live: () => half, waits: () => 'ContainerCreating', timeoutMs: 1000 })).toMatchObject({
      ended: { kind: 'failed' },
      after: 1,
      looks: [1],
    })
  })

  test('what may not be looked at is waited for, and told', async () => {
    expect(await wait({ live: () => 'forbidden' })).toMatchObject({
      ended: { kind: 'failed', say: 'not ready within 10 s: get deployments: forbidden' },
      after: 10,
      looks: [],
    })
  })

  test('what time does not heal gets 25 seconds from when it was seen', async () => {
    const { ended, after } = await wait({ live: () => half, waits: () => 'ErrImagePull', timeoutMs: 90_000 })
    expect(ended).toEqual({ kind: 'failed', say: '1/2 ready, ErrImagePull on worker-1' })
    expect(after).toBe(27)
  })

  test('and what was healed in between gets them anew', async () => {
    const waits = (at: number): string | null => (at < 20 || at >= 30 ? 'ErrImagePull' : null)
    const { ended, after } = await wait({ live: () => half, waits, timeoutMs: 90_000 })
    expect(ended).toEqual({ kind: 'failed', say: '1/2 ready, ErrImagePull on worker-1' })
    expect(after).toBe(55)
  })

  test('whoever stops it hears how it stood', async () => {
    expect(await wait({ live: () => half, stopAt: 2 })).toMatchObject({ ended: { kind: 'waiting', say: '1/2 ready' } })
  })

  test('whoever stops it before it began, that nobody looked', async () => {
    const stop = new AbortController()
    stop.abort()
    const patience = { timeoutMs: 1000, sleep, signal: stop.signal, step: () => {} }
    expect(await waitForRollout({} as Cluster, web, patience)).toEqual({ kind: 'waiting', say: 'never seen' })
  })
})

describe('waiting until an object is gone', () => {
  const until = async (live: (seconds: number) => Live): Promise<readonly [boolean, number, readonly string[]]> => {
    const said: string[] = []
    const get = ((_resource: object, _namespace: string, _name: string, project: (raw: never) => unknown) => {
      const now = live(seconds())
      if (now === 'forbidden') return Promise.resolve(unknown('forbidden', 'no'))
      return Promise.resolve(now === null ? unknown('not-there', 'web') : known(project(now as never)))
    }) as Cluster['get']
    const step = { resource: deployments, object: web }
    const patience = { timeoutMs: 4000, sleep, step: (line: string) => void said.push(line) }
    const gone = await waitUntilGone({ get } as Cluster, step, 'u1', patience)
    return [gone, seconds(), [...new Set(said)]]
  }
  const said = ['waiting for Deployment web to go ...']
  const another = { ...ready, metadata: { name: 'web', uid: 'u2' } }

  test.each<[it: string, live: (seconds: number) => Live, expected: readonly [boolean, number, readonly string[]]]>([
    ['at once', () => null, [true, 0, []]],
    ['after a while', (at) => (at < 2 ? ready : null), [true, 2, said]],
    ['another one of that name is there', () => another, [true, 0, []]],
    ['it stays', () => ready, [false, 4, said]],
    ['it may not be looked at: nobody knows', () => 'forbidden', [false, 4, said]],
  ])('%s', async (_it, live, expected) => expect(await until(live)).toEqual(expected))
})
