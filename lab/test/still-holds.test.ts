import { expect, test } from 'vitest'
import type { Case } from './budget.ts'
import type { History, Past } from './history.ts'
import type { Result } from './result.ts'
import { type Held, stillHolds } from './still-holds.ts'

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
const held: Held = {
  done: [past('dns-a'), past('dns-b'), past('logs')],
  results: [
    result('found', 'dns-a'),
    result('found', 'dns-a, taken back'),
    result('found', 'dns-b'),
    result('logs', 'lines of a pod'),
  ],
}
const nothing = new Map<string, Past>()
const holds = (
  changed: readonly string[] | null | Readonly<Record<string, readonly string[]>>,
  from: Held = held,
  table: History = nothing,
): Promise<Held> =>
  stillHolds(cases, from, table, (commit) =>
    Promise.resolve(changed === null || isList(changed) ? changed : (changed[commit] ?? null)),
  )
const isList = (it: object): it is readonly string[] => Array.isArray(it)
const names = async (...of: Parameters<typeof holds>): Promise<readonly string[]> =>
  (await holds(...of)).done.map((it) => it.name)

test.each([
  { when: 'nothing changed', changed: [], expected: ['dns-a', 'dns-b', 'logs'] },
  { when: 'a page changed', changed: ['docs/faq.md'], expected: ['dns-a', 'dns-b', 'logs'] },
  { when: 'its own file changed', changed: ['lab/faults/dns/dns-a.ts'], expected: ['dns-b', 'logs'] },
  { when: 'something in a shared folder changed', changed: ['src/probe/pods/pods.ts'], expected: ['dns-b', 'logs'] },
  { when: 'a shared file changed', changed: ['src/relations/path/hops.ts'], expected: ['dns-a', 'logs'] },
  { when: 'what changed is not known', changed: null, expected: [] },
])('$when: $expected', async ({ changed, expected }) => {
  expect(await names(changed)).toEqual(expected)
})

test('what failed is tried again', async () => {
  const done = [past('dns-a', 'failed'), past('dns-b', 'not tried here')]
  expect(await names([], { ...held, done })).toEqual(['dns-b'])
})

test('a case that is gone holds nothing', async () => {
  expect(await names([], { ...held, done: [past('dns-old')] })).toEqual([])
})

test('the results of what is tried again go with it', async () => {
  const { results } = await holds(['lab/faults/dns/dns-a.ts'])
  expect(results.map((it) => it.name)).toEqual(['dns-b', 'lines of a pod'])
})

const table = (...rows: readonly Past[]): History => new Map(rows.map((it) => [it.name, it]))
const at = (triedAt: string, it: Past): Past => ({ ...it, triedAt })

test('each case is asked what changed since its own commit', async () => {
  const rows = table(at('old', past('dns-a')), at('new', past('logs')), at('lost', past('dns-b')))
  const changed = { old: ['src/probe/pods/pods.ts', 'src/answers/logs.ts'], new: ['src/probe/pods/pods.ts'] }
  expect(await names(changed, { done: [], results: [] }, rows)).toEqual(['logs'])
})

test('what the stopped run saw is newer than the table', async () => {
  const rows = table(at('old', past('dns-a')), at('old', past('dns-b', 'failed')))
  const seen = { done: [at('new', past('dns-a', 'failed')), at('new', past('dns-b'))], results: [] }
  expect(await names([], seen, rows)).toEqual(['dns-b'])
})
