import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes, cpuMilli } from '../../wire/quantity.ts'
import { boundsOf } from './ground.ts'
import { amountNames, type Bounds, fitted, probeWants } from './pod-resources.ts'

const range = (item: object): readonly Bounds[] =>
  boundsOf({ metadata: { name: 'limits' }, spec: { limits: [{ type: 'Container', ...item }] } })

describe('the resources of a pod', () => {
  test.each([
    ['no LimitRange', [], { cpu: ['10m', '500m'], memory: ['32Mi', '160Mi'] }],
    ['a floor', range({ min: { cpu: '50m', memory: '64Mi' } }), { cpu: ['50m', '500m'], memory: ['64Mi', '160Mi'] }],
    ['a floor above the limit', range({ min: { cpu: '1' } }), { cpu: ['1', '1'], memory: ['32Mi', '160Mi'] }],
    [
      'a ceiling',
      range({ max: { cpu: '200m', memory: '128Mi' } }),
      { cpu: ['10m', '200m'], memory: ['32Mi', '128Mi'] },
    ],
    [
      'a ratio',
      range({ maxLimitRequestRatio: { cpu: '4', memory: '2.5' } }),
      { cpu: ['125m', '500m'], memory: ['64Mi', '160Mi'] },
    ],
    [
      'a ratio of one',
      range({ maxLimitRequestRatio: { cpu: 1 } }),
      { cpu: ['500m', '500m'], memory: ['32Mi', '160Mi'] },
    ],
    [
      "a Pod's ceiling",
      range({ type: 'Pod', max: { cpu: '300m' } }),
      { cpu: ['10m', '300m'], memory: ['32Mi', '160Mi'] },
    ],
    [
      'a PersistentVolumeClaim',
      range({ type: 'PersistentVolumeClaim', max: { memory: '1' } }),
      { cpu: ['10m', '500m'], memory: ['32Mi', '160Mi'] },
    ],
    [
      'nonsense',
      range({ min: { cpu: 'much' }, max: 7, maxLimitRequestRatio: null }),
      { cpu: ['10m', '500m'], memory: ['32Mi', '160Mi'] },
    ],
  ] as const)('%s', (_name, bounds, expected) => {
    const { requests, limits } = fitted(probeWants, bounds, 'named') as {
      requests: Record<string, string>
      limits: Record<string, string>
    }
    for (const [name, both] of Object.entries(expected)) expect([requests[name], limits[name]]).toEqual(both)
  })

  test.each([
    ['where nothing bounds it', [], 'where-bounded', undefined],
    ['where a quota asked for it', [], 'named', '8Mi'],
    ['where a LimitRange bounds it', range({ max: { 'ephemeral-storage': '1Gi' } }), 'where-bounded', '8Mi'],
  ] as const)('storage %s', (_name, bounds, storage, expected) => {
    expect(fitted(probeWants, bounds, storage)).toMatchObject({
      requests: expected === undefined ? {} : { 'ephemeral-storage': expected },
    })
  })

  test('too little is told, with the LimitRange and what is needed', () => {
    expect(fitted(probeWants, range({ max: { memory: '64Mi' } }), 'named')).toEqual({
      why: 'LimitRange limits allows a container at most 64Mi memory, and this pod needs 112Mi',
    })
  })

  test('whatever LimitRanges there are, the pod is within each, or it is not made', () => {
    const amounts = fc.record(
      {
        cpu: fc.integer({ min: 0, max: 4000 }),
        memory: fc.integer({ min: 0, max: 2 ** 30 }),
        'ephemeral-storage': fc.integer({ min: 0, max: 2 ** 30 }),
      },
      { requiredKeys: [] },
    )
    const ratio = fc.record(
      {
        cpu: fc.integer({ min: 1000, max: 20_000 }),
        memory: fc.integer({ min: 1000, max: 20_000 }),
        'ephemeral-storage': fc.integer({ min: 1000, max: 20_000 }),
      },
      { requiredKeys: [] },
    )
    const bound = fc.record({ range: fc.constant('x'), min: amounts, max: amounts, ratio })
    fc.assert(
      fc.property(fc.array(bound, { maxLength: 3 }), (bounds) => {
        const floors = (name: (typeof amountNames)[number]): number =>
          Math.max(0, ...bounds.map((it) => it.min[name] ?? 0))
        const ceilings = (name: (typeof amountNames)[number]): number =>
          Math.min(...bounds.map((it) => it.max[name] ?? Infinity))
        // Such a namespace takes no pod at all.
        fc.pre(amountNames.every((it) => floors(it) <= ceilings(it)))
        const told = fitted(probeWants, bounds, 'named')
        if ('why' in told) return amountNames.some((it) => ceilings(it) < probeWants.least[it])
        return amountNames.every((name) => {
          const read = name === 'cpu' ? cpuMilli : bytes
          const [request, limit] = [read(told.requests[name]) ?? NaN, read(told.limits[name]) ?? NaN]
          const shares = bounds.flatMap((it) => it.ratio[name] ?? []).map((it) => it / 1000)
          return (
            request >= floors(name) &&
            limit <= ceilings(name) &&
            request <= limit &&
            limit >= floors(name) &&
            limit >= probeWants.least[name] &&
            shares.every((it) => limit <= it * request)
          )
        })
      }),
    )
  })
})
