import { describe, expect, test } from 'vitest'
import { type LocalPod, localCluster } from '../../../test/fakes/local-cluster.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import type { LoadSpec, SpecInPod } from '../pod/spec.ts'
import { runLoad } from './load-run.ts'

const spec: LoadSpec = {
  kind: 'load',
  servers: [],
  name: 'kubernetes.default.svc.cluster.local.',
  rate: 50,
  p99Ms: 100,
  socketsPerServer: 1,
  outstandingPerServer: 1,
  canaryPerSecond: 1,
  timeoutMs: 1000,
  stepMs: 1000,
  budgetMs: 1000,
}

describe('a load waits for somebody to hold its pod', () => {
  test.each([
    ['somebody may exec in it', true, 30_000],
    ['nobody may', false, null],
    ['that is not known', null, null],
  ])('where %s', async (_, may, aloneFirstMs) => {
    const made: SpecInPod[] = []
    // An admission plugin sees the pod, and refuses it.
    const local = localCluster({
      admit: (pod: LocalPod) => {
        made.push(JSON.parse((pod.spec.containers[0]?.env[0]?.value ?? '').replaceAll('$$', '$')) as SpecInPod)
        return 'not here'
      },
    })
    const mayI: Cluster['mayI'] = async () => (may === null ? unknown('forbidden', 'no reviews') : known(may))
    const plan = { run: 'aaaa0000', namespace: 'shop', image: 'node', tolerateAll: false, node: 'n0', spec }
    const { end, left } = await runLoad({ ...local.cluster, mayI }, plan, () => {}, new AbortController().signal)
    expect([end, left]).toEqual([null, []])
    expect(made[0]).toMatchObject({ ...spec, held: { aloneFirstMs } })
  })
})
