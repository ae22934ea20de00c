import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capturedPath, ends, type PointShape, sentOf, type Traffic } from '../../../test/build/captured-path.ts'
import { runs } from '../../../test/build/effort.ts'
import type { Filter } from '../../wire/capture-filter.ts'

const traffic: fc.Arbitrary<Traffic> = fc.record({
  lookups: fc.integer({ min: 0, max: 12 }),
  connections: fc.integer({ min: 0, max: 8 }),
  segments: fc.integer({ min: 0, max: 12 }),
  masked: fc.boolean(),
  targetPort: fc.constantFrom(80, 8080),
  ids: fc.constantFrom('each', 'none', 'anew'),
})

const { filter } = fc.letrec<{ readonly filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      op: fc.constant('net' as const),
      side: fc.constantFrom(null, 'src', 'dst'),
      address: fc.constantFrom(...Object.values(ends)),
      bits: fc.constantFrom(32, 0),
    }),
    fc.record({
      op: fc.constant('port' as const),
      protocol: fc.constantFrom(null, 'tcp', 'udp'),
      side: fc.constantFrom(null, 'src', 'dst'),
      port: fc.constantFrom(53, 80, 8080, 50_001),
    }),
    fc.constantFrom<Filter>({ op: 'protocol', name: 'tcp' }, { op: 'protocol', name: 'ip' }, { op: 'turning' }),
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and', 'or'),
      parts: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

const shape: fc.Arbitrary<PointShape> = fc.record({
  from: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.6, noNaN: true })),
  to: fc.oneof(fc.constant(1), fc.double({ min: 0.6, max: 1, noNaN: true })),
  clock: fc.constantFrom(0, 0, 3, -40),
  snaplen: fc.oneof(fc.constant(1600), fc.integer({ min: 20, max: 200 })),
  filter: fc.oneof(fc.constant(null), filter),
  drops: fc.oneof(fc.constant([]), fc.array(fc.nat(60), { maxLength: 4 })),
  saysWhen: fc.boolean(),
  merges: fc.integer({ min: 1, max: 5 }),
})
const six = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.array(of, { minLength: 6, maxLength: 6 })
const fine: PointShape = {
  from: 0,
  to: 1,
  clock: 0,
  snaplen: 1600,
  filter: null,
  drops: [],
  saysWhen: true,
  merges: 1,
}

describe('a path that loses nothing', () => {
  test('has no loss, whatever its points were told to take, when, how much of it, and what they lost themselves', () => {
    fc.assert(
      fc.property(traffic, six(shape), (its, points) => {
        const { comparisons } = capturedPath(its, points)
        expect(comparisons.flatMap((it) => it.gone)).toEqual([])
      }),
      { numRuns: runs(1500) },
    )
  })

  test('has none where one filter was given for all', () => {
    fc.assert(
      fc.property(traffic, six(shape), filter, (its, points, one) => {
        const { comparisons } = capturedPath(
          its,
          points.map((it) => ({ ...it, filter: one })),
        )
        expect(comparisons.flatMap((it) => it.gone)).toEqual([])
      }),
      { numRuns: runs(1500) },
    )
  })
})

describe('what is lost', () => {
  test('is named between the two points where it was, with its count', () => {
    const planted = fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(traffic, planted, fc.constantFrom(0, 3, -40), (its, some, clock) => {
        const losses = new Map(some)
        const sent = sentOf(its, losses).filter((it) => it.lostBehind < 5 && !it.dns)
        const points = Array.from({ length: 6 }, (_, stage) => ({ ...fine, clock: stage < 3 ? 0 : clock }))
        const { comparisons } = capturedPath(its, points, losses)
        const told = comparisons.flatMap(({ near, gone }) =>
          gone.map(({ way, count }) => [`${near.slice(-1)} ${way}`, count] as const),
        )
        const sums = (all: readonly (readonly [string, number])[]): unknown =>
          Object.fromEntries(
            [...Map.groupBy(all, ([where]) => where)]
              .map(([where, same]) => [where, same.reduce((sum, [, n]) => sum + n, 0)] as const)
              .toSorted(),
          )
        const planned = sent.map((it) => [`${it.lostBehind} ${it.isForth ? 'forth' : 'back'}`, 1] as const)
        expect(sums(told)).toEqual(sums(planned))
      }),
      { numRuns: runs(600) },
    )
  })
})
