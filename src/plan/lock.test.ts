import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { apply } from './apply.ts'
import { takeLock } from './lock.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { changesOn, closeJournals, planFor, populate, runOf, tempFolder } from '../../test/build/plan-run.ts'
import { undo } from './undo.ts'

let store: ApiStore
let folder: string
const yes = (): Promise<boolean> => Promise.resolve(true)
const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/hopscope-fix'

beforeEach(async () => {
  store = await apiStore()
  folder = tempFolder()
  populate(store)
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  await closeJournals()
  await store.close()
})

/** From the first write to `path` on the API server fails, and for so long that the lock can't have been renewed. */
function failAndStall(path: string): { readonly tries: () => number } {
  let tries = 0
  store.onWrite = (it) => {
    if (it.when !== 'before' || !it.path.includes(path)) return Promise.resolve()
    tries += 1
    const late = performance.now() + 20_000
    vi.spyOn(performance, 'now').mockImplementation(() => late)
    return Promise.reject(new Error('etcd has no leader'))
  }
  return { tries: () => tries }
}

describe('without the lock nothing is written', () => {
  test('not even a second try of a write that failed', async () => {
    const { tries } = failAndStall('serviceaccounts')
    expect(await apply(await runOf(planFor(changesOn(store), store), store, folder), yes)).toMatchObject({
      kind: 'stopped',
      why: expect.stringContaining('could not be renewed'),
    })
    expect(tries()).toBe(1)
  })

  test('nor by undo', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    const { tries } = failAndStall('serviceaccounts')
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({
      kind: 'stopped',
      why: expect.stringContaining('could not be renewed'),
    })
    expect(tries()).toBe(1)
  })

  test('a Lease that someone deleted is lost at the next renewal: another run may make its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const taking = await takeLock(store.cluster(), {
      plan: 'aaaa',
      run: 'host/1/a',
      sleep: () => Promise.resolve(),
      isDead: () => false,
    })
    if (taking.kind !== 'taken') throw new Error(taking.why)
    store.remove(lease)
    vi.advanceTimersByTime(5000)
    vi.useRealTimers()
    await vi.waitFor(() => expect(taking.lock.lost()).toContain('is gone'))
    await taking.lock.release()
  })
})
