import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { type Manifest, put } from '../manifest/object.ts'
import { ToolError } from '../tool-error.ts'
import { apply } from './apply.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { changesOn, closeJournals, planFor, populate, runOf, tempFolder } from '../../test/build/plan-run.ts'
import { undo } from './undo.ts'

const deployments = ['web', 'cart'].map((name) => `/apis/apps/v1/namespaces/shop/deployments/${name}`)

/**
 * What others do to a cluster while a plan is applied; none of it in a field that the plan of the fixture changes, but
 * replicas.
 */
const edit = fc.record({
  path: fc.constantFrom(...deployments),
  field: fc.constantFrom(
    ['spec', 'replicas'],
    ['metadata', 'labels', 'team'],
    ['metadata', 'annotations', 'by'],
    ['spec', 'paused'],
    ['spec', 'template', 'metadata', 'labels', 'v'],
    ['spec', 'template', 'spec', 'containers', 0, 'args'],
  ),
  value: fc.integer({ min: 4, max: 50 }),
})
type Edit = { readonly path: string; readonly field: readonly (string | number)[]; readonly value: number }

function edited(store: ApiStore, edits: readonly Edit[]): void {
  for (const { path, field, value } of edits) {
    store.put(path, put(store.get(path) ?? {}, field, typed(field, value)) satisfies Manifest)
  }
}

/** The value as the field's type has it. */
function typed(field: Edit['field'], value: number): number | boolean | string | readonly string[] {
  if (field.includes('replicas')) return value
  if (field.includes('args')) return [String(value)]
  return field.includes('paused') ? true : String(value)
}

test.each(Array.from({ length: 18 }, (_, index) => index))(
  "a disk that is full from the journal's line %i on leaves no lock, and undo is exact",
  async (full) => {
    const store = await apiStore()
    try {
      populate(store)
      const before = store.everything()
      const folder = tempFolder()
      const plan = planFor(changesOn(store), store)
      const run = await runOf(plan, store, folder)
      let lines = 0
      const { journal } = run
      const write = (entry: Parameters<typeof journal.write>[0]): Promise<void> =>
        (lines += 1) > full ? Promise.reject(new ToolError('bad-file', 'the disk is full')) : journal.write(entry)
      const onFullDisk = {
        ...run,
        journal: {
          get entries() {
            return journal.entries
          },
          reload: journal.reload,
          write,
          close: journal.close,
        },
      }
      await apply(onFullDisk, () => Promise.resolve(true)).catch((error: unknown) =>
        expect(error).toBeInstanceOf(ToolError),
      )
      expect(store.everything()).not.toContain('/leases/')
      await undo(await runOf(plan, store, folder), { force: false })
      expect(store.everything()).toBe(before)
    } finally {
      await closeJournals()
      await store.close()
    }
  },
)

describe('undo', () => {
  test('of any part of a plan leaves the cluster as if there had only been what others did to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 5 }),
        fc.array(edit, { maxLength: 5 }),
        fc.boolean(),
        async (picks, edits, force) => {
          const [store, without] = [await apiStore(), await apiStore()]
          try {
            populate(store)
            populate(without)
            const folder = tempFolder()
            const all = changesOn(store)
            const plan = planFor(
              picks.flatMap((it) => all[it] ?? []),
              store,
            )
            expect(await apply(await runOf(plan, store, folder), () => Promise.resolve(true))).toMatchObject({
              kind: 'complete',
            })
            edited(store, edits)
            edited(without, edits)
            const asked: string[] = []
            const confirm = (lines: readonly string[]): Promise<boolean> => (
              asked.push(...lines),
              Promise.resolve(true)
            )
            expect(await undo(await runOf(plan, store, folder), { force, confirm })).toMatchObject({ kind: 'complete' })
            expect(asked).toEqual([])
            expect(store.everything()).toBe(without.everything())
          } finally {
            await closeJournals()
            await Promise.all([store.close(), without.close()])
          }
        },
      ),
      { numRuns: runs(60) },
    )
  }, 60_000)
})
