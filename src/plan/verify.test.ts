import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stub, trouble } from '../../test/build/checks.ts'
import { insideView } from '../../test/build/dns.ts'
import { answered, conntrackOf, lost, type Network, probe, servfail } from '../../test/build/lookups.ts'
import { pod } from '../../test/build/pod.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import { cannotTell, notApplicable, ok, type Verdict } from '../findings/verdict.ts'
import { model } from '../model/build.ts'
import { known } from '../model/known.ts'
import type { DnsProbe } from '../model/lookups.ts'
import type { Model } from '../model/sources.ts'
import { subject } from '../model/subject.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { changesOn, planFor, populate } from '../../test/build/plan-run.ts'
import type { InsideLookups } from '../probe/inside/inside-lookups.ts'
import type { Measure } from './measure.ts'
import type { Plan } from './plan.ts'
import { judge } from './verify.ts'

let store: ApiStore
let plan: Plan
beforeEach(async () => {
  store = await apiStore()
  populate(store)
  plan = planFor(changesOn(store), store)
})
afterEach(() => store.close())

const told = (verdict: Verdict | readonly Verdict[] | (() => never), sources: Model = model({})): Diagnosis =>
  diagnose(sources, { checks: [stub('DNS107', verdict)] })

describe('a plan has done what it was for', () => {
  test('when its check runs again and is well', () =>
    expect(judge(plan, told(ok(2)))).toEqual({ kind: 'fixed', reasons: [], rows: [], notes: [] }))
  test('not when it still finds something', () =>
    expect(judge(plan, told(trouble('x')))).toMatchObject({
      kind: 'not-fixed',
      reasons: [expect.stringContaining('DNS107 still finds')],
    }))
  test.each<[string, Verdict | readonly Verdict[] | (() => never)]>([
    ['could not tell', cannotTell('forbidden', 'no right')],
    ['could tell a part only', [ok(1), cannotTell('timed-out', 'one node did not answer')]],
    ['had nothing to look at', notApplicable('there is none')],
    [
      'crashed',
      () => {
        throw new Error('bug')
      },
    ],
  ])('unknown, and never yes, when it %s', (_name, verdict) => expect(judge(plan, told(verdict)).kind).toBe('unsure'))
  test('unknown when it did not run', () =>
    expect(judge(plan, diagnose(model({}), { checks: [] })).kind).toBe('unsure'))

  const before: Measure = {
    lookups: 500,
    lost: 37,
    slow: 37,
    p50Ms: 0.5,
    p99Ms: 5010,
    insertFailed: 40,
    parts: [{ where: 'worker-1', lookups: 500, lost: 37, slow: 37, p50Ms: 0.5, p99Ms: 5010 }],
  }
  const probed = (network?: Network, about: Partial<DnsProbe> = {}, servicePairs = 500): Diagnosis =>
    told(
      ok(1),
      model({
        dnsProbe: known(
          probe({
            nodes: ['worker-1', 'worker-2'],
            counts: { servicePairs },
            about,
            ...(network === undefined ? {} : { network }),
          }),
        ),
        conntrack: known([conntrackOf('worker-1'), conntrackOf('worker-2')]),
      }),
    )
  const timed = (): Plan => ({ ...plan, measured: before, verify: { ...plan.verify, p99Ms: 100 } })

  test('lookups before and after, side by side, in all and for each node', () => {
    const { rows, kind } = judge(timed(), probed())
    expect(kind).toBe('fixed')
    expect(rows.map((it) => [it.what, it.before, it.after])).toEqual([
      ['lookups lost', '37 of 500', '0 of 1208'],
      ['lookups > 1 s', '37 of 500', '0 of 1208'],
      ['p50 / p99', '0.50 ms / 5.01 s', '0.60 ms / 1.1 ms'],
      ['insert_failed', '+40', '+0'],
      ['worker-1', '37 of 500 > 1 s, p99 5.01 s', '0 of 604 > 1 s, p99 1.1 ms'],
      ['worker-2', 'not measured', '0 of 604 > 1 s, p99 1.1 ms'],
    ])
  })
  test('unknown where times matter and none were measured', () =>
    expect(judge(timed(), told(ok(1))).kind).toBe('unsure'))
  test('unknown with fewer lookups than it takes to miss nothing', () =>
    expect(judge(timed(), probed(undefined, { stopped: 'answers got worse' }, 200))).toMatchObject({
      kind: 'unsure',
      reasons: ['only 304 lookups were made on worker-1, and 500 are needed: answers got worse'],
    }))
  test('unknown when a node was not measured', () =>
    expect(judge(timed(), probed(undefined, { missing: [{ node: 'worker-3', why: 'no room' }] }))).toMatchObject({
      kind: 'unsure',
      reasons: ['worker-3 was not measured: no room'],
    }))
  test('unknown when a node that was measured before is not now', () => {
    const both = { ...before, parts: [...before.parts, { ...before.parts[0]!, where: 'worker-9' }] }
    expect(judge({ ...timed(), measured: both }, probed())).toMatchObject({
      kind: 'unsure',
      reasons: ['worker-9 was measured before, and is not now'],
    })
  })
  test('not when lookups fail at once, however quick that is', () =>
    expect(
      judge(
        timed(),
        probed(() => servfail(2)),
      ),
    ).toMatchObject({ kind: 'not-fixed', reasons: ['1208 of 1208 lookups lost a packet or failed'] }))
  test('unknown while one lookup of many fails at once', () =>
    expect(
      judge(
        timed(),
        probed((it) =>
          it.method === 'pair' && it.index === 7 && it.node === 'worker-2' && it.transport === 'udp'
            ? servfail(2)
            : answered(),
        ),
      ),
    ).toMatchObject({ kind: 'unsure', reasons: ['1 of 1208 lookups lost a packet or failed'] }))
  test('unknown while one lookup of many is slow', () =>
    expect(
      judge(
        timed(),
        probed((it) =>
          it.method === 'pair' && it.index === 7 && it.node === 'worker-2' && it.transport === 'udp'
            ? lost('a')
            : answered(),
        ),
      ),
    ).toMatchObject({ kind: 'unsure', reasons: ['1 of 1208 lookups still took longer than a second'] }))
  test('not while more are', () =>
    expect(
      judge(
        timed(),
        probed((it) => (it.index % 20 === 7 ? lost('a') : answered())),
      ),
    ).toMatchObject({ kind: 'not-fixed' }))
  test('not while p99 is over the limit, unless the probe itself got no processor', () => {
    const slow = (): ReturnType<Network> => answered(140)
    expect(judge(timed(), probed(slow))).toMatchObject({
      kind: 'not-fixed',
      reasons: ['p99 is 141 ms, and must be under 100 ms'],
    })
    expect(judge(timed(), probed(slow, { lag: [{ node: 'worker-1', p99Ms: 60 }] }))).toMatchObject({
      kind: 'fixed',
      notes: ['the probes themselves waited up to 60 ms for a processor, which p99 may take on top of its 100 ms'],
    })
  })

  const web = subject('Pod', 'shop', 'web-1')
  const inside = {
    codes: [],
    target: null,
    namespace: 'shop',
    level: 'probe' as const,
    p99Ms: null,
    inside: { workloads: [web], option: 'single-request-reopen' },
  }
  const lookedInto = (text: string): Diagnosis =>
    told(
      ok(1),
      model({
        pods: known([pod('web-1', { owner: null })]),
        insideViews: known([insideView('web-1', { resolvConf: known(text) })]),
      }),
    )
  const withOption = lookedInto('search a\noptions ndots:5 single-request-reopen\n')
  const times = (slow: number, count = 500, short: string | null = null): readonly InsideLookups[] => [
    {
      workload: 'Pod/shop/web-1',
      pod: 'web-1',
      times: Array.from({ length: count }, (_, index) => (index < slow ? 5010 : 10)),
      failed: 0,
      short,
    },
  ]
  test('when the new pods have the option, and lookups inside them are quick', () => {
    expect(judge({ ...plan, verify: inside }, withOption, times(0))).toMatchObject({
      kind: 'fixed',
      rows: expect.arrayContaining([{ what: 'lookups > 1 s', before: 'not measured', after: '0 of 500' }]),
    })
  })
  test('not when they do not', () =>
    expect(judge({ ...plan, verify: inside }, lookedInto('options ndots:5\n'), times(0)).kind).toBe('not-fixed'))
  test('not when lookups inside them still stall', () =>
    expect(judge({ ...plan, verify: inside }, withOption, times(40))).toMatchObject({
      kind: 'not-fixed',
      reasons: ['40 of 500 lookups still took longer than a second'],
    }))
  test('unknown when few or none could be made', () => {
    expect(judge({ ...plan, verify: inside }, withOption, times(0, 0, 'its container has no getent'))).toMatchObject({
      kind: 'unsure',
      reasons: ['no lookups were made inside the pods', 'lookups inside pod web-1: its container has no getent'],
    })
    expect(judge({ ...plan, verify: inside }, withOption, times(0, 120)).kind).toBe('unsure')
  })
  test('unknown when one of two workloads could not be asked', () => {
    const two = { ...inside, inside: { ...inside.inside, workloads: [web, subject('Pod', 'shop', 'cart-1')] } }
    const views = told(
      ok(1),
      model({
        pods: known([pod('web-1', { owner: null }), pod('cart-1', { owner: null })]),
        insideViews: known(
          ['web-1', 'cart-1'].map((it) => insideView(it, { resolvConf: known('options single-request-reopen\n') })),
        ),
      }),
    )
    const none: InsideLookups = {
      workload: 'Pod/shop/cart-1',
      pod: 'cart-1',
      times: [],
      failed: 0,
      short: 'its container has no getent',
    }
    expect(judge({ ...plan, verify: two }, views, [...times(0), none])).toMatchObject({
      kind: 'unsure',
      reasons: [
        'only 0 lookups were made inside the pods of Pod/shop/cart-1, and 500 are needed',
        'lookups inside pod cart-1: its container has no getent',
      ],
    })
  })
  test('not when all lookups of one of two workloads fail, few as they are beside the other', () => {
    const failing: InsideLookups = {
      workload: 'Pod/shop/cart-1',
      pod: 'cart-1',
      times: Array.from({ length: 4 }, () => 10),
      failed: 4,
      short: null,
    }
    expect(judge({ ...plan, verify: inside }, withOption, [...times(0), failing])).toMatchObject({ kind: 'not-fixed' })
  })
  test('unknown when none could be looked into', () =>
    expect(judge({ ...plan, verify: inside }, told(ok(1)), times(0)).kind).toBe('unsure'))
})
