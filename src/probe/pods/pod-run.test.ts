import { describe, expect, test } from 'vitest'
import { localCluster } from '../../../test/fakes/local-cluster.ts'
import { read, shipped } from '../../../test/meta/sources.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known } from '../../model/known.ts'
import type { PodPlan } from './pod-manifest.ts'
import { runPod } from './pod-run.ts'
import { podLedger, watchPods } from './pods.ts'

/** One pod of a run whose program is this, and what was run in it. */
async function ranOf(program: string) {
  const local = localCluster()
  const holding = new Set<string>()
  let heldOnce = 0
  const exec: Cluster['exec'] = async (_namespace, pod, { signal, live }) => {
    expect(live?.beat).toBe('on\n')
    heldOnce++
    holding.add(pod)
    await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    holding.delete(pod)
    return known({ code: null, stdout: '', stderr: '' })
  }
  const cluster: Cluster = { ...local.cluster, exec }
  const ledger = podLedger(cluster)
  const watch = watchPods(cluster, 'shop', 'aaaa0000')
  const signal = new AbortController().signal
  const plan: PodPlan = {
    run: 'aaaa0000',
    namespace: 'shop',
    node: 'n0',
    image: 'node',
    program,
    spec: { kind: 'hold', forMs: 1 },
    hostNetwork: false,
    tolerateAll: false,
  }
  const now = (): number => performance.now()
  const why = await runPod({ cluster, watch, now, ledger, signal }, plan, (record) => record.t === 'end')
  const heldAfter = holding.size
  watch.end()
  const left = await ledger.removeAll()
  await new Promise((resolve) => setTimeout(resolve, 50))
  return { why, left, heldOnce, heldAfter, heldInTheEnd: holding.size }
}

const end = { t: 'end', ms: 1, queries: 0, lookups: 0, throttledMs: null, lagMs: 0 }

describe.concurrent('a pod', () => {
  test('is held from its start until it is taken away, also after its last word: others may ask it still', async () => {
    const ran = await ranOf(`console.log('${JSON.stringify(end)}'); setTimeout(() => {}, 60000)`)
    expect(ran).toEqual({ why: null, left: [], heldOnce: 1, heldAfter: 1, heldInTheEnd: 0 })
  })

  test('that ended itself since nobody held it says so', async () => {
    const { why } = await ranOf(`setTimeout(() => console.log('{"t":"alone"}'), 300)`)
    expect(why).toMatchObject({ reason: 'failed', detail: expect.stringContaining('nobody held the pod') })
  })
})

test('nobody makes a pod that is not held', () => {
  const makers = shipped.filter((it) => /\bcreatePod\(/.test(read(it)))
  expect(makers).toEqual(['src/probe/pods/pod-run.ts', 'src/probe/pods/pods.ts'])
  const ofManifest = shipped.filter((it) => /\bpodManifest\(/.test(read(it)))
  expect(ofManifest).toEqual(['src/probe/pods/admitted.ts', 'src/probe/pods/pod-manifest.ts'])
  // The only other way to a container of one's own.
  expect(shipped.filter((it) => /['"`/]ephemeralcontainers\b/.test(read(it)))).toEqual([])
})
