import { spawn } from 'node:child_process'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs, some, today } from '../../test/build/effort.ts'
import type { Change } from '../remedies/remedy.ts'
import { apply } from './apply.ts'
import { idOf, type Plan } from './plan.ts'
import { savePlan } from './store.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { bundled } from '../../test/build/bundled.ts'
import { changesOn, closeJournals, create, planFor, populate, runOf, tempFolder } from '../../test/build/plan-run.ts'
import { undo } from './undo.ts'

/** Ends a run in the moment in which it writes its nth journal line, or its nth object: nothing of it runs on. */
async function killed(
  store: ApiStore,
  plan: Plan,
  folder: string,
  at: { readonly kind: 'before' | 'after' | 'line'; readonly n: number },
  act: 'apply' | 'undo',
): Promise<boolean> {
  const death = Promise.withResolvers<'killed'>()
  const forever = (): Promise<never> => {
    death.resolve('killed')
    return new Promise(() => {})
  }
  const first = store.writes()
  store.onWrite = ({ when, write }) => (when === at.kind && write - first === at.n ? forever() : Promise.resolve())
  let lines = 0
  const run = await runOf(plan, store, folder)
  const { journal } = run
  const write = async (entry: Parameters<typeof journal.write>[0]): Promise<void> => {
    await journal.write(entry)
    lines += 1
    if (at.kind === 'line' && lines === at.n) await forever()
  }
  const mortal = {
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
  const work = act === 'apply' ? apply(mortal, () => Promise.resolve(true)) : undo(mortal, { force: false })
  const end = await Promise.race([death.promise, work])
  store.onWrite = null
  return end === 'killed'
}

describe('killed anywhere, in the process', () => {
  const moment = fc.record({
    kind: fc.constantFrom('before' as const, 'after' as const, 'line' as const),
    n: fc.integer({ min: 1, max: 24 }),
  })

  test('undo restores the cluster, whatever the plan, whenever apply and then undo itself were killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 5 }),
        moment,
        fc.option(moment),
        async (picks, first, second) => {
          const store = await apiStore()
          try {
            populate(store)
            const folder = tempFolder()
            const before = store.everything()
            const all = changesOn(store)
            const plan = planFor(
              picks.flatMap((it) => all[it] ?? []),
              store,
            )
            await killed(store, plan, folder, first, 'apply')
            if (second !== null) await killed(store, plan, folder, second, 'undo')
            const outcome = await undo(await runOf(plan, store, folder), { force: false })
            // Killed before its first line, nothing is there to undo.
            expect(
              outcome.kind === 'complete' || (outcome.kind === 'refused' && outcome.why.includes('never applied')),
            ).toBe(true)
            expect(store.everything()).toBe(before)
          } finally {
            await closeJournals()
            await store.close()
          }
        },
      ),
      { numRuns: runs(60) },
    )
  }, 120_000)

  test('apply goes on where it was killed, and ends as if it had not been', async () => {
    await fc.assert(
      fc.asyncProperty(moment, async (first) => {
        const store = await apiStore()
        try {
          populate(store)
          const folder = tempFolder()
          const before = store.everything()
          const plan = planFor(changesOn(store), store)
          const dead = await killed(store, plan, folder, first, 'apply')
          if (dead) await apply(await runOf(plan, store, folder), () => Promise.resolve(true))
          for (const part of ['services/upstream', 'serviceaccounts/cache'])
            expect(store.get(`/api/v1/namespaces/shop/${part}`)).toBeDefined()
          expect(store.get('/apis/apps/v1/namespaces/shop/deployments/web')?.['spec']).toMatchObject({ replicas: 3 })
          expect(store.get('/api/v1/namespaces/shop/configmaps/old')).toBeUndefined()
          expect(store.everything()).not.toContain('/leases/')
          await undo(await runOf(plan, store, folder), { force: false })
          expect(store.everything()).toBe(before)
        } finally {
          await closeJournals()
          await store.close()
        }
      }),
      { numRuns: runs(40) },
    )
  }, 120_000)
})

const child = await bundled(join(import.meta.dirname, '../../test/fakes/apply-child.ts'))

async function killAt(n: number, when: 'before' | 'after'): Promise<{ readonly died: boolean }> {
  const store = await apiStore()
  try {
    populate(store)
    const folder = tempFolder()
    const before = store.everything()
    // The child's clock is the real one.
    const changes: readonly Change[] = [
      ...changesOn(store),
      create('ConfigMap', 'last', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }),
    ]
    const dated = {
      ...planFor(changes, store),
      createdAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    }
    const plan: Plan = { ...dated, id: idOf(dated) }
    await savePlan(plan, folder)
    const process = spawn('node', [child, store.url, folder, plan.id], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = new Promise<string | null>((resolve) => process.on('exit', (_code, signal) => resolve(signal)))
    store.onWrite = async (moment) => {
      if (moment.write !== n || moment.when !== when) return
      process.kill('SIGKILL')
      await ended
    }
    const signal = await ended
    store.onWrite = null
    // The write that was under way lands after the kill: undo must see it all the same.
    const outcome = await undo(
      {
        ...(await runOf(plan, store, folder)),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50))),
      },
      { force: false },
    )
    expect(outcome).toMatchObject({ kind: 'complete' })
    expect(store.everything()).toBe(before)
    return { died: signal === 'SIGKILL' }
  } finally {
    await closeJournals()
    await store.close()
  }
}

describe('kill -9 of a real process', () => {
  // The lock, six objects, the lock's return: eight writes.
  const moments = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const])
  test.each(some(moments, today))(
    'at write %i, %s it takes effect',
    async (n, when) => {
      expect(await killAt(n, when)).toEqual({ died: true })
    },
    30_000,
  )
})
