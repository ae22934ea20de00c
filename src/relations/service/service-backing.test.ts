import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Workload } from '../../model/workload.ts'
import { completed, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { backingOf } from './service-backing.ts'
import { podsOfServices } from './service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { policiesOfPods } from '../policy/policy-applies-to-pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'

const kind = (pods: readonly Pod[], workloads: readonly Workload[] = [], about: Partial<Service> = {}): string =>
  backingOf(pods, known(workloads))(service('cart', about)).kind

describe('what stands behind a Service', () => {
  test.each<[string, string]>([
    ['no selector', kind([pod('cart-1')], [], { selector: null })],
    ['an empty selector', kind([pod('cart-1')], [], { selector: {} })],
    ['ExternalName', kind([pod('cart-1')], [], { type: 'ExternalName', externalName: 'db.example.com' })],
  ])('%s wants nothing', (_, it) => expect(it).toBe('none-wanted'))
  test('a ready pod', () => expect(kind([pod('cart-1'), notReady('cart-2', 'x')])).toBe('some-ready'))
  test('none ready', () => expect(kind([notReady('cart-2', 'x')])).toBe('none-ready'))
  test('a leaving pod is no backend', () => expect(kind([pod('cart-1', { deleting: true })])).toBe('none-ready'))
  test('a completed pod is no backend', () => expect(kind([completed('cart-job')])).toBe('none-ready'))
  test('a pod elsewhere is no backend', () =>
    expect(kind([pod('cart-1', { namespace: 'other' })])).toBe('matches-nothing'))
  test('scaled to 0', () => expect(kind([], [deployment('cart', 0)])).toBe('scaled-to-zero'))
  test('scaled to 0, the last pod leaving', () =>
    expect(kind([pod('cart-1', { deleting: true })], [deployment('cart', 0)])).toBe('scaled-to-zero'))
  test('one of two workloads at 0 is not on purpose', () =>
    expect(kind([], [deployment('cart', 0), deployment('cart', 2, { name: 'cart-b' })])).toBe('none-ready'))
  test('an old ReplicaSet at 0 does not speak for its Deployment', () => {
    expect(
      kind(
        [],
        [
          deployment('cart', 3),
          deployment('cart', 0, { kind: 'ReplicaSet', name: 'cart-old', owner: { kind: 'Deployment', name: 'cart' } }),
        ],
      ),
    ).toBe('none-ready')
  })
  test('ReplicaSets of an owner that is not listed count together', () => {
    const rollout = { kind: 'ReplicaSet', owner: { kind: 'Rollout', name: 'cart' } } as const
    expect(
      kind(
        [],
        [deployment('cart', 0, { ...rollout, name: 'cart-1' }), deployment('cart', 2, { ...rollout, name: 'cart-2' })],
      ),
    ).toBe('none-ready')
  })
  test('without workloads, nothing is sure', () => {
    expect(backingOf([], unknown('forbidden', 'list deployments'))(service('cart'))).toEqual({
      kind: 'matches-nothing',
      sure: false,
    })
  })
})

describe('the owner that a user would name', () => {
  test('a Deployment, by the hash in the name', () =>
    expect(workloadOfPod(pod('cart-1'))).toMatchObject({ kind: 'Deployment', name: 'cart' }))
  test('a bare ReplicaSet', () =>
    expect(workloadOfPod(pod('cart-1', { labels: {} }))).toMatchObject({ kind: 'ReplicaSet', name: 'cart-abc12' }))
  test('a StatefulSet', () =>
    expect(workloadOfPod(pod('db-0', { owner: { kind: 'StatefulSet', name: 'db' } }))).toMatchObject({
      kind: 'StatefulSet',
      name: 'db',
    }))
  test('itself', () => expect(workloadOfPod(pod('lone', { owner: null }))).toMatchObject({ kind: 'Pod', name: 'lone' }))
})

interface Cluster {
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly policies: readonly ReturnType<typeof egressPolicy>[]
}

/** 4 pods to 2 Services, and a policy for most. A larger cluster has more namespaces of 200 pods, not larger ones. */
function cluster(size: number): Cluster {
  const apps = size / 4
  const namespaceOf = (index: number): string => `ns-${index % (size / 200)}`
  const app = (index: number): string => `app-${index % apps}`
  return {
    pods: Array.from({ length: size }, (_, it) =>
      pod(`p${it}`, { namespace: namespaceOf(it), labels: { app: app(it), tier: 'web', env: 'prod' } }),
    ),
    services: Array.from({ length: size / 2 }, (_, it) =>
      service(`s${it}`, { namespace: namespaceOf(it), selector: { env: 'prod', tier: 'web', app: app(it) } }),
    ),
    policies: Array.from({ length: size / 5 }, (_, it) =>
      egressPolicy(`np-${it}`, [], {
        namespace: namespaceOf(it),
        podSelector: { matchLabels: { app: `app-${it}` }, matchExpressions: [] },
      }),
    ),
  }
}

function related({ pods, services, policies }: Cluster): { readonly matched: number; readonly isolated: number } {
  const [podsOf, policiesOf] = [podsOfServices(pods), policiesOfPods(policies)]
  return {
    matched: services.reduce((total, it) => total + podsOf(it).length, 0),
    isolated: pods.filter((it) => policiesOf(it, 'Egress').length > 0).length,
  }
}

test('10,000 pods under 5,000 Services and 2,000 policies are related rightly', () => {
  expect(related(cluster(10_000))).toEqual({ matched: 20_000, isolated: 8000 })
})
