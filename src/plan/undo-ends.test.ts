import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { changesOn, closeJournals, planFor, populate, replace, runOf, tempFolder } from '../../test/build/plan-run.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import type { Cluster } from '../kube/cluster.ts'
import { at, type Manifest, put } from '../manifest/object.ts'
import { known, unknown } from '../model/known.ts'
import type { Change } from '../remedies/remedy.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { apply } from './apply.ts'
import type { Plan } from './plan.ts'
import { undo } from './undo.ts'

/* How an undo ends, and what it says on the way: plans of one step or two. */

let store: ApiStore
let folder: string
const yes = (): Promise<boolean> => Promise.resolve(true)
const web = '/apis/apps/v1/namespaces/shop/deployments/web'
const old = '/api/v1/namespaces/shop/configmaps/old'
const image = ['spec', 'template', 'spec', 'containers', 0, 'image'] as const

beforeEach(async () => {
  store = await apiStore()
  folder = tempFolder()
  populate(store)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await closeJournals()
  await store.close()
})

const newImage = (): Change =>
  replace('Deployment', store.get(web) ?? {}, put(store.get(web) ?? {}, image, 'busybox:2'))
const newText = (): Change =>
  replace('ConfigMap', store.get(old) ?? {}, put(store.get(old) ?? {}, ['data', 'key'], 'new'))
const deletes = (): Change => changesOn(store).find((it) => it.verb === 'delete') ?? newText()
const makes = (): Change => changesOn(store)[0] ?? newText()

async function applied(...changes: readonly Change[]): Promise<Plan> {
  const plan = planFor(changes, store)
  expect(await apply(await runOf(plan, store, folder), yes)).toMatchObject({ kind: 'complete' })
  return plan
}

interface About {
  readonly cluster?: (real: Cluster) => Partial<Cluster>
  readonly force?: boolean
  readonly confirm?: (lines: readonly string[]) => Promise<boolean>
  readonly signal?: AbortSignal
}

async function undone(plan: Plan, { cluster = () => ({}), force = false, confirm, signal }: About = {}) {
  const said: string[] = []
  const slept: number[] = []
  const real = store.cluster()
  const run = await runOf(plan, store, folder, {
    said,
    cluster: { ...real, ...cluster(real) },
    ...(signal === undefined ? {} : { signal }),
  })
  const sleep = (ms: number): Promise<void> => {
    slept.push(ms)
    return run.sleep(ms)
  }
  const outcome = await undo({ ...run, sleep }, { force, ...(confirm === undefined ? {} : { confirm }) })
  return { outcome, said, slept }
}

describe('complete', () => {
  test('a workload is waited for, and its rollout told, whatever is restored after it', async () => {
    const plan = await applied(newText(), newImage())
    expect(await undone(plan)).toMatchObject({
      outcome: { kind: 'complete', rollout: 'rollout 1/1' },
      said: ['restored Deployment/shop/web', 'restored ConfigMap/shop/old'],
    })
    expect(at(store.get(web), ...image)).toBe('busybox')
  })

  test('a workload that does not become ready is as it was all the same, and that is told last', async () => {
    const plan = await applied(newImage(), newText())
    store.rollsOut = false
    const { outcome, said } = await undone(plan)
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said).toEqual([
      'restored ConfigMap/shop/old',
      'restored Deployment/shop/web',
      expect.stringMatching(/^not ready, as restored: Deployment\/shop\/web: not ready within 0 s: /),
    ])
  })

  test('what the plan made is deleted, what it deleted is there again, neither is waited for', async () => {
    const before = store.everything()
    const plan = await applied(makes(), deletes())
    expect(await undone(plan)).toMatchObject({
      outcome: { kind: 'complete', rollout: null },
      said: ['restored ConfigMap/shop/old', 'deleted  ServiceAccount/shop/cache'],
    })
    expect(store.everything()).toBe(before)
  })

  test('nobody is asked where nothing of others goes, not even with force', async () => {
    const plan = await applied(newText())
    const confirm = (): Promise<boolean> => Promise.reject(new Error('asked'))
    expect(await undone(plan, { force: true, confirm })).toMatchObject({ outcome: { kind: 'complete' } })
  })

  test('with force, and nobody to ask, what others did goes', async () => {
    const plan = await applied(newText())
    store.put(old, put(store.get(old) ?? {}, ['data', 'key'], 'theirs'))
    expect(await undone(plan, { force: true })).toMatchObject({ outcome: { kind: 'complete' } })
    expect(at(store.get(old), 'data', 'key')).toBe('value')
  })

  test('a second time it says so, and writes nothing', async () => {
    const plan = await applied(newText())
    await undone(plan)
    const writes = store.writes()
    expect(await undone(plan)).toMatchObject({
      outcome: { kind: 'complete', rollout: null },
      said: [`plan ${plan.id} is undone already`],
    })
    expect(store.writes()).toBe(writes)
  })
})

test('of a run that was killed before it wrote anything: there is nothing to do, and that is an end', async () => {
  const before = store.everything()
  const plan = planFor([newText()], store)
  const { journal } = await runOf(plan, store, folder)
  await journal.write({ kind: 'begin', at: '2026-01-02T03:04:05Z', action: 'apply', run: 'host/1/a' })
  expect(await undone(plan)).toMatchObject({ outcome: { kind: 'complete', rollout: null }, said: [] })
  expect(store.everything()).toBe(before)
})

describe('refused, with nothing written', () => {
  test('when an object cannot be looked at', async () => {
    const plan = await applied(newText())
    const writes = store.writes()
    const blind = (real: Cluster): Partial<Cluster> => ({
      get: ((resource: { readonly plural: string }, ...rest: readonly never[]) =>
        resource.plural === 'configmaps'
          ? Promise.resolve(unknown('forbidden', 'get configmaps: forbidden'))
          : (real.get as (...all: readonly unknown[]) => unknown)(resource, ...rest)) as Cluster['get'],
    })
    expect(await undone(plan, { cluster: blind })).toMatchObject({
      outcome: {
        kind: 'refused',
        why: 'an object of the plan could not be looked at: get configmaps: forbidden',
      },
    })
    expect(store.writes()).toBe(writes)
  })

  test('when it changes again while somebody is asked', async () => {
    const plan = await applied(newText())
    store.put(old, put(store.get(old) ?? {}, ['data', 'key'], 'theirs'))
    const confirm = (): Promise<boolean> => {
      store.put(old, put(store.get(old) ?? {}, ['data', 'key'], 'and again'))
      return yes()
    }
    expect(await undone(plan, { force: true, confirm })).toMatchObject({
      outcome: {
        kind: 'refused',
        why: 'it changed again while it was looked at',
        hint: `look again: hopscope fix --undo ${plan.id} --force`,
      },
    })
    expect(at(store.get(old), 'data', 'key')).toBe('and again')
  })

  test('when somebody changes it between the look and the lock', async () => {
    const plan = await applied(newText())
    let isDone = false
    store.onWrite = ({ when, path }) => {
      if (!isDone && when === 'after' && path.includes('leases')) {
        isDone = true
        store.put(old, put(store.get(old) ?? {}, ['data', 'key'], 'theirs'))
      }
      return Promise.resolve()
    }
    expect(await undone(plan)).toMatchObject({
      outcome: {
        kind: 'refused',
        why: `changed by someone else since plan ${plan.id}: ConfigMap/shop/old: it was changed: data.key`,
        hint: `to see it, and be asked: hopscope fix --undo ${plan.id} --force`,
      },
    })
    expect(at(store.get(old), 'data', 'key')).toBe('theirs')
  })
})

describe('stopped', () => {
  const failing = (times: number) => {
    let left = times
    return (real: Cluster): Partial<Cluster> => ({
      replace: ((...all: readonly never[]) =>
        left-- > 0
          ? Promise.resolve(unknown('failed', 'etcd is full'))
          : (real.replace as (...all: readonly unknown[]) => unknown)(...all)) as Cluster['replace'],
    })
  }

  test('a write that fails five times, each a little later', async () => {
    const plan = await applied(newText())
    const { outcome, slept } = await undone(plan, { cluster: failing(9) })
    expect(outcome).toEqual({ kind: 'stopped', why: 'ConfigMap/shop/old: etcd is full' })
    expect(slept).toEqual([200, 400, 600, 800])
  })

  test('not a write that fails four times', async () => {
    const plan = await applied(newText())
    expect(await undone(plan, { cluster: failing(4) })).toMatchObject({ outcome: { kind: 'complete' } })
  })

  test('an admission webhook that stores something else than was there', async () => {
    const plan = await applied(newText())
    store.mutate = (object) => (object['kind'] === 'ConfigMap' ? put(object, ['data', 'more'], 'x') : object)
    const { outcome } = await undone(plan)
    expect(outcome).toEqual({
      kind: 'stopped',
      why: expect.stringContaining(
        'ConfigMap/shop/old: the API server stored something else than the former object',
      ) as unknown,
    })
    const journal = (await runOf(plan, store, folder)).journal.entries
    expect(journal.filter((it) => it.kind === 'end').map((it) => [it.action, it.outcome, it.why])).toContainEqual([
      'undo',
      'stopped',
      'ConfigMap/shop/old was restored, but not exactly',
    ])
  })

  test('what is being deleted does not go, so that the former object cannot be made', async () => {
    const plan = await applied(newImage())
    const leaving = put(store.get(web) ?? {}, ['metadata', 'deletionTimestamp'], '2026-01-01T00:00:00Z')
    const stays = (real: Cluster): Partial<Cluster> => ({
      get: ((resource: { readonly plural: string }, ...rest: readonly never[]) =>
        resource.plural === 'deployments'
          ? Promise.resolve(known(leaving))
          : (real.get as (...all: readonly unknown[]) => unknown)(resource, ...rest)) as Cluster['get'],
    })
    const { outcome } = await undone(plan, { cluster: stays, force: true })
    expect(outcome).toEqual({
      kind: 'stopped',
      why: 'Deployment/shop/web: it is being deleted, and does not go',
    })
  }, 30_000)
})

test('without the lock the next step is not taken back', async () => {
  const plan = await applied(newImage(), newText())
  const real = performance.now.bind(performance)
  let ahead = 0
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ahead)
  store.onWrite = ({ when, path }) => {
    if (when === 'after' && path === old) ahead = 16_000
    return Promise.resolve()
  }
  expect(await undone(plan)).toMatchObject({
    outcome: { kind: 'stopped', why: 'the lock could not be renewed for 15 s' },
    said: ['restored ConfigMap/shop/old'],
  })
  expect(at(store.get(web), ...image)).toBe('busybox:2')
})

test('an object that can no longer be looked at is not taken back', async () => {
  const plan = await applied(newText())
  let looks = 0
  const blind = (real: Cluster): Partial<Cluster> => ({
    get: ((resource: { readonly plural: string }, ...rest: readonly never[]) =>
      resource.plural === 'configmaps' && (looks += 1) > 2
        ? Promise.resolve(unknown('forbidden', 'get configmaps: forbidden'))
        : (real.get as (...all: readonly unknown[]) => unknown)(resource, ...rest)) as Cluster['get'],
  })
  expect(await undone(plan, { cluster: blind })).toMatchObject({
    outcome: { kind: 'stopped', why: 'ConfigMap/shop/old: get configmaps: forbidden' },
  })
  expect(at(store.get(old), 'data', 'key')).toBe('new')
})

test('interrupted between two steps: the second is not touched', async () => {
  const plan = await applied(newImage(), newText())
  const stop = new AbortController()
  store.onWrite = ({ when, path }) => {
    if (when === 'after' && path === old) stop.abort()
    return Promise.resolve()
  }
  expect(await undone(plan, { signal: stop.signal })).toMatchObject({
    outcome: { kind: 'interrupted' },
    said: ['restored ConfigMap/shop/old'],
  })
  expect(at(store.get(web), ...image)).toBe('busybox:2')
})

describe('a Corefile is seen to be taken again', () => {
  const texts = { before: '. {\n  reload\n}\n', after: '. {\n  cache 30\n  reload\n}\n' }
  const hash = (text: string): string =>
    createHash('sha512')
      .update(corefileVersionText(text) ?? '')
      .digest('hex')
  const reload = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, port: 9153 }

  /** One server, which runs whatever the ConfigMap says once it was asked a few times; `refuses` one that does not. */
  const servers =
    (how: 'takes' | 'refuses' | 'silent' | 'none') =>
    (real: Cluster): Partial<Cluster> => {
      let asked = 0
      const pod = {
        metadata: { name: 'coredns-1' },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }
      return {
        list: ((resource: { readonly plural: string }, options: object, project: (raw: never) => unknown) =>
          resource.plural === 'pods'
            ? Promise.resolve(how === 'none' ? unknown('forbidden', 'list pods') : known([project(pod as never)]))
            : (real.list as (...all: readonly unknown[]) => unknown)(resource, options, project)) as Cluster['list'],
        raw: () => {
          asked += 1
          const text = String(at(store.get(old), 'data', 'Corefile'))
          const refused = how === 'refuses' && asked > 2 ? 1 : 0
          return Promise.resolve(
            how === 'silent' && asked > 1
              ? unknown('timed-out', 'no answer')
              : known(
                  [
                    'process_start_time_seconds 1',
                    `coredns_reload_failed_total ${refused}`,
                    `coredns_reload_version_info{hash="sha512",value="${hash(text)}"} 1`,
                  ].join('\n'),
                ),
          )
        },
        logs: () => Promise.resolve(unknown('forbidden', 'logs')),
      }
    }

  async function withCorefile(): Promise<Plan> {
    store.put(old, put(store.get(old) ?? {}, ['data', 'Corefile'], texts.before))
    const before = store.get(old) ?? {}
    const change = replace('ConfigMap', before, put(before, ['data', 'Corefile'], texts.after) satisfies Manifest)
    const plan = planFor([{ ...change, reload } as Change], store)
    const run = await runOf(plan, store, folder)
    const cluster = { ...run.cluster, ...servers('takes')(run.cluster) }
    expect(await apply({ ...run, cluster }, yes)).toMatchObject({ kind: 'complete' })
    return plan
  }

  test('by each server', async () => {
    const { outcome, said } = await undone(await withCorefile(), { cluster: servers('takes') })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said).toEqual([
      'restored ConfigMap/shop/old',
      expect.stringMatching(
        /^reloaded ConfigMap\/shop\/old: this very text is run by 1 of 1 DNS servers, after \d+ s$/,
      ),
    ])
  })

  test('or refused, which is told, and undoes nothing', async () => {
    const { outcome, said } = await undone(await withCorefile(), { cluster: servers('refuses') })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said.at(-1)).toMatch(
      /^not ready, as restored: ConfigMap\/shop\/old: DNS server coredns-1 refuses the new Corefile/,
    )
  })

  test('or nobody could see it', async () => {
    const { outcome, said } = await undone(await withCorefile(), { cluster: servers('none') })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said.at(-1)).toBe(
      'not ready, as restored: ConfigMap/shop/old: whether the DNS servers took it again was not seen',
    )
  })

  test('or who waits is interrupted', async () => {
    const plan = await withCorefile()
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => {
      if (when === 'after' && path === old) stop.abort()
      return Promise.resolve()
    }
    const { said } = await undone(plan, { cluster: servers('silent'), signal: stop.signal })
    expect(said.at(-1)).toBe(
      'not ready, as restored: ConfigMap/shop/old: whether the DNS servers took it again was not seen',
    )
  })
})
