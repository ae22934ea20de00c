import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Reach } from '../faults/fault.ts'
import { type Case, inOrder, keptForLast, nextBatch, type Order } from './budget.ts'

const reach: fc.Arbitrary<Reach> = fc.oneof(
  fc.constant({ kind: 'cluster' as const }),
  fc.constantFrom('worker-1', 'worker-2').map((node) => ({ kind: 'node' as const, node })),
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').map((namespace) => ({ kind: 'namespace' as const, namespace })),
)
const files = [
  'src/probe/pods/pods.ts',
  'src/checks/dns/cache-off.ts',
  'lab/faults/dns/dns-cache-off.ts',
  'lab/breaks/node.ts',
]
const paths = fc.subarray(['src/probe/', ...files])
const oneCase = fc.record({
  name: fc.string({ minLength: 1, maxLength: 6 }),
  rank: fc.constantFrom('always' as const, 'turn' as const, 'turn' as const, 'turn' as const, 'last' as const),
  family: fc.constantFrom(null, 'DNS', 'SVC', 'control'),
  reach,
  own: paths,
  shared: paths,
  seconds: fc.integer({ min: 1, max: 900 }),
})
const manyCases = fc.uniqueArray(oneCase, { selector: (it) => it.name, maxLength: 80 })
const touchedFiles = fc.subarray(files)
const hashes = fc.stringMatching(/^[0-9a-f]{40}$/)
type Timed = Case & { readonly seconds: number }
const usual = (it: Case): number => (it as Timed).seconds

/** As the run does it, on a clock that only cases move. */
function tried(
  order: Order<Timed>,
  budget: number,
): { readonly names: readonly string[]; readonly mustSeconds: number; readonly seconds: number } {
  let now = 0
  const names: string[] = []
  const batches = (cases: readonly Timed[], left: () => number): void => {
    let waiting = cases
    for (;;) {
      const batch = nextBatch(waiting, usual, left())
      if (batch.length === 0) return
      expect(meet(batch)).toEqual([])
      waiting = waiting.filter((it) => !batch.includes(it))
      names.push(...batch.map((it) => it.name))
      now += Math.max(...batch.map(usual))
    }
  }
  const last = keptForLast(order, usual, budget)
  const kept = last.reduce((sum, it) => sum + usual(it), 0)
  batches(order.must, () => Infinity)
  const mustSeconds = now
  batches(
    order.rest.filter((it) => it.rank !== 'last'),
    () => budget - now - kept,
  )
  batches([...last, ...order.rest.filter((it) => it.rank === 'last' && !last.includes(it))], () => budget - now)
  return { names, mustSeconds, seconds: now }
}

/** Pairs of a batch that would see one another. */
function meet(batch: readonly Case[]): readonly string[] {
  const place = ({ reach: it }: Case): string => JSON.stringify(it)
  return batch.flatMap((a, i) =>
    batch
      .slice(i + 1)
      .filter((b) => place(a) === place(b) || a.reach.kind !== b.reach.kind || a.reach.kind === 'cluster')
      .map((b) => `${a.name} ${b.name}`),
  )
}

test('every case stands in the order once', () => {
  fc.assert(
    fc.property(manyCases, touchedFiles, hashes, (cases, touched, hash) => {
      const { must, rest } = inOrder(cases, touched, hash)
      expect([...must, ...rest].map((it) => it.name).toSorted()).toEqual(cases.map((it) => it.name).toSorted())
    }),
  )
})

test('safety and one of each family are tried whatever the budget; what else is tried ends within it', () => {
  fc.assert(
    fc.property(manyCases, touchedFiles, hashes, fc.integer({ min: 0, max: 3600 }), (cases, touched, hash, budget) => {
      const run = tried(inOrder(cases, touched, hash), budget)
      for (const it of cases.filter((one) => one.rank === 'always')) expect(run.names).toContain(it.name)
      for (const family of ['DNS', 'SVC', 'control']) {
        const its = cases.filter((it) => it.rank === 'turn' && it.family === family)
        if (its.length > 0) expect(its.some((it) => run.names.includes(it.name))).toBe(true)
      }
      expect(run.seconds).toBeLessThanOrEqual(Math.max(budget, run.mustSeconds))
      expect(new Set(run.names).size).toBe(run.names.length)
    }),
  )
})

test('with time for all of them, all are tried', () => {
  fc.assert(
    fc.property(manyCases, touchedFiles, hashes, (cases, touched, hash) => {
      expect(tried(inOrder(cases, touched, hash), Infinity).names).toHaveLength(cases.length)
    }),
  )
})

test('nothing that would still end in time is left out', () => {
  fc.assert(
    fc.property(manyCases, touchedFiles, hashes, fc.integer({ min: 0, max: 3600 }), (cases, touched, hash, budget) => {
      const turns = cases.filter((it) => it.rank !== 'last')
      const run = tried(inOrder(turns, touched, hash), budget)
      for (const it of turns.filter((one) => !run.names.includes(one.name)))
        expect(it.seconds).toBeGreaterThan(budget - run.seconds)
    }),
  )
})

const many: readonly Timed[] = Array.from({ length: 120 }, (_, it) => ({
  name: `dns-${it}`,
  rank: it % 40 === 0 ? 'last' : 'turn',
  family: 'DNS',
  reach: { kind: 'cluster' },
  own: [`lab/faults/dns/dns-${it}.ts`],
  shared: it % 2 === 0 ? ['src/probe/'] : [],
  seconds: it % 40 === 0 ? 500 : 50,
}))
const commits = Array.from({ length: 150 }, (_, it) => `commit ${it}`)

test.each([
  { when: 'nothing is touched', touched: [] },
  { when: 'half of all cases is touched by every commit', touched: ['src/probe/pods/pods.ts'] },
  { when: 'one case is touched by every commit', touched: ['lab/faults/dns/dns-3.ts'] },
])('over many commits every case has its turn, when $when', ({ touched }) => {
  const seen = new Set(commits.flatMap((hash) => tried(inOrder(many, touched, hash), 2000).names))
  expect(many.filter((it) => !seen.has(it.name)).map((it) => it.name)).toEqual([])
})

test('what the last commits touched comes before the rest', () => {
  for (const hash of commits) {
    const run = tried(inOrder(many, ['lab/faults/dns/dns-3.ts', 'lab/faults/dns/dns-5.ts'], hash), 700)
    expect(run.names).toEqual(expect.arrayContaining(['dns-3', 'dns-5']))
  }
})

test('the commit decides: the same again for the same, another for another', () => {
  const names = (hash: string): readonly string[] => inOrder(many, [], hash).rest.map((it) => it.name)
  expect(names('a')).toEqual(names('a'))
  expect(names('a')).not.toEqual(names('b'))
})
