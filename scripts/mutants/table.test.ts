import { expect, test } from 'vitest'
import { type Result, table } from './table.ts'

const result = (verdict: Result['verdict'], over: Partial<Result> = {}): Result => ({
  file: 'src/plan/lock.ts',
  line: 7,
  kind: 'boundary',
  from: 'a < b',
  to: 'a <= b',
  verdict,
  equivalent: null,
  ...over,
})

test('a mutant that no test reaches counts as one that survived, an equivalent one not at all', () => {
  const results = [
    ...Array.from({ length: 6 }, () => result('killed')),
    result('timeout'),
    result('survived', { file: 'src/engine.ts' }),
    result('not-reached'),
    result('survived', { equivalent: 'b is never a' }),
  ]
  expect(table(results, { of: 99, seed: '1' })).toBe(`src/engine.ts:7 boundary: a < b -> a <= b
src/plan/lock.ts:7 boundary: a < b -> a <= b

folder    mutants  killed  timeout  survived  not reached  equivalent   score
src             1       0        0         1            0           0   0.0 %
src/plan        9       6        1         0            1           1  87.5 %
all            10       6        1         1            1           1  77.8 %

10 of 99 mutants, seed 1
`)
})
