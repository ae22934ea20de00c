import { expect, test } from 'vitest'
import * as v from 'valibot'
import { stub, trouble } from '../../../test/build/checks.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose, type Diagnosis } from '../../engine.ts'
import { diagnosis as schema } from '../schemas/diagnosis.ts'
import { diagnosisJson, noRun } from './json.ts'
import { targetsJson, togetherOf } from './several.ts'

const model = modelOf({})
const found = (...checks: readonly ReturnType<typeof stub>[]): Diagnosis => diagnose(model, { checks })
const unsure = { kind: 'cannot-tell', reason: 'forbidden', why: 'no permission', settle: null } as const
const ok = { kind: 'ok', examined: 1, note: null } as const

const document = (...its: readonly Diagnosis[]) =>
  targetsJson(
    model,
    its.map((it, index) => ({ target: `svc/${index}`, diagnosis: diagnosisJson(it) })),
    noRun,
  )

test('a check is ok of several where it is of each', () => {
  const well = stub('SVC901', ok)
  const blind = stub('SVC901', unsure)
  const bad = stub('SVC901', trouble('cart'))
  const codes = (...its: readonly Diagnosis[]) => {
    const { ok: fine, cannotTell, findings } = togetherOf(document(...its))
    return [fine, cannotTell.map((it) => it.code), findings.map((it) => it.code)]
  }
  expect(codes(found(well), found(well))).toEqual([['SVC901'], [], []])
  expect(codes(found(well), found(blind))).toEqual([[], ['SVC901'], []])
  expect(codes(found(bad), found(well), found(bad))).toEqual([[], [], ['SVC901']])
})

test('the verdict is the worst, and the headline counts each', () => {
  const all = document(found(stub('SVC901', ok)), found(stub('SVC901', trouble('cart'))))
  expect(all.verdict).toBe('findings')
  expect(all.headline).toBe('2 targets: 1 with findings (svc/1), 1 where nothing wrong was seen (svc/0).')
})

test('together they are a diagnosis, whose ids are its own', () => {
  const [cart, web] = [stub('SVC901', trouble('cart')), stub('SVC902', trouble('web'))]
  const one = togetherOf(document(found(cart), found(web), found(web, cart)))
  expect(v.is(schema, JSON.parse(JSON.stringify({ schema: 'hopscope/v1', ...one })))).toBe(true)
  expect(one.findings.map((it) => [it.id, it.code])).toEqual([
    ['f1', 'SVC901'],
    ['f2', 'SVC902'],
  ])
})
