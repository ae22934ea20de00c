import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  changesOn,
  closeJournals,
  now,
  planFor,
  populate,
  replace,
  runOf,
  tempFolder,
} from '../../test/build/plan-run.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import type { Cluster } from '../kube/cluster.ts'
import { at, type Manifest, put } from '../manifest/object.ts'
import { known, type Reason, unknown } from '../model/known.ts'
import type { Change } from '../remedies/remedy.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { apply, type Confirm } from './apply.ts'
import { idOf, type Plan } from './plan.ts'
import { undo } from './undo.ts'

/* How an apply ends, and what it says on the way: plans of one step or two. */

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
const keyNow = (): unknown => at(store.get(old), 'data', 'key')
const makes = (): Change => changesOn(store)[0] ?? newText()

interface About {
  readonly cluster?: (real: Cluster) => Partial<Cluster>
  readonly confirm?: Confirm
  readonly signal?: AbortSignal
  readonly at?: Date
}

async function applied(plan: Plan, { cluster = () => ({}), confirm = yes, ...options }: About = {}) {
  const said: string[] = []
  const slept: number[] = []
  const real = store.cluster()
  const run = await runOf(plan, store, folder, { said, cluster: { ...real, ...cluster(real) }, ...options })
  const sleep = (ms: number): Promise<void> => {
    slept.push(ms)
    return run.sleep(0)
  }
  return { outcome: await apply({ ...run, sleep }, confirm), said, slept }
}

/** The cluster does not answer for objects of one kind. */
const blind =
  (plural: string, isBlind = () => true) =>
  (real: Cluster): Partial<Cluster> => ({
    get: ((resource: { readonly plural: string }, ...rest: readonly never[]) =>
      resource.plural === plural && isBlind()
        ? Promise.resolve(unknown('forbidden', `get ${plural}: forbidden`))
        : (real.get as (...all: readonly unknown[]) => unknown)(resource, ...rest)) as Cluster['get'],
  })

/** Writes of ConfigMaps that fail, so many times. */
const failing =
  (times: number, { dry = false, reason = 'failed' as Reason } = {}) =>
  (real: Cluster): Partial<Cluster> => {
    let left = times
    return {
      replace: ((...all: readonly unknown[]) => {
        const [{ plural }, , , , options] = all as readonly [
          { plural: string },
          never,
          never,
          never,
          { dryRun: boolean }?,
        ]
        return plural === 'configmaps' && (options?.dryRun ?? false) === dry && left-- > 0
          ? Promise.resolve(unknown(reason, 'etcd is full'))
          : (real.replace as (...all: readonly unknown[]) => unknown)(...all)
      }) as Cluster['replace'],
    }
  }

describe('refused, with nothing written', () => {
  const minute = 60_000
  const later = (ms: number): About => ({ at: new Date(now.getTime() + ms) })
  /** As somebody may write into the file. */
  const until = (ms: number): Plan => {
    const plan = { ...planFor([newText()], store), expiresAt: new Date(now.getTime() + ms).toISOString() }
    return { ...plan, id: idOf(plan) }
  }

  test.each<[string, () => Plan, About, RegExp | null]>([
    ['at its last moment', () => planFor([newText()], store), later(30 * minute), null],
    ['a moment later', () => planFor([newText()], store), later(30 * minute + 1), /^plan \w+ expired at /],
    ['its own end, an early one', () => until(10 * minute), later(10 * minute), null],
    ['after that', () => until(10 * minute), later(10 * minute + 1), /^plan \w+ expired at /],
    ['its own end, a late one', () => until(90 * minute), later(30 * minute), null],
    ['after half an hour all the same', () => until(90 * minute), later(30 * minute + 1), /^plan \w+ expired at /],
    ['made five minutes from now', () => planFor([newText()], store), later(-5 * minute), null],
    ['a moment more', () => planFor([newText()], store), later(-5 * minute - 1), /is from the future: made at 2026-/],
  ])('%s', async (_what, plan, about, why) => {
    const { outcome } = await applied(plan(), about)
    if (why === null) expect(outcome).toEqual({ kind: 'complete', rollout: null })
    else {
      expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) })
      expect(store.writes()).toBe(0)
    }
  })

  test('when it expires while the person thinks', async () => {
    const plan = planFor([newText()], store)
    let at = now
    const run = { ...(await runOf(plan, store, folder)), now: () => at }
    const confirm = (): Promise<boolean> => {
      at = new Date(now.getTime() + 31 * minute)
      return yes()
    }
    expect(await apply(run, confirm)).toMatchObject({ kind: 'refused', why: expect.stringContaining('expired') })
    expect(keyNow()).toBe('value')
  })

  test('when it was applied, or taken back', async () => {
    const plan = planFor([newText()], store)
    await applied(plan)
    expect((await applied(plan)).outcome).toEqual({
      kind: 'refused',
      why: `plan ${plan.id} is applied already`,
      hint: `hopscope fix --verify ${plan.id}, or --undo ${plan.id}`,
    })
    await undo(await runOf(plan, store, folder), { force: false })
    expect((await applied(plan)).outcome).toEqual({
      kind: 'refused',
      why: `plan ${plan.id} was undone`,
      hint: 'make a new one: hopscope fix DNS107 --plan',
    })
  })

  test('when it is half taken back', async () => {
    const plan = planFor([newText(), newImage()], store)
    await applied(plan)
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === web ? stop.abort() : undefined)
    await undo(await runOf(plan, store, folder, { signal: stop.signal }), { force: false })
    expect((await applied(plan)).outcome).toEqual({
      kind: 'refused',
      why: `plan ${plan.id} is half undone`,
      hint: `hopscope fix --undo ${plan.id}`,
    })
  })

  test('when an object cannot be looked at', async () => {
    expect((await applied(planFor([newText()], store), { cluster: blind('configmaps') })).outcome).toEqual({
      kind: 'refused',
      why: 'an object of the plan could not be looked at: get configmaps: forbidden',
      hint: null,
    })
  })

  test('when an object changed: a new plan, or back where it is half applied', async () => {
    const plan = planFor([newText(), newImage()], store)
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === old ? stop.abort() : undefined)
    const theirs = store.get(web) ?? {}
    store.put(web, put(theirs, image, 'theirs'))
    const why = 'no longer as planned: Deployment/shop/web: it was changed'
    expect((await applied(plan)).outcome).toEqual({
      kind: 'refused',
      why,
      hint: 'make a new plan: hopscope fix DNS107 --plan',
    })
    store.put(web, theirs)
    expect((await applied(plan, { signal: stop.signal })).outcome).toEqual({ kind: 'interrupted' })
    store.put(web, put(theirs, image, 'theirs'))
    expect((await applied(plan)).outcome).toEqual({ kind: 'refused', why, hint: `hopscope fix --undo ${plan.id}` })
  })

  test('when the API server would not take it', async () => {
    const asked: string[] = []
    const confirm = (): Promise<boolean> => (asked.push('asked'), yes())
    const plan = planFor([newImage(), newText()], store)
    expect((await applied(plan, { cluster: failing(1, { dry: true }), confirm })).outcome).toEqual({
      kind: 'refused',
      why: 'the API server would not take it: ConfigMap/shop/old: etcd is full',
      hint: 'nothing was written',
    })
    expect([asked, store.writes()]).toEqual([[], 0])
  })

  test('when somebody interrupts the question', async () => {
    const stop = new AbortController()
    const confirm = (): Promise<boolean> => (stop.abort(), yes())
    expect((await applied(planFor([newText()], store), { confirm, signal: stop.signal })).outcome).toEqual({
      kind: 'refused',
      why: 'interrupted',
      hint: null,
    })
    expect(store.writes()).toBe(0)
  })
})

describe('what a webhook makes of it', () => {
  const more = (object: Manifest): Manifest =>
    object['kind'] === 'ConfigMap' ? put(object, ['data', 'more'], 'x') : object
  const line = 'ConfigMap/shop/old + data.more: x'

  test('is shown, and stored once it was accepted', async () => {
    store.mutate = more
    const shown: string[] = []
    const { outcome, said } = await applied(planFor([newText()], store), {
      confirm: (differs) => (shown.push(...differs), yes()),
    })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(shown).toEqual([line])
    expect(said).toEqual([
      'server-side dry run 1 accepted, every object still as planned; but the API server would store something else',
      'changed  ConfigMap/shop/old',
    ])
  })

  test('stops it where the dry run said nothing of it', async () => {
    store.mutate = (object, dry) => (dry ? object : more(object))
    expect((await applied(planFor([newText()], store))).outcome).toEqual({
      kind: 'stopped',
      why: 'the API server stored something else than was planned, and than its dry run said: ' + line,
    })
  })

  test("is seen when it takes the plan's mark away, without which undo would leave what was made", async () => {
    const plan = planFor([makes()], store)
    store.mutate = (object) => put(object, ['metadata', 'labels', 'hopscope.dev/plan'], undefined)
    const shown: string[] = []
    await applied(plan, { confirm: (differs) => (shown.push(...differs), Promise.resolve(false)) })
    expect(shown).toEqual([`ServiceAccount/shop/cache - metadata.labels."hopscope.dev/plan": ${plan.id}`])
  })
})

describe('on the way', () => {
  test('each step is told by what it does', async () => {
    expect(await applied(planFor([makes(), newText()], store))).toMatchObject({
      outcome: { kind: 'complete', rollout: null },
      said: [
        'server-side dry run 2 accepted, every object still as planned',
        'created  ServiceAccount/shop/cache',
        'changed  ConfigMap/shop/old',
      ],
    })
  })

  test('what an earlier run wrote stands, and is not written again', async () => {
    const plan = planFor([newText(), newImage()], store)
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === old ? stop.abort() : undefined)
    await applied(plan, { signal: stop.signal })
    expect(at(store.get(web), ...image)).toBe('busybox')
    store.onWrite = null
    const { outcome, said } = await applied(plan)
    expect(outcome).toEqual({ kind: 'complete', rollout: 'rollout 1/1' })
    expect(said).toEqual([
      'server-side dry run 1 accepted, every object still as planned',
      'stands   ConfigMap/shop/old',
      'changed  Deployment/shop/web',
      'ready    Deployment/shop/web: rollout 1/1',
    ])
  })

  test('interrupted between two steps: the second is not touched', async () => {
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === old ? stop.abort() : undefined)
    const { outcome } = await applied(planFor([newText(), makes()], store), { signal: stop.signal })
    expect(outcome).toEqual({ kind: 'interrupted' })
    expect(store.get('/api/v1/namespaces/shop/serviceaccounts/cache')).toBeUndefined()
  })

  test('interrupted while a workload becomes ready', async () => {
    store.rollsOut = false
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === web ? stop.abort() : undefined)
    const { outcome } = await applied(planFor([newImage()], store), { signal: stop.signal })
    expect(outcome).toEqual({ kind: 'interrupted' })
  })

  test('without the lock the next step is not written', async () => {
    const real = performance.now.bind(performance)
    let ahead = 0
    vi.spyOn(performance, 'now').mockImplementation(() => real() + ahead)
    store.onWrite = ({ when, path }) => {
      if (when === 'after' && path === old) ahead = 16_000
      return Promise.resolve()
    }
    const { outcome } = await applied(planFor([newText(), makes()], store))
    expect(outcome).toEqual({ kind: 'stopped', why: 'the lock could not be renewed for 15 s' })
    expect(store.get('/api/v1/namespaces/shop/serviceaccounts/cache')).toBeUndefined()
  })

  test.each<[string, Parameters<typeof failing>, readonly number[], boolean]>([
    ['refused five times', [5], [0, 0, 0, 0, 0], false],
    ['refused four times', [4], [0, 0, 0, 0], true],
    ['not answered: only the cluster knows, a little later', [1, { reason: 'timed-out' }], [1500], true],
    ['cut off', [1, { reason: 'cut-off' }], [1500], true],
  ])('a write that is %s', async (_what, fails, waits, isComplete) => {
    const { outcome, slept } = await applied(planFor([newText()], store), { cluster: failing(...fails) })
    expect(outcome).toEqual(
      isComplete ? { kind: 'complete', rollout: null } : { kind: 'stopped', why: 'ConfigMap/shop/old: etcd is full' },
    )
    expect(slept).toEqual(waits)
  })

  test.each([
    ['five times', 5, { kind: 'stopped', why: 'ConfigMap/shop/old: etcd is full' }],
    ['four times', 4, { kind: 'complete', rollout: null }],
  ] as const)('a second dry run that is refused %s', async (_what, times, end) => {
    let isAsked = false
    const cluster = (real: Cluster): Partial<Cluster> => {
      const fails = failing(times, { dry: true })(real).replace ?? real.replace
      return {
        replace: ((...all: Parameters<Cluster['replace']>) =>
          isAsked ? fails(...all) : real.replace(...all)) as Cluster['replace'],
      }
    }
    const confirm = (): Promise<boolean> => ((isAsked = true), yes())
    expect((await applied(planFor([newText()], store), { cluster, confirm })).outcome).toEqual(end)
  })

  test('an object that can no longer be looked at is not written', async () => {
    let looks = 0
    const cluster = blind('configmaps', () => (looks += 1) > 2)
    expect((await applied(planFor([newText()], store), { cluster })).outcome).toEqual({
      kind: 'stopped',
      why: 'ConfigMap/shop/old: get configmaps: forbidden',
    })
    expect(keyNow()).toBe('value')
  })

  test('a write whose answer was lost is known by its result, and noted once', async () => {
    const plan = planFor([newText()], store)
    const lost = (real: Cluster): Partial<Cluster> => ({
      replace: (async (...all: Parameters<Cluster['replace']>) => {
        const answer = await real.replace(...all)
        const [{ plural }, , , , options] = all
        return plural === 'configmaps' && options?.dryRun !== true ? unknown('cut-off', 'reset') : answer
      }) as Cluster['replace'],
    })
    const { outcome, said } = await applied(plan, { cluster: lost })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said.at(-1)).toBe('changed  ConfigMap/shop/old')
    const { entries } = (await runOf(plan, store, folder)).journal
    expect(entries.filter((it) => it.kind === 'done' && it.step === 0)).toMatchObject([
      { action: 'apply', stored: { uid: at(store.get(old), 'metadata', 'uid') } },
    ])
  })
})

describe('a Corefile is seen to be taken', () => {
  const texts = { before: '. {\n  reload\n}\n', after: '. {\n  cache 30\n  reload\n}\n' }
  const hash = (text: string): string =>
    createHash('sha512')
      .update(corefileVersionText(text) ?? '')
      .digest('hex')
  const reload = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, port: 9153 }
  type How = 'takes' | 'refuses' | 'stays' | 'none'

  /** One server, which runs whatever the ConfigMap says once it was asked a few times; `refuses` one that does not. */
  const servers =
    (how: How) =>
    (real: Cluster): Partial<Cluster> => {
      let asked = 0
      const pod = { metadata: { name: 'coredns-1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
      return {
        list: ((resource: { readonly plural: string }, options: object, project: (raw: never) => unknown) =>
          resource.plural === 'pods'
            ? Promise.resolve(how === 'none' ? unknown('forbidden', 'list pods') : known([project(pod as never)]))
            : (real.list as (...all: readonly unknown[]) => unknown)(resource, options, project)) as Cluster['list'],
        raw: () => {
          asked += 1
          const text = how === 'stays' ? texts.before : String(at(store.get(old), 'data', 'Corefile'))
          return Promise.resolve(
            known(
              [
                'process_start_time_seconds 1',
                `coredns_reload_failed_total ${how === 'refuses' && asked > 2 ? 1 : 0}`,
                `coredns_reload_version_info{hash="sha512",value="${hash(text)}"} 1`,
              ].join('\n'),
            ),
          )
        },
        logs: () => Promise.resolve(unknown('forbidden', 'logs')),
      }
    }

  const edit = (): Change => {
    store.put(old, put(store.get(old) ?? {}, ['data', 'Corefile'], texts.before))
    const before = store.get(old) ?? {}
    return { ...replace('ConfigMap', before, put(before, ['data', 'Corefile'], texts.after)), reload } as Change
  }

  test('by each server', async () => {
    const { outcome, said } = await applied(planFor([edit()], store), { cluster: servers('takes') })
    expect(outcome).toEqual({ kind: 'complete', rollout: null })
    expect(said.slice(1)).toEqual([
      'changed  ConfigMap/shop/old',
      expect.stringMatching(
        /^reloaded ConfigMap\/shop\/old: this very text is run by 1 of 1 DNS servers, after \d+ s$/,
      ),
    ])
  })

  test('or refused: what was written must not stay', async () => {
    expect((await applied(planFor([edit()], store), { cluster: servers('refuses') })).outcome).toEqual({
      kind: 'stopped',
      why: 'DNS server coredns-1 refuses the new Corefile and goes on with the old one',
      takeBack: true,
    })
  })

  test('or not seen in time, which is no reason to take it back', async () => {
    const real = performance.now.bind(performance)
    let ahead = 0
    vi.spyOn(performance, 'now').mockImplementation(() => real() + ahead)
    const plan = planFor([edit()], store)
    const run = await runOf(plan, store, folder)
    const sleep = (): Promise<void> => {
      // Of the wait's three minutes; the lock is asked before it.
      ahead += 100_000
      return run.sleep(0)
    }
    const outcome = await apply({ ...run, cluster: { ...run.cluster, ...servers('stays')(run.cluster) }, sleep }, yes)
    expect(outcome).toEqual({
      kind: 'stopped',
      why: expect.stringMatching(
        /^1 of 1 DNS servers \(coredns-1\) have not said within 200 s that they run/,
      ) as unknown,
    })
  })

  test('or who waits is interrupted', async () => {
    const stop = new AbortController()
    store.onWrite = ({ when, path }) => Promise.resolve(when === 'after' && path === old ? stop.abort() : undefined)
    const plan = planFor([edit()], store)
    const { outcome } = await applied(plan, { cluster: servers('stays'), signal: stop.signal })
    expect(outcome).toEqual({ kind: 'interrupted' })
  })

  test('where nobody could see it, it is not written', async () => {
    expect((await applied(planFor([edit()], store), { cluster: servers('none') })).outcome).toEqual({
      kind: 'refused',
      why: 'whether the DNS servers would take the new Corefile could not be seen: list pods',
      hint: null,
    })
    expect(at(store.get(old), 'data', 'Corefile')).toBe(texts.before)
  })

  test('nor where something else was written before it', async () => {
    const plan = planFor([makes(), edit()], store)
    expect((await applied(plan, { cluster: servers('none') })).outcome).toEqual({ kind: 'stopped', why: 'list pods' })
    expect(at(store.get(old), 'data', 'Corefile')).toBe(texts.before)
  })
})
