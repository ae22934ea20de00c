import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stub, trouble } from '../../test/build/checks.ts'
import { insideView } from '../../test/build/dns.ts'
import { probe } from '../../test/build/lookups.ts'
import { pod } from '../../test/build/pod.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import { cannotTell, notApplicable, ok, type Verdict } from '../findings/verdict.ts'
import { model } from '../model/build.ts'
import { known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { subject } from '../model/subject.ts'
import { apiStore, type ApiStore } from './testdata/api-store.ts'
import { changesOn, planFor, populate } from './testdata/fixture.ts'
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

const told = (verdict: Verdict | readonly Verdict[] | (() => never), sources: Model = model({})): Diagnosis => diagnose(sources, { checks: [stub('DNS107', verdict)] })

describe('a plan has done what it was for', () => {
  test('when its check runs again and is well', () => expect(judge(plan, told(ok(2)))).toEqual({ kind: 'fixed', reasons: [], rows: [] }))
  test('not when it still finds something', () => expect(judge(plan, told(trouble('x')))).toMatchObject({ kind: 'not-fixed', reasons: [expect.stringContaining('DNS107 still finds')] }))
  test.each<[string, Verdict | readonly Verdict[] | (() => never)]>([
    ['could not tell', cannotTell('forbidden', 'no right')],
    ['could tell a part only', [ok(1), cannotTell('timed-out', 'one node did not answer')]],
    ['had nothing to look at', notApplicable('there is none')],
    ['crashed', () => { throw new Error('bug') }],
  ])('unknown, and never yes, when it %s', (_name, verdict) => expect(judge(plan, told(verdict)).kind).toBe('unsure'))
  test('unknown when it did not run', () => expect(judge(plan, diagnose(model({}), { checks: [] })).kind).toBe('unsure'))

  test('look-ups before and after, side by side', () => {
    const before = { lookups: 500, lost: 37, slow: 37, p50Ms: 0.5, p99Ms: 5010 }
    const after = told(ok(1), model({ dnsProbe: known(probe({ nodes: ['worker-1'] })) }))
    expect(judge({ ...plan, measured: before }, after).rows.map((it) => [it.what, it.before])).toEqual([['look-ups lost', '37 of 500'], ['look-ups > 1 s', '37 of 500'], ['p50 / p99', '0.5 ms / 5.01 s']])
  })
  test('unknown where times matter and none were measured', () => expect(judge({ ...plan, verify: { ...plan.verify, p99Ms: 100 } }, told(ok(1))).kind).toBe('unsure'))

  const inside = { codes: [], target: null, namespace: 'shop', level: 'probe' as const, p99Ms: null, inside: { workloads: [subject('Pod', 'shop', 'web-1')], option: 'single-request-reopen' } }
  const lookedInto = (text: string): Diagnosis => told(ok(1), model({ pods: known([pod('web-1', { owner: null })]), insideViews: known([insideView('web-1', { resolvConf: known(text) })]) }))
  test('when the new pods have the option', () => expect(judge({ ...plan, verify: inside }, lookedInto('search a\noptions ndots:5 single-request-reopen\n')).kind).toBe('fixed'))
  test('not when they do not', () => expect(judge({ ...plan, verify: inside }, lookedInto('options ndots:5\n')).kind).toBe('not-fixed'))
  test('unknown when none could be looked into', () => expect(judge({ ...plan, verify: inside }, told(ok(1))).kind).toBe('unsure'))
})
