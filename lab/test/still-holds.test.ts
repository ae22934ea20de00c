import { expect, test } from 'vitest'
import type { Case } from './budget.ts'
import type { Past } from './history.ts'
import type { Result } from './result.ts'
import { stillHolds } from './still-holds.ts'

const one = (name: string, own: string, shared: string): Case => ({
  name,
  rank: 'turn',
  family: null,
  reach: { kind: 'cluster' },
  own: [own],
  shared: [shared],
})
const cases = [
  one('dns-a', 'lab/faults/dns/dns-a.ts', 'src/probe/'),
  one('dns-b', 'lab/faults/dns/dns-b.ts', 'src/relations/path/hops.ts'),
  one('logs', 'lab/test/logs-cases.ts', 'src/answers/logs.ts'),
]
const past = (name: string, verdict: Past['verdict'] = 'passed'): Past => ({
  name,
  passedAt: null,
  triedAt: 'abc',
  on: '2026-01-01',
  seconds: 1,
  verdict,
})
const result = (group: string, name: string): Result => ({
  group,
  name,
  expected: '',
  got: '',
  seconds: 1,
  passed: true,
  detail: '',
})
const held = {
  done: [past('dns-a'), past('dns-b'), past('logs')],
  results: [
    result('found', 'dns-a'),
    result('found', 'dns-a, taken back'),
    result('found', 'dns-b'),
    result('logs', 'lines of a pod'),
  ],
}
const names = (changed: readonly string[] | null, from = held): readonly string[] =>
  stillHolds(cases, from, changed).done.map((it) => it.name)

test.each([
  { when: 'nothing changed', changed: [], expected: ['dns-a', 'dns-b', 'logs'] },
  { when: 'a page changed', changed: ['docs/faq.md'], expected: ['dns-a', 'dns-b', 'logs'] },
  { when: 'its own file changed', changed: ['lab/faults/dns/dns-a.ts'], expected: ['dns-b', 'logs'] },
  { when: 'something in a shared folder changed', changed: ['src/probe/pods/pods.ts'], expected: ['dns-b', 'logs'] },
  { when: 'a shared file changed', changed: ['src/relations/path/hops.ts'], expected: ['dns-a', 'logs'] },
  { when: 'what changed is not known', changed: null, expected: [] },
])('$when: $expected', ({ changed, expected }) => {
  expect(names(changed)).toEqual(expected)
})

test('what failed is tried again', () => {
  expect(names([], { ...held, done: [past('dns-a', 'failed'), past('dns-b', 'not tried here')] })).toEqual(['dns-b'])
})

test('a case that is gone holds nothing', () => {
  expect(names([], { ...held, done: [past('dns-old')] })).toEqual([])
})

test('the results of what is tried again go with it', () => {
  const { results } = stillHolds(cases, held, ['lab/faults/dns/dns-a.ts'])
  expect(results.map((it) => it.name)).toEqual(['dns-b', 'lines of a pod'])
})
