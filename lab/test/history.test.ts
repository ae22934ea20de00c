import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type History, historyLines, historyOf, merged, type Past, untried } from './history.ts'
import type { Result } from './result.ts'
import { benchmarkPage } from './table.ts'

const past = (name: string, more: Partial<Past> = {}): Past => ({
  name,
  passedAt: 'c1',
  triedAt: 'c1',
  on: '2026-01-02',
  seconds: 40,
  verdict: 'passed',
  ...more,
})
const of = (...all: readonly Past[]): History => new Map(all.map((it) => [it.name, it]))
const facts = { upSeconds: 15, cpus: 2, kernel: '6.18' }
const result = (name: string, got: string): Result => ({
  group: 'fault',
  name,
  expected: 'a | b',
  got,
  seconds: 1,
  passed: true,
  detail: '',
})

const anyPast = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  passedAt: fc.option(fc.stringMatching(/^[0-9a-f]{10}$/)),
  triedAt: fc.stringMatching(/^[0-9a-f]{10}$/),
  on: fc.constant('2026-01-02'),
  seconds: fc.nat(5000),
  verdict: fc.constantFrom('passed' as const, 'failed' as const, 'not tried here' as const),
})

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyPast, { selector: (it) => it.name }), (all) => {
      const history = of(...all)
      expect(historyOf(historyLines(history).join('\n'))).toEqual(
        new Map([...history].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      )
      const page = benchmarkPage('', [result('dns-loss', 'x | y')], history, facts)
      expect(historyOf(page).size).toBe(history.size)
      expect(benchmarkPage(page, [], history, facts)).toBe(page)
    }),
  )
})

test('a table that is absent, old or garbled is an empty one', () => {
  fc.assert(fc.property(fc.string(), (text) => void historyOf(text)))
  expect(historyOf('').size).toBe(0)
  expect(historyOf('| what | expected | got | seconds | verdict |\n| a | b | c | 1.0 | passed |').size).toBe(0)
  expect(historyOf('| a | - | c | yesterday | 1 | passed |').size).toBe(0)
})

test('a failure keeps the commit of the last pass, and who is gone is forgotten', () => {
  const now = merged(
    of(past('a'), past('gone')),
    [past('a', { passedAt: null, triedAt: 'c2', verdict: 'failed' }), past('b', { passedAt: 'c2' })],
    new Set(['a', 'b']),
  )
  expect([...now.values()]).toMatchObject([
    { name: 'a', passedAt: 'c1', triedAt: 'c2', verdict: 'failed' },
    { name: 'b', passedAt: 'c2' },
  ])
})

test('who was not tried is said with when it last passed', () => {
  expect(untried(['a', 'b'], of(past('a'), past('b')))).toBe('the others last passed at c1')
  expect(untried(['a', 'b', 'c'], of(past('a'), past('b', { passedAt: 'c2' })))).toBe(
    '1 others last passed at c1; 1 others last passed at c2; 1 with no pass on record',
  )
  expect(untried([], of())).toBe('')
})

test('a run writes its rows over those of before, and leaves the others', () => {
  const first = benchmarkPage('', [result('a', 'old'), result('b', 'kept')], of(past('a')), facts)
  const second = benchmarkPage(first, [result('a', 'new')], of(past('a')), facts)
  expect(second).toContain('| a | a \\| b | new | 1.0 | passed |\n| b | a \\| b | kept | 1.0 | passed |')
  expect(second).not.toContain('old')
})
