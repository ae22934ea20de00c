import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canonical } from '../manifest/canonical.ts'
import { ToolError } from '../tool-error.ts'
import { openJournal } from './journal.ts'
import { idOf, type Plan } from './plan.ts'
import { loadPlan } from './store.ts'
import { isEntry, isPlan } from './stored.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
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
