import { describe, expect, test } from 'vitest'
import { stub, trouble } from '../../test/build/checks.ts'
import { insideView } from '../../test/build/dns.ts'
import { conntrackOf, probe } from '../../test/build/lookups.ts'
import { pod } from '../../test/build/pod.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import { cannotTell, notApplicable, ok, type Verdict } from '../findings/verdict.ts'
import { model } from '../model/build.ts'
import { known, unknown } from '../model/known.ts'
import { type Subject, subject } from '../model/subject.ts'
import type { InsideLookups } from '../probe/inside/inside-lookups.ts'
import type { Verification } from '../remedies/remedy.ts'
import type { Measure } from './measure.ts'
import type { Plan, Step } from './plan.ts'
import { judge, verify } from './verify.ts'

/* What a verification says, and where it turns: one row just under each limit, and one just over. */

const web = subject('Pod', 'shop', 'web-1')
const option = 'single-request-reopen'
const bare: Verification = { codes: [], target: null, namespace: 'shop', level: 'probe', p99Ms: null }
const inside: Verification = { ...bare, inside: { workloads: [web], option } }

function planOf(verify: Verification, about: Partial<Plan> = {}): Plan {
  const dns = subject('Service', 'kube-system', 'kube-dns')
  return { id: 'x', code: 'DNS107', subject: dns, steps: [], measured: null, verify, ...about } as unknown as Plan
}

type Sources = Parameters<typeof model>[0]
const looked = (sources: Sources = {}, ...told: readonly (readonly [string, Verdict | (() => never)])[]): Diagnosis =>
  diagnose(model(sources), { checks: told.map(([code, verdict]) => stub(code, verdict)) })

const withOption: Sources = {
  pods: known([pod('web-1', { owner: null })]),
  insideViews: known([insideView('web-1', { resolvConf: known(`options ${option}\n`) })]),
}
/** So many lookups of 10 ms, but for those that are given. */
const times = (count: number, others: readonly number[] = [], about: Partial<InsideLookups> = {}): InsideLookups => ({
  workload: 'Pod/shop/web-1',
  pod: 'web-1',
  times: [...Array.from({ length: count - others.length }, () => 10), ...others],
  failed: 0,
  short: null,
  ...about,
})

describe('lookups inside', () => {
  const second = 1001
  const fixed: readonly string[] = ['fixed']
  test.each<[string, InsideLookups, number | null, readonly string[]]>([
    ['enough', times(500), null, fixed],
    [
      'one too few',
      times(499, [], { short: 'it was interrupted' }),
      null,
      [
        'unsure',
        'only 499 lookups were made inside the pods of Pod/shop/web-1, and 500 are needed',
        'lookups inside pod web-1: it was interrupted',
      ],
    ],
    ['enough, and cut short', times(500, [], { short: 'it was interrupted' }), null, fixed],
    ['one of a second', times(500, [1000]), null, fixed],
    ['one that is slow', times(500, [second]), null, ['unsure', '1 of 500 lookups still took longer than a second']],
    ['two of 500', times(500, [second, second]), null, ['unsure', '2 of 500 lookups still took longer than a second']],
    [
      'five of 500: one in a hundred',
      times(
        500,
        Array.from({ length: 5 }, () => second),
      ),
      null,
      ['not-fixed', '5 of 500 lookups still took longer than a second'],
    ],
    [
      'four of 500',
      times(
        500,
        Array.from({ length: 4 }, () => second),
      ),
      null,
      ['unsure', '4 of 500 lookups still took longer than a second'],
    ],
    [
      'five of 500 that failed',
      times(500, [], { failed: 5 }),
      null,
      ['not-fixed', '5 of 500 lookups inside the pods of Pod/shop/web-1 failed'],
    ],
    ['four that failed', times(500, [], { failed: 4 }), null, fixed],
    ['at the limit', times(500, [90, 90, 90, 90, 90, 90]), 90, fixed],
    ['over it', times(500, [91, 91, 91, 91, 91, 91]), 90, ['not-fixed', 'p99 is 91 ms, and must be under 90 ms']],
  ])('%s', (_what, lookups, p99Ms, told) => {
    const { kind, reasons } = judge(planOf({ ...inside, p99Ms }), looked(withOption), [lookups])
    expect([kind, ...reasons]).toEqual(told)
  })

  test('of workloads that nobody asked: none', () => {
    expect(judge(planOf(inside), looked(withOption), [times(0, [], { short: 'no getent' })])).toMatchObject({
      kind: 'unsure',
      reasons: ['no lookups were made inside the pods', 'lookups inside pod web-1: no getent'],
      rows: [],
    })
  })

  test.each<[string, Sources, string]>([
    [
      'a pod without it',
      {
        pods: known([pod('web-1', { owner: null }), pod('cart-1', { owner: null })]),
        insideViews: known([
          insideView('web-1', { resolvConf: known('options ndots:5\n') }),
          insideView('cart-1', { resolvConf: known(`options ${option}\n`) }),
        ]),
      },
      `pod web-1 has no \`${option}\` in its resolv.conf`,
    ],
    [
      'a pod that leaves',
      { ...withOption, pods: known([pod('web-1', { owner: null, deleting: true })]) },
      'no pod of Pod/shop/web-1 could be looked into',
    ],
    [
      'a pod of that name elsewhere',
      {
        ...withOption,
        insideViews: known([insideView('web-1', { namespace: 'other', resolvConf: known(`options ${option}\n`) })]),
      },
      'no pod of Pod/shop/web-1 could be looked into',
    ],
    [
      'a file that could not be read',
      { ...withOption, insideViews: known([insideView('web-1', { resolvConf: unknown('failed', 'no cat') })]) },
      'no pod of Pod/shop/web-1 could be looked into',
    ],
    [
      'no pods',
      { ...withOption, pods: unknown('forbidden', 'list pods') },
      'no pod of Pod/shop/web-1 could be looked into',
    ],
  ])('the option: %s', (_what, sources, reason) =>
    expect(judge(planOf(inside), looked(sources), [times(500)]).reasons).toEqual([reason]),
  )
})

describe('lookups from the nodes', () => {
  const measured: Measure = {
    lookups: 500,
    lost: 7,
    slow: 7,
    p50Ms: 1,
    p99Ms: 5000,
    insertFailed: null,
    parts: [
      { where: 'worker-1', lookups: 250, lost: 7, slow: 7, p50Ms: 1, p99Ms: 5000 },
      { where: 'worker-9', lookups: 250, lost: 0, slow: 0, p50Ms: 1, p99Ms: 5 },
    ],
  }
  const timed: Verification = { ...bare, p99Ms: 100 }
  const probed = (about: Parameters<typeof probe>[0]['about'] = {}): Sources => ({
    dnsProbe: known(probe({ nodes: ['worker-1'], counts: { servicePairs: 500 }, about })),
  })

  test('a node of before that is told to be missing is told once', () => {
    const missing = [{ node: 'worker-9', why: 'it is cordoned' }]
    expect(judge(planOf(timed, { measured }), looked(probed({ missing }))).reasons).toEqual([
      'worker-9 was not measured: it is cordoned',
    ])
    expect(judge(planOf(timed, { measured }), looked(probed())).reasons).toEqual([
      'worker-9 was measured before, and is not now',
    ])
  })

  test('none at all', () =>
    expect(judge(planOf(timed, { measured }), looked()).reasons).toEqual(['no lookups were measured']))

  test('nobody asks for times where they do not matter', () =>
    expect(judge(planOf(bare), looked())).toEqual({ kind: 'fixed', reasons: [], rows: [], notes: [] }))

  test('conntrack is in the table where it was read, before or now', () => {
    const row = (before: number | null, after: boolean): unknown =>
      judge(
        planOf(timed, { measured: { ...measured, insertFailed: before } }),
        looked({
          ...probed(),
          ...(after ? { conntrack: known([conntrackOf('worker-1', { insert_failed: 3 })]) } : {}),
        }),
      )
        .rows.filter((it) => it.what === 'insert_failed')
        .map((it) => [it.before, it.after])
    expect(row(null, false)).toEqual([])
    expect(row(40, false)).toEqual([['+40', 'not read']])
    expect(row(null, true)).toEqual([['not read', '+3']])
  })

  test('places are in the table where there are several', () => {
    const [one] = measured.parts
    const rows = (parts: Measure['parts']): readonly string[] =>
      judge(planOf(timed, { measured: { ...measured, parts } }), looked(probed())).rows.map((it) => it.what)
    expect(rows(measured.parts).slice(3)).toEqual(['worker-1', 'worker-9'])
    expect(rows(one === undefined ? [] : [one])).toEqual(['lookups lost', 'lookups > 1 s', 'p50 / p99'])
  })

  test('what the probe waited for is told where it counts, and nowhere else', () => {
    const about = {
      lag: [
        { node: 'a', p99Ms: 10 },
        { node: 'b', p99Ms: 60 },
        { node: 'c', p99Ms: 20 },
      ],
    }
    const of = (ms: number): ReturnType<typeof judge> =>
      judge(
        planOf(timed),
        looked({
          dnsProbe: known(
            probe({
              nodes: ['worker-1'],
              counts: { servicePairs: 500 },
              network: () => ({ kind: 'answered', ms }),
              about,
            }),
          ),
        }),
      )
    const lag = 'the probes themselves waited up to 60 ms for a processor, which p99 may take on top of its 100 ms'
    expect(of(90)).toMatchObject({ kind: 'fixed', notes: [] })
    expect(of(150)).toMatchObject({ kind: 'fixed', notes: [lag] })
    // TCP takes a little more: 160 ms, which is the limit and the wait together.
    expect(of(159)).toMatchObject({ kind: 'fixed', notes: [lag] })
    expect(of(170)).toMatchObject({ kind: 'not-fixed', notes: [] })
  })
})

describe('a check', () => {
  const verified = { ...bare, codes: ['DNS107'] }
  test.each<[string, Diagnosis, readonly string[]]>([
    ['is well', looked({}, ['DNS107', ok(1)]), ['fixed']],
    ['did not run', looked(), ['unsure', 'DNS107 did not run']],
    ['was another', looked({}, ['DNS108', ok(1)]), ['unsure', 'DNS107 did not run']],
    [
      'crashed',
      looked({}, [
        'DNS107',
        () => {
          throw new Error('bug\nof many lines')
        },
      ]),
      ['unsure', expect.stringMatching(/^DNS107 crashed: .*bug$/) as unknown as string],
    ],
    [
      'cannot tell',
      looked({}, ['DNS107', cannotTell('forbidden', 'no right to look')]),
      ['unsure', 'DNS107 cannot tell: no right to look'],
    ],
    [
      'had nothing to look at',
      looked({}, ['DNS107', notApplicable('there is no DNS')]),
      ['unsure', 'DNS107 had nothing to look at: there is no DNS'],
    ],
  ])('that %s', (_what, diagnosis, told) => {
    const { kind, reasons } = judge(planOf(verified), diagnosis)
    expect([kind, ...reasons]).toEqual(told)
  })

  const policy = { object: subject('NetworkPolicy', 'shop', 'cart-allow-dns') } as unknown as Step
  const changed = { object: subject('Deployment', 'shop', 'web') } as unknown as Step
  const plan = (code: string, target: string | null): Plan =>
    planOf({ ...bare, codes: ['DNS107'], target }, { code, steps: [policy, changed] })
  test.each<[string, Plan, Subject, string]>([
    ["the plan's own subject", plan('DNS107', null), subject('Service', 'kube-system', 'kube-dns'), 'not-fixed'],
    ['what the plan changed', plan('DNS107', null), subject('Deployment', 'shop', 'web'), 'not-fixed'],
    ['what it made a policy for', plan('DNS107', null), subject('Deployment', 'shop', 'cart'), 'not-fixed'],
    ['another', plan('DNS107', null), subject('Deployment', 'shop', 'other'), 'fixed'],
    [
      'another of that name, of a step that makes no policy',
      plan('DNS107', null),
      subject('Pod', 'shop', 'web'),
      'fixed',
    ],
    ['another, of a plan for all of DNS', plan('DNS107', 'dns'), subject('Deployment', 'shop', 'other'), 'not-fixed'],
    ['another, by a code that the plan is not for', plan('DNS108', null), subject('Pod', 'shop', 'x'), 'not-fixed'],
  ])('that finds %s', (_what, its, of, kind) => {
    expect(judge(its, looked({}, ['DNS107', trouble('x', { subject: of })])).kind).toBe(kind)
  })

  test('what it finds is said before what it cannot tell', () => {
    const diagnosis = looked({}, ['DNS108', cannotTell('forbidden', 'no right')], ['DNS107', trouble('x')])
    const { kind, reasons } = judge(planOf({ ...bare, codes: ['DNS108', 'DNS107'] }, { code: 'DNS1' }), diagnosis)
    expect([kind, ...reasons]).toEqual([
      'not-fixed',
      expect.stringMatching(/^DNS107 still finds /),
      'DNS108 cannot tell: no right',
    ])
  })
})

test('pods are looked into only where the plan asks for it', async () => {
  const asked: unknown[] = []
  const look = {
    diagnose: () => Promise.resolve(looked(withOption)),
    inside: (wanted: unknown) => (asked.push(wanted), Promise.resolve([times(500)])),
  }
  expect((await verify(planOf(bare), look)).kind).toBe('fixed')
  expect(asked).toEqual([])
  expect((await verify(planOf(inside), look)).kind).toBe('fixed')
  expect(asked).toEqual([inside.inside])
})
