import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canonical } from '../manifest/canonical.ts'
import { ToolError } from '../tool-error.ts'
import { openJournal } from './journal.ts'
import { idOf, type Plan } from './plan.ts'
import { loadPlan, savePlan } from './store.ts'
import { isEntry, isPlan } from './stored.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { placesIn, plant } from '../../test/build/plant.ts'
import { changesOn, planFor, populate, tempFolder } from '../../test/build/plan-run.ts'

let store: ApiStore
beforeEach(async () => {
  store = await apiStore()
  populate(store)
})
afterEach(() => store.close())

/** `value` with what stands at the nth place of all its places, counted from the outside, replaced. */
function swapped(value: unknown, nth: number, by: unknown): unknown {
  let left = nth
  const walk = (it: unknown): unknown => {
    if (left-- === 0) return by
    if (Array.isArray(it)) return it.map(walk)
    if (typeof it !== 'object' || it === null) return it
    return Object.fromEntries(Object.entries(it).map(([key, held]) => [key, walk(held)]))
  }
  return walk(value)
}

test('a plan in which anything is something else is refused in words or is still a plan, its hash made anew', async () => {
  const plan = planFor(changesOn(store), store)
  expect(isPlan(JSON.parse(canonical(plan)))).toBe(true)
  const folder = tempFolder()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(160), fc.constantFrom(null, 1, 'x', [], {}, [null], true), async (nth, by) => {
      const forged = swapped(plan, nth, by)
      if (typeof forged !== 'object' || forged === null || Array.isArray(forged)) return
      const id = idOf(forged as Plan)
      writeFileSync(join(folder, `${id}.json`), canonical({ ...forged, id }), { mode: 0o600 })
      try {
        const read = await loadPlan(id, folder, 'any')
        for (const step of read.steps)
          expect([typeof step.object.name, typeof step.resource.plural]).not.toContain('undefined')
        expect(Number.isNaN(Date.parse(read.expiresAt))).toBe(false)
      } catch (error) {
        expect(error).toBeInstanceOf(ToolError)
        refused += 1
      }
    }),
    { numRuns: 150 },
  )
  expect(refused).toBeGreaterThan(10)
})

test('a pipe where a plan ought to be is said, and does not stop the run', async () => {
  const folder = tempFolder()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  execFileSync('mkfifo', ['-m', '600', join(folder, '0123456789abcdef.json')])
  await expect(loadPlan('0123456789abcdef', folder)).rejects.toThrow('it is no file')
})

test('a line of the journal that is not one of ours says nothing', async () => {
  const at = '2026-01-01T00:00:00Z'
  const good = { kind: 'begin', at, action: 'apply', run: 'a' }
  const bad = [
    { kind: 'begin' },
    { kind: 'intent', at, action: 'apply', step: -1, expected: null },
    { kind: 'intent', at, action: 'apply', step: '__proto__', expected: null },
    { kind: 'done', at, action: 'apply', step: 0, stored: { uid: 1 } },
    { kind: 'done', at, action: 'apply', step: 0, stored: [] },
    { kind: 'end', at, action: 'apply', outcome: 'fine', why: null },
  ]
  expect(bad.map(isEntry)).toEqual(bad.map(() => false))
  const folder = tempFolder()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'a.journal'), [good, ...bad, null, 1].map((it) => JSON.stringify(it)).join('\n'), {
    mode: 0o600,
  })
  const journal = await openJournal(folder, 'a')
  expect(journal.entries).toEqual([good])
  await journal.close()
})

test('a plan in which one field is another, gone or new is refused in one line, whatever field it is', async () => {
  const plan = planFor(changesOn(store), store)
  const folder = tempFolder()
  await savePlan(plan, folder)
  const file = join(folder, `${plan.id}.json`)
  expect(await loadPlan(plan.id, folder, 'any')).toEqual(JSON.parse(canonical(plan)))
  const whole = JSON.parse(canonical(plan)) as Record<string, unknown>
  const changes: readonly ((text: string) => unknown)[] = [
    (it) => `${it} `,
    (it) => it.toUpperCase().toLowerCase().split('').reverse().join(''),
    () => null,
    () => ({}),
  ]
  const tampered = [
    ...placesIn(whole).flatMap((place) =>
      changes.map((change) => plant(whole, (it, path) => (path === place ? (change(it) as string) : it))),
    ),
    ...Object.keys(whole).map((gone) => Object.fromEntries(Object.entries(whole).filter(([key]) => key !== gone))),
    ...Object.entries(whole).map(([key, value]) => ({ ...whole, [key]: [value] })),
    { ...whole, more: 1 },
    { ...whole, steps: [...(whole['steps'] as readonly unknown[])].reverse() },
    { ...whole, steps: (whole['steps'] as readonly unknown[]).slice(1) },
  ].filter((it) => canonical(it) !== canonical(whole))
  expect(tampered.length).toBeGreaterThan(200)
  const taken: unknown[] = []
  for (const it of tampered) {
    writeFileSync(file, canonical(it), { mode: 0o600 })
    const error: unknown = await loadPlan(plan.id, folder, 'any').then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (
      !(error instanceof ToolError) ||
      error.code !== 'bad-file' ||
      !error.message.endsWith(' is not the plan that was made')
    )
      taken.push(it)
  }
  expect(taken).toEqual([])
})

test.each([
  ['cut off', (it: string) => it.slice(0, it.length / 2)],
  ['empty', () => ''],
  ['lists in lists', () => '['.repeat(100_000)],
  ['objects in objects', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  [
    'a plan with something deep in it',
    (it: string) => `{"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},${it.slice(1)}`,
  ],
  ['a number that is none', (it: string) => it.replace(/"resourceVersion":"[^"]*"/, '"resourceVersion":1e999')],
])('a plan file that is %s is refused in one line', async (_, change) => {
  const plan = planFor(changesOn(store), store)
  const folder = tempFolder()
  await savePlan(plan, folder)
  writeFileSync(join(folder, `${plan.id}.json`), change(canonical(plan)), { mode: 0o600 })
  await expect(loadPlan(plan.id, folder, 'any')).rejects.toThrow(/^[^\n]{1,300} is not the plan that was made$/)
})

const at = '2026-01-01T00:00:00Z'
const written = { uid: 'u', resourceVersion: '1', object: {} }
test.each<[string, object]>([
  ['the beginning', { kind: 'begin', at, action: 'apply', run: 'a' }],
  ['the beginning of an undo', { kind: 'begin', at, action: 'undo', run: 'a' }],
  ['the first step', { kind: 'intent', at, action: 'apply', step: 0, expected: null }],
  ['a step, with what it will be', { kind: 'intent', at, action: 'apply', step: 7, expected: {} }],
  ['the lock', { kind: 'intent', at, action: 'apply', step: 'lock', expected: null }],
  ['the lock given back', { kind: 'done', at, action: 'undo', step: 'unlock', stored: null }],
  ['what was stored', { kind: 'done', at, action: 'apply', step: 0, stored: written }],
  ['the end', { kind: 'end', at, action: 'apply', outcome: 'complete', why: null }],
  ['an end on the way', { kind: 'end', at, action: 'undo', outcome: 'stopped', why: 'lost' }],
  ['a field that a later release writes', { kind: 'begin', at, action: 'apply', run: 'a', more: 1 }],
])('a line of the journal says %s', (_what, line) => expect(isEntry(line)).toBe(true))

test.each<[string, object]>([
  ['a kind of none', { kind: '', at, action: 'apply', run: 'a' }],
  ['half a step', { kind: 'intent', at, action: 'apply', step: 0.5, expected: null }],
  ['a step before the first', { kind: 'intent', at, action: 'apply', step: -1, expected: null }],
  ['no action', { kind: 'begin', at, action: '', run: 'a' }],
  ['no step', { kind: 'done', at, action: 'apply', step: '', stored: null }],
  ['no outcome', { kind: 'end', at, action: 'apply', outcome: '', why: null }],
])('a line of the journal that has %s says nothing', (_what, line) => expect(isEntry(line)).toBe(false))

const kept = () => JSON.parse(canonical(planFor(changesOn(store), store))) as { steps: Record<string, unknown>[] }

test.each<[string, () => object]>([
  ...['safe', 'needs-value', 'judgement', 'manual'].map((it): [string, () => object] => [
    it,
    () => ({ ...kept(), applicability: it }),
  ]),
  ['a step that is for good', () => withStep({ inverse: { verb: 'gone', why: 'it is made again' } })],
  ['a step that is made again', () => withStep({ inverse: { verb: 'create' } })],
  ['something to do first', () => ({ ...kept(), undoFirst: 'move the pods' })],
  ['lookups inside', () => withVerify({ inside: { workloads: [], option: 'single-request-reopen' } })],
  ['a limit', () => withVerify({ p99Ms: 100 })],
])('a plan may have %s', (_what, plan) => expect(isPlan(plan())).toBe(true))

test.each<[string, () => object]>([
  ['no applicability', () => ({ ...kept(), applicability: '' })],
  ['another schema', () => ({ ...kept(), schema: 2 })],
  ['no date for its end', () => ({ ...kept(), expiresAt: 'tomorrow' })],
  ['no date for its beginning', () => ({ ...kept(), createdAt: '' })],
  ['a step that is for good, and not why', () => withStep({ inverse: { verb: 'gone' } })],
  ['a step that nobody knows how to take back', () => withStep({ inverse: { verb: '' } })],
  ['a step that makes what was there', () => withStep({ verb: 'create', before: written })],
  ['a limit in words', () => withVerify({ p99Ms: '100' })],
])('nothing with %s is a plan', (_what, plan) => expect(isPlan(plan())).toBe(false))

function withStep(fields: object): object {
  const plan = kept()
  return { ...plan, steps: plan.steps.map((it, nth) => (nth === 0 ? { ...it, ...fields } : it)) }
}

function withVerify(fields: object): object {
  const plan = kept() as unknown as { verify: object }
  return { ...plan, verify: { ...plan.verify, ...fields } }
}
