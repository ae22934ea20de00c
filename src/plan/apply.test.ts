import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unknown } from '../model/known.ts'
import { at, isObject, put } from '../manifest/object.ts'
import { apply } from './apply.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import {
  changesOn,
  closeJournals,
  deployment,
  now,
  planFor,
  populate,
  runOf,
  tempFolder,
} from '../../test/build/plan-run.ts'
import { undo } from './undo.ts'

let store: ApiStore
let folder: string
const yes = (): Promise<boolean> => Promise.resolve(true)

beforeEach(async () => {
  store = await apiStore()
  folder = tempFolder()
  populate(store)
})
afterEach(async () => {
  await closeJournals()
  await store.close()
})

const web = '/apis/apps/v1/namespaces/shop/deployments/web'

describe('apply', () => {
  test('writes every step, waits for rollouts, and gives the lock back', async () => {
    const plan = planFor(changesOn(store), store)
    const said: string[] = []
    expect(await apply(await runOf(plan, store, folder, { said }), yes)).toEqual({
      kind: 'complete',
      rollout: 'rollout 3/3',
    })
    expect(store.get(web)?.['spec']).toMatchObject({ replicas: 3 })
    expect(store.get('/api/v1/namespaces/shop/services/upstream')?.['metadata']).toMatchObject({
      labels: { 'hopscope.dev/plan': plan.id, 'app.kubernetes.io/managed-by': 'hopscope-fix' },
    })
    expect(store.everything()).not.toContain('leases')
    expect(said).toEqual([
      'server-side dry run 5 accepted, every object still as planned',
      'created  ServiceAccount/shop/cache',
      'created  Service/shop/upstream',
      'changed  Deployment/shop/web',
      'ready    Deployment/shop/web: rollout 3/3',
      'created  DaemonSet/shop/cache',
      'ready    DaemonSet/shop/cache: rollout 3/3',
      'deleted  ConfigMap/shop/old',
    ])
  })

  test('then undo brings every object back, and a second undo does nothing', async () => {
    const before = store.everything()
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    expect(store.everything()).not.toBe(before)
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({ kind: 'complete' })
    expect(store.everything()).toBe(before)
    const writes = store.writes()
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({ kind: 'complete' })
    expect(store.writes()).toBe(writes)
  })

  test('a plan is applied once', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('applied already'),
    })
  })

  describe('refuses, and writes nothing, when', () => {
    const cases: readonly (readonly [string, () => void, string])[] = [
      ['an object changed', () => void store.put(web, deployment('web', 7)), 'Deployment/shop/web: it was changed'],
      [
        'an object was labelled',
        () =>
          void store.put(web, {
            ...deployment('web', 1),
            metadata: { name: 'web', labels: { app: 'web', more: 'x' } },
          }),
        'it was changed',
      ],
      ['an object is gone', () => store.remove(web), 'it was deleted'],
      [
        'an object was made again',
        () => {
          store.remove(web)
          store.put(web, deployment('web', 1))
        },
        'it was deleted and made again',
      ],
      [
        'a name is taken',
        () =>
          void store.put('/api/v1/namespaces/shop/services/upstream', {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'upstream' },
            spec: {},
          }),
        'there is one of that name already',
      ],
      [
        'it is another cluster',
        () => {
          store.remove('/api/v1/namespaces/kube-system')
          store.put('/api/v1/namespaces/kube-system', {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: 'kube-system' },
          })
        },
        'for another cluster',
      ],
    ]
    test.each(cases)('%s', async (_name, change, why) => {
      const plan = planFor(changesOn(store), store)
      change()
      const before = store.everything()
      expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining(why),
      })
      expect(store.writes()).toBe(0)
      expect(store.everything()).toBe(before)
    })

    test('it is too old', async () => {
      const plan = planFor(changesOn(store), store)
      expect(
        await apply(await runOf(plan, store, folder, { at: new Date(now.getTime() + 31 * 60_000) }), yes),
      ).toMatchObject({ kind: 'refused', why: expect.stringContaining('expired') })
      expect(store.writes()).toBe(0)
    })

    test('it is from the future, by more than two clocks differ', async () => {
      const early = (minutes: number): { readonly at: Date } => ({ at: new Date(now.getTime() - minutes * 60_000) })
      const plan = planFor(changesOn(store), store)
      expect(await apply(await runOf(plan, store, folder, early(6)), yes)).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining('is from the future'),
      })
      expect(store.writes()).toBe(0)
      expect(await apply(await runOf(plan, store, folder, early(4)), yes)).toMatchObject({ kind: 'complete' })
    })

    test('the person says no', async () => {
      expect(
        await apply(await runOf(planFor(changesOn(store), store), store, folder), () => Promise.resolve(false)),
      ).toMatchObject({ kind: 'refused' })
      expect(store.writes()).toBe(0)
    })
  })

  test('an object that changes while the person thinks is not overwritten', async () => {
    const plan = planFor(changesOn(store), store)
    const outcome = await apply(await runOf(plan, store, folder), () => {
      store.put(web, deployment('web', 7))
      return yes()
    })
    expect(outcome).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('Deployment/shop/web: it was changed'),
    })
    expect(store.get(web)?.['spec']).toMatchObject({ replicas: 7 })
  })

  const old = '/api/v1/namespaces/shop/configmaps/old'
  const edits = [
    ['replaced', web, () => deployment('web', 7)],
    [
      'deleted',
      old,
      () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old' }, data: { key: 'theirs' } }),
    ],
  ] as const

  /** Last looked at, and not yet written: what a read says is out of date then, and only the write itself can tell. */
  test.each(edits)('one that changes in the instant before it is %s stays', async (_verb, path, theirs) => {
    const plan = planFor(changesOn(store), store)
    store.onWrite = (moment) => {
      if (moment.when !== 'before' || moment.path !== path) return Promise.resolve()
      store.onWrite = null
      const { metadata, ...rest } = theirs()
      const its = store.get(path)?.['metadata']
      store.put(path, { ...rest, metadata: { ...(isObject(its) ? its : {}), ...(isObject(metadata) ? metadata : {}) } })
      return Promise.resolve()
    }
    const outcome = await apply(await runOf(plan, store, folder), yes)
    expect(store.onWrite).toBeNull()
    expect(outcome).toMatchObject({ kind: 'stopped', why: expect.stringMatching(/it was changed|changed since/) })
    expect(store.get(path)).toMatchObject(theirs())
  })

  test("a status that moved is nobody's change", async () => {
    store.rollsOut = false
    const plan = planFor(changesOn(store), store)
    store.rollsOut = true
    expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({ kind: 'complete' })
  })

  test('of two plans at once, one refuses and writes nothing', async () => {
    const [a, b] = [planFor(changesOn(store), store), planFor(changesOn(store).slice(0, 2), store)]
    let second: unknown = null
    store.onWrite = async ({ when, write }) => {
      if (when !== 'after' || write !== 2) return
      store.onWrite = null
      second = await apply(await runOf(b, store, tempFolder(), { run: 'host/2/b' }), yes)
    }
    expect(await apply(await runOf(a, store, folder), yes)).toMatchObject({ kind: 'complete' })
    // What the first run wrote may already stand in the second plan's way; otherwise the lock does.
    expect(second).toMatchObject({ kind: 'refused' })
  })

  test('of one plan twice at once, one refuses', async () => {
    const plan = planFor(changesOn(store), store)
    let second: unknown = null
    store.onWrite = async ({ when, write }) => {
      if (when !== 'after' || write !== 1) return
      store.onWrite = null
      // Between the two looks of the one that waits, the holder renews.
      const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/hopscope-fix'
      let renewals = 0
      const other = {
        ...(await runOf(plan, store, folder, { run: 'host/2/b', isDead: () => false })),
        sleep: () =>
          Promise.resolve(
            void store.put(lease, {
              ...store.get(lease),
              metadata: { name: 'hopscope-fix', labels: { renewed: String((renewals += 1)) } },
            }),
          ),
      }
      second = await apply(other, yes)
    }
    await apply(await runOf(plan, store, folder), yes)
    expect(second).toMatchObject({ kind: 'refused', why: expect.stringContaining('right now') })
  })

  test('a rollout that does not become ready stops it, and undo brings everything back', async () => {
    const before = store.everything()
    const plan = planFor(changesOn(store), store)
    store.rollsOut = false
    expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({
      kind: 'stopped',
      why: expect.stringContaining('Deployment/shop/web does not become ready: not ready within'),
    })
    store.rollsOut = true
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({ kind: 'complete' })
    expect(store.everything()).toBe(before)
  })

  test('an interrupt ends it between two writes; then it goes on, or back', async () => {
    const before = store.everything()
    const plan = planFor(changesOn(store), store)
    const controller = new AbortController()
    store.onWrite = ({ when, write }) => {
      if (when === 'after' && write === 3) controller.abort()
      return Promise.resolve()
    }
    expect(await apply(await runOf(plan, store, folder, { signal: controller.signal }), yes)).toEqual({
      kind: 'interrupted',
    })
    expect(store.get('/api/v1/namespaces/shop/services/upstream')).toBeDefined()
    expect(store.get('/apis/apps/v1/namespaces/shop/daemonsets/cache')).toBeUndefined()
    expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({ kind: 'complete' })
    expect(store.get('/apis/apps/v1/namespaces/shop/daemonsets/cache')).toBeDefined()
    await undo(await runOf(plan, store, folder), { force: false })
    expect(store.everything()).toBe(before)
  })
})

describe('undo', () => {
  const image = ['spec', 'template', 'spec', 'containers', 0, 'image'] as const

  test('refuses a field of its own that someone else changed since, with nothing written; --force shows it and asks', async () => {
    const before = store.everything()
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    store.put(web, put(store.get(web) ?? {}, image, 'busybox:safe'))
    const writes = store.writes()
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('Deployment/shop/web: it was changed: spec.template.spec.containers[web].image'),
    })
    expect(
      await undo(await runOf(plan, store, folder), { force: true, confirm: () => Promise.resolve(false) }),
    ).toMatchObject({ kind: 'refused', why: 'not confirmed' })
    expect(store.writes()).toBe(writes)
    const shown: string[] = []
    const confirm = (lines: readonly string[]): Promise<boolean> => (shown.push(...lines), yes())
    expect(await undo(await runOf(plan, store, folder), { force: true, confirm })).toMatchObject({ kind: 'complete' })
    expect(shown.join('\n')).toContain('busybox:safe')
    expect(store.everything()).toBe(before)
  })

  test('keeps what an autoscaler and a colleague did beside it, and asks nobody', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    const scaled = put(
      put(store.get(web) ?? {}, ['spec', 'replicas'], 40),
      ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'],
      'today',
    )
    store.put(web, scaled)
    store.put(
      '/apis/apps/v1/namespaces/shop/daemonsets/cache',
      put(store.get('/apis/apps/v1/namespaces/shop/daemonsets/cache') ?? {}, ['metadata', 'generation'], 7),
    )
    const said: string[] = []
    expect(await undo(await runOf(plan, store, folder, { said }), { force: false })).toMatchObject({ kind: 'complete' })
    expect(store.get(web)).toMatchObject({
      spec: {
        replicas: 40,
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'today' } },
          spec: { containers: [{ image: 'busybox' }] },
        },
      },
    })
    expect(said).toContain('restored Deployment/shop/web: spec.replicas stays as someone else set it')
  })

  test.each([true, false])('writes to nothing that someone made anew (force: %s)', async (force) => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    store.remove(web)
    const anew = store.put(web, put(deployment('web', 2), image, 'theirs'))
    const old = store.put('/api/v1/namespaces/shop/configmaps/old', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'old' },
      data: { key: 'theirs' },
    })
    expect(await undo(await runOf(plan, store, folder), { force })).toMatchObject({ kind: 'complete' })
    expect(at(store.get(web), 'metadata', 'uid')).toBe(at(anew, 'metadata', 'uid'))
    expect(store.get(web)).toMatchObject({
      spec: { replicas: 2, template: { spec: { containers: [{ image: 'theirs' }] } } },
    })
    expect(store.get('/api/v1/namespaces/shop/configmaps/old')).toEqual(old)
  })

  test('never deletes an object of the same name that the plan did not create, not even with --force', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    const path = '/api/v1/namespaces/shop/services/upstream'
    store.remove(path)
    store.put(path, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'upstream' }, spec: { mine: true } })
    const said: string[] = []
    expect(await undo(await runOf(plan, store, folder, { said }), { force: true })).toMatchObject({ kind: 'complete' })
    expect(store.get(path)?.['spec']).toMatchObject({ mine: true })
    expect(said).toContain('left     Service/shop/upstream: it is not what this plan created')
  })

  test('does not say that all is as it was when the cluster stops answering', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    const { cluster, ...rest } = await runOf(plan, store, folder)
    let gone = false
    const leaving: typeof cluster = {
      ...cluster,
      get: (...args) => (gone ? Promise.resolve(unknown('failed', 'the cluster went away')) : cluster.get(...args)),
    }
    store.onWrite = ({ when, path }) => {
      gone ||= when === 'after' && path.includes('serviceaccounts')
      return Promise.resolve()
    }
    expect(await undo({ ...rest, cluster: leaving }, { force: false })).toMatchObject({
      kind: 'stopped',
      why: expect.stringMatching(/went away|does not go/),
    })
  })

  test('twice does not say that all is as it was when it is not', async () => {
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    await undo(await runOf(plan, store, folder), { force: false })
    store.put(web, put(store.get(web) ?? {}, image, 'busybox:9'))
    const writes = store.writes()
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('undone already, and since then changed: not as it was: Deployment/shop/web'),
    })
    expect(store.writes()).toBe(writes)
  })

  test("is not kept by the token that an older cluster's controller hangs on a ServiceAccount", async () => {
    const before = store.everything()
    const plan = planFor(changesOn(store), store)
    await apply(await runOf(plan, store, folder), yes)
    const path = '/api/v1/namespaces/shop/serviceaccounts/cache'
    store.put(path, {
      ...store.get(path),
      secrets: [{ name: 'cache-token-x7k2p' }],
      imagePullSecrets: [{ name: 'cache-dockercfg-9lq4z' }],
    })
    expect(await undo(await runOf(plan, store, folder), { force: false })).toMatchObject({ kind: 'complete' })
    expect(store.everything()).toBe(before)
  })

  test('is what remains of a plan that was cut off and is too old to go on', async () => {
    const plan = planFor(changesOn(store), store)
    const controller = new AbortController()
    store.onWrite = ({ when, write }) =>
      Promise.resolve(when === 'after' && write === 3 ? controller.abort() : undefined)
    await apply(await runOf(plan, store, folder, { signal: controller.signal }), yes)
    expect(
      await apply(await runOf(plan, store, folder, { at: new Date(now.getTime() + 31 * 60_000) }), yes),
    ).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('half applied'),
      hint: `hopscope fix --undo ${plan.id}`,
    })
  })

  test('of a plan that was never applied says so', async () => {
    expect(await undo(await runOf(planFor(changesOn(store), store), store, folder), { force: false })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('never applied'),
    })
  })
})
