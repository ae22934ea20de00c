import { describe, expect, test } from 'vitest'
import { known, unknown } from '../model/known.ts'
import { clusterOf } from './cluster-of.ts'
import { collectOtherPolicies } from './other-policies.ts'

const apis = (...groups: readonly (readonly [name: string, ...versions: string[]])[]) =>
  JSON.stringify({
    groups: groups.map(([name, ...versions]) => ({ name, versions: versions.map((version) => ({ version })) })),
  })
const named = (name: string, namespace?: string): object => ({
  metadata: namespace === undefined ? { name } : { namespace, name },
})
const cluster = (served: string, objects: Readonly<Record<string, readonly object[]>>) => ({
  ...clusterOf(objects),
  raw: () => Promise.resolve(known(served)),
})

describe('policies of other kinds', () => {
  test('are listed where their group is served, and nothing is asked where it is not', async () => {
    const there = cluster(apis(['cilium.io', 'v2'], ['apps', 'v1']), {
      ciliumnetworkpolicies: [named('web', 'shop')],
      ciliumclusterwidenetworkpolicies: [named('deny')],
      globalnetworkpolicies: [named('never-asked')],
    })
    expect(await collectOtherPolicies(there, there, null)).toMatchObject(
      known([
        { kind: 'CiliumClusterwideNetworkPolicy', namespace: null, name: 'deny' },
        { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' },
      ]),
    )
    expect(there.asked).toEqual(['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'])
  })

  test('a cluster without any of them is asked for no list', async () => {
    const plain = cluster(apis(['apps', 'v1']), {})
    expect(await collectOtherPolicies(plain, plain, 'shop')).toEqual(known([]))
    expect(plain.asked).toEqual([])
  })

  test('a kind that the preferred version lacks is looked for at the others', async () => {
    const all = cluster(apis(['policy.networking.k8s.io', 'v1alpha2', 'v1alpha1']), {
      adminnetworkpolicies: [named('deny')],
      clusternetworkpolicies: [named('tier')],
    })
    const list: typeof all.list = (resource, options, project) =>
      (resource.version === 'v1alpha1') === /admin/.test(resource.plural)
        ? all.list(resource, options, project)
        : Promise.resolve(unknown('not-there', 'no such resource'))
    expect(await collectOtherPolicies(all, { ...all, list }, null)).toEqual(
      known([
        { kind: 'AdminNetworkPolicy', namespace: null, name: 'deny' },
        { kind: 'ClusterNetworkPolicy', namespace: null, name: 'tier' },
      ]),
    )
  })

  test('one kind that may not be listed makes the whole unknown: it may decide', async () => {
    const shut = {
      ...clusterOf({}, () => unknown('forbidden', 'list ciliumnetworkpolicies')),
      raw: () => Promise.resolve(known(apis(['cilium.io', 'v2']))),
    }
    expect(await collectOtherPolicies(shut, shut, 'shop')).toMatchObject({ known: false, why: { reason: 'forbidden' } })
  })
})
