import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawObject } from '../../kube/cluster.ts'
import { owed } from '../../owed.ts'
import { findLeft } from './cleanup.ts'
import { type LocalPod, localCluster, type Weather } from '../../../test/fakes/local-cluster.ts'
import { deadlineSeconds, type PodPlan } from './pod-manifest.ts'
import { isOurs } from './our-pod.ts'
import { createPod, podLedger, removeLeftovers } from './pods.ts'
import { ourPod } from '../../../test/build/our-pod.ts'

const plan = (run: string): PodPlan => ({
  run,
  namespace: 'default',
  node: 'node-1',
  image: 'none',
  program: '',
  hostNetwork: false,
  tolerateAll: false,
  spec: { kind: 'conntrack', everyMs: 500, forMs: 1000 },
})
/** Of one run: tests, and test files, share a process. */
const owing = (run: string): readonly string[] => owed().filter((it) => it.includes(run))
const stuck: Weather = { stuck: () => ({ reason: 'x', message: 'x' }) }

/** Side by side, each with a run of its own: they wait for pods to come and to go. */
describe.concurrent('a pod that may have been made', () => {
  const cases: readonly (readonly [string, Weather, string])[] = [
    ['it was made', {}, 'aaaa0001'],
    ['it was made, and the answer was lost', { answer: () => 'lost' }, 'aaaa0002'],
    ['it comes after the connection was cut', { answer: () => 'late' }, 'aaaa0003'],
    ['it was refused', { refuse: () => 'create pods' }, 'aaaa0004'],
  ]
  test.each(cases)('%s: it is gone in the end, and nothing is owed', async (_name, weather, run) => {
    const local = localCluster({ ...stuck, ...weather })
    const ledger = podLedger(local.cluster)
    await createPod(local.cluster, plan(run), ledger)
    expect(await ledger.removeAll()).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect([...local.pods.keys()]).toEqual([])
    expect(owing(run)).toEqual([])
  })

  test('one whose answer was lost is used', async () => {
    const local = localCluster({ ...stuck, answer: () => 'lost' })
    const ledger = podLedger(local.cluster)
    expect(await createPod(local.cluster, plan('aaaa0005'), ledger)).toMatchObject({
      made: { name: 'hopscope-aaaa0005-node-1', uid: 'uid-1' },
    })
    await ledger.removeAll()
  })

  test('one that stays is named, and stays owed', async () => {
    const local = localCluster({ ...stuck, stays: () => true })
    const ledger = podLedger(local.cluster)
    await createPod(local.cluster, plan('aaaa0006'), ledger)
    expect(owing('aaaa0006')).toEqual(['pod default/hopscope-aaaa0006-node-1'])
    expect(await ledger.removeAll()).toEqual(['default/hopscope-aaaa0006-node-1'])
    expect(owing('aaaa0006')).toEqual(['pod default/hopscope-aaaa0006-node-1'])
    ledger.strike('hopscope-aaaa0006-node-1')
  }, 20_000)

  test("another's pod of that name is left alone", async () => {
    const local = localCluster({ ...stuck, answer: () => 'late' })
    const theirs = { metadata: { name: 'hopscope-abcd0123-node-1', namespace: 'default', uid: 'theirs', labels: {} } }
    const ledger = podLedger(local.cluster)
    ledger.note({ namespace: 'default', name: theirs.metadata.name, run: 'abcd0123', uid: null, node: 'node-1' })
    local.pods.set(theirs.metadata.name, theirs as unknown as LocalPod)
    expect(await ledger.removeAll()).toEqual([])
    expect(local.deleted).toEqual([])
  })

  test('one that was made anew by others is left alone, whatever name and labels it copies', async () => {
    const local = localCluster(stuck)
    const ledger = podLedger(local.cluster)
    await createPod(local.cluster, plan('aaaa0007'), ledger)
    const [[name, mine] = []] = [...local.pods]
    if (name === undefined || mine === undefined) throw new Error('no pod')
    local.pods.set(name, { ...mine, metadata: { ...mine.metadata, uid: 'theirs' } })
    expect(await ledger.removeAll()).toEqual([])
    expect(local.deleted).toEqual([])
    expect(local.pods.get(name)?.metadata.uid).toBe('theirs')
  })
})

interface Pod {
  readonly run: string
  readonly label: 'hopscope' | 'other'
  readonly named: 'by-run' | 'other-run' | 'free'
  readonly owned: boolean
  readonly ageSeconds: number
}

const anyPod: fc.Arbitrary<Pod> = fc.record({
  run: fc.constantFrom('abcd0123', 'bbbb1111', 'no run', ''),
  label: fc.constantFrom('hopscope' as const, 'other' as const),
  named: fc.constantFrom('by-run' as const, 'other-run' as const, 'free' as const),
  owned: fc.boolean(),
  ageSeconds: fc.integer({ min: 0, max: 1000 }),
})

function raw(pod: Pod, index: number, serverNow: number): RawObject {
  const name = {
    'by-run': `hopscope-${pod.run}-n${index}`,
    'other-run': `hopscope-cccc2222-n${index}`,
    free: `web-${index}`,
  }[pod.named]
  const made = ourPod(pod.run, `n${index}`)
  return {
    ...made,
    metadata: {
      ...made.metadata,
      name,
      uid: `u${index}`,
      creationTimestamp: new Date(serverNow - 1000 * pod.ageSeconds).toISOString(),
      labels: { 'app.kubernetes.io/managed-by': pod.label, 'hopscope.dev/run': pod.run },
      ...(pod.owned ? { ownerReferences: [{ kind: 'ReplicaSet', name: 'web' }] } : {}),
    },
  }
}

describe('what a killed run left', () => {
  test('of all pods and clocks, only its own go, and only after their time by the API server', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPod, { maxLength: 6 }),
        fc.integer({ min: -3_600_000, max: 3_600_000 }),
        async (all, clockAheadMs) => {
          const local = localCluster({ clockAheadMs })
          const now = Date.now() + clockAheadMs
          for (const [index, it] of all.entries()) {
            const one = raw(it, index, now)
            local.pods.set(one.metadata.name, one as unknown as LocalPod)
          }
          const mayGo = all.flatMap((it, index) => {
            const own = it.label === 'hopscope' && it.named === 'by-run' && /^[0-9a-f]{8}$/.test(it.run) && !it.owned
            return own && it.ageSeconds > deadlineSeconds + 60 ? [raw(it, index, now).metadata.name] : []
          })
          const found = await findLeft(local.cluster, { namespace: null, run: null })
          expect(found.known ? found.value.old.map((it) => it.name).toSorted() : found).toEqual(mayGo.toSorted())
          await removeLeftovers(local.cluster, 'default')
          expect(local.deleted.toSorted()).toEqual(mayGo.toSorted())
        },
      ),
    )
  })

  test('without a clock of the API server nothing goes by itself', async () => {
    const local = localCluster()
    const one = raw(
      { run: 'abcd0123', label: 'hopscope', named: 'by-run', owned: false, ageSeconds: 9999 },
      0,
      Date.now(),
    )
    local.pods.set(one.metadata.name, one as unknown as LocalPod)
    expect(isOurs(one)).toBe(true)
    expect(await removeLeftovers({ ...local.cluster, serverNow: () => null }, 'default')).toEqual([])
  })

  test('a run that was named goes whatever its age', async () => {
    const local = localCluster()
    const young = raw(
      { run: 'abcd0123', label: 'hopscope', named: 'by-run', owned: false, ageSeconds: 5 },
      0,
      Date.now(),
    )
    local.pods.set(young.metadata.name, young as unknown as LocalPod)
    expect(await findLeft(local.cluster, { namespace: null, run: null })).toMatchObject({
      value: { old: [], young: [{ name: young.metadata.name }] },
    })
    expect(await findLeft(local.cluster, { namespace: null, run: 'abcd0123' })).toMatchObject({
      value: { old: [{ name: young.metadata.name }], young: [] },
    })
  })
})
