import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stub, trouble } from '../../test/build/checks.ts'
import { clusterDns, insideView } from '../../test/build/dns.ts'
import { changesOn, planFor, populate } from '../../test/build/plan-run.ts'
import { pod } from '../../test/build/pod.ts'
import { service } from '../../test/build/service.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import { cannotTell, ok, type Verdict } from '../findings/verdict.ts'
import { model } from '../model/build.ts'
import { known } from '../model/known.ts'
import { type Level, type Model, sourceLevel } from '../model/sources.ts'
import type { Plan } from './plan.ts'
import { verify } from './verify.ts'
import { verifyLevel } from './verify-level.ts'

const order: readonly Level[] = ['read', 'probe', 'node']
const bare = (code: string): Plan['verify'] => ({
  codes: [code],
  target: null,
  namespace: null,
  level: 'read',
  p99Ms: null,
})

describe('the cure of each finding that has a remedy is looked for where the finding was', () => {
  const curable = checks.filter((it) => it.remedies.length > 0)
  test.each(curable)('$code: every source that it needs is asked again', ({ code, needs }) => {
    const level = verifyLevel(bare(code), model({}))
    for (const name of needs) expect(order.indexOf(sourceLevel[name])).toBeLessThanOrEqual(order.indexOf(level))
  })
  test.each(curable)('$code: and every one that it was found with', ({ code, wants }) => {
    for (const name of wants) {
      const level = verifyLevel(bare(code), model({ [name]: known([]) } as Partial<Model['sources']>))
      expect(order.indexOf(sourceLevel[name])).toBeLessThanOrEqual(order.indexOf(level))
    }
  })
})

describe('a look that could not tell, and would with a probe, is made with one', () => {
  let store: ApiStore
  let plan: Plan
  beforeEach(async () => {
    store = await apiStore()
    populate(store)
    plan = planFor(changesOn(store), store)
  })
  afterEach(() => store.close())

  /** What was asked for, and what came of it. */
  async function judged(
    by: Readonly<Partial<Record<Level, Verdict | readonly Verdict[]>>>,
    level: Level = 'read',
  ): Promise<readonly [readonly Level[], string]> {
    const asked: Level[] = []
    const verdict = await verify(
      { ...plan, verify: { ...plan.verify, level } },
      {
        diagnose: (wanted) => {
          asked.push(wanted.level)
          return Promise.resolve(diagnose(model({}), { checks: [stub('DNS107', by[wanted.level] ?? ok(1))] }))
        },
        inside: () => Promise.resolve([]),
      },
    )
    return [asked, verdict.kind]
  }
  const open = cannotTell('not-asked', 'what stands in the pods was not read', '--probe')

  test('and is a cure when that finds nothing', async () =>
    expect(await judged({ read: open })).toEqual([['read', 'probe'], 'fixed']))
  test('and is none when that finds something', async () =>
    expect(await judged({ read: open, probe: trouble('x') })).toEqual([['read', 'probe'], 'not-fixed']))
  test.each<[string, Verdict | readonly Verdict[], string]>([
    ['reading is enough', ok(1), 'fixed'],
    ['reading finds it again', [open, trouble('x')], 'not-fixed'],
    ['the user left it out', cannotTell('not-asked', 'not asked', 'a run without --no-exec'), 'unsure'],
    ['it was forbidden', cannotTell('forbidden', 'create pods'), 'unsure'],
    ['only counters of the node would tell', cannotTell('not-asked', 'not measured', '--node-access'), 'unsure'],
  ])('not where %s', async (_name, read, kind) => expect(await judged({ read })).toEqual([['read'], kind]))
  test('not where another check of the plan finds it again', async () => {
    const asked: Level[] = []
    const found = diagnose(model({}), { checks: [stub('DNS107', open), stub('DNS108', trouble('x'))] })
    const wanted = { ...plan, verify: { ...plan.verify, codes: ['DNS107', 'DNS108'] } }
    await verify(wanted, {
      diagnose: ({ level }) => (asked.push(level), Promise.resolve(found)),
      inside: () => Promise.resolve([]),
    })
    expect(asked).toEqual(['read'])
  })
  test('once, and no more', async () => expect(await judged({ probe: open }, 'probe')).toEqual([['probe'], 'unsure']))

  test.each(['DNS117', 'DNS119'])('%s, once the spec is fixed', async (code) => {
    const fixed = pod('web-1', { dnsPolicy: 'ClusterFirst' })
    const sources = { pods: known([fixed]), services: known([service('web')]), clusterDns: known(clusterDns()) }
    const asked: Level[] = []
    const verdict = await verify(
      { ...plan, code, verify: bare(code) },
      {
        diagnose: ({ level }) => {
          asked.push(level)
          const seen = level === 'read' ? {} : { insideViews: known([insideView('web-1')]) }
          return Promise.resolve(diagnose(model({ ...sources, ...seen }), { checks }))
        },
        inside: () => Promise.resolve([]),
      },
    )
    expect(asked).toEqual(['read', 'probe'])
    expect(verdict).toMatchObject({ kind: 'fixed', reasons: [] })
  })
})
