import { describe, expect, test } from 'vitest'
import { stub, trouble } from '../test/build/checks.ts'
import { modelOf } from '../test/describe-check.ts'
import { diagnose, exitCode } from './engine.ts'
import type { AnyCheck } from './findings/check.ts'
import { cannotTell, notApplicable, ok, type Severity, type Verdict } from './findings/verdict.ts'
import { unknown } from './model/known.ts'

const empty = modelOf({})
const resultOf = (check: AnyCheck, model = empty) => diagnose(model, { checks: [check] }).results[0]
const boom = stub('ZZZ901', () => {
  throw new Error('a bug')
})

const verdict = (...told: readonly Verdict[]) => resultOf(stub('ZZZ901', told))?.verdict
const neverRun = (): never => {
  throw new Error('must not run')
}
const needs = (name: 'pods' | 'dnsProbe' | 'conntrack', model = empty) =>
  resultOf(stub('ZZZ901', neverRun, { needs: [name] }), model)
const code = (checks: readonly AnyCheck[], failOn: Severity = 'warning', strict = false) =>
  exitCode(diagnose(empty, { checks }), { failOn, strict })

describe('one check', () => {
  test('that crashes is contained, and the others still run', () => {
    const { results, roots } = diagnose(empty, { checks: [boom, stub('ZZZ902', trouble('cart'))] })
    expect(results.map((it) => it.verdict)).toEqual(['crashed', 'finding'])
    expect(results[0]?.crash).toMatch(/^Error: a bug\n/)
    expect(roots).toHaveLength(1)
  })

  test('gets the worst of its verdicts: finding, then cannot tell, then ok', () => {
    const unsure = cannotTell('too-few', 'few')
    expect(verdict(ok(1), unsure, trouble('cart'), notApplicable('none'))).toBe('finding')
    expect(verdict(ok(1), unsure, notApplicable('none'))).toBe('cannot-tell')
    expect(verdict(ok(1), notApplicable('none'))).toBe('ok')
    expect(verdict(notApplicable('none'))).toBe('not-applicable')
    expect(verdict()).toBe('not-applicable')
    expect(verdict(ok(0))).toBe('not-applicable')
  })

  test('keeps what it could not tell beside what it found', () => {
    expect(resultOf(stub('ZZZ901', [trouble('cart'), cannotTell('too-few', 'few')]))?.cannotTell).toHaveLength(1)
  })

  test('gets code, slug and severity of its own, and a milder severity where it says so', () => {
    const findings = resultOf(stub('ZZZ901', [trouble('cart'), trouble('web', { severity: 'info' })]))?.findings
    expect(findings?.map((it) => `${it.code} ${it.slug} ${it.severity}`)).toEqual([
      'ZZZ901 stub/zzz901 error',
      'ZZZ901 stub/zzz901 info',
    ])
  })
})

describe('a source that a check needs', () => {
  test.each([
    ['dnsProbe', '--probe'],
    ['conntrack', '--node-access'],
    ['pods', null],
  ] as const)('%s, not asked for: cannot tell, settled by %s', (name, settle) => {
    expect(needs(name)).toMatchObject({
      verdict: settle === null ? 'cannot-tell' : 'not-asked',
      crash: null,
      cannotTell: [{ reason: 'not-asked', settle }],
    })
  })

  test('forbidden: the missing right is told, and no flag', () => {
    expect(needs('dnsProbe', modelOf({}, { dnsProbe: unknown('forbidden', 'create pods in shop') }))).toMatchObject({
      cannotTell: [{ reason: 'forbidden', why: 'no permission: create pods in shop', settle: null }],
    })
  })

  test('known: handed over, and nothing that was not declared', () => {
    let seen: object = {}
    const spy: AnyCheck = {
      ...stub('ZZZ901', ok(1), { needs: ['pods'] }),
      wants: ['conntrack'],
      run: (given) => ((seen = given), ok(1)),
    }
    resultOf(spy, modelOf({ pods: [], nodes: [] }))
    expect(Object.keys(seen).toSorted()).toEqual(['conntrack', 'pods', 'scope', 'troubles'])
    expect(seen).toMatchObject({ pods: [], conntrack: { known: false } })
  })
})

describe('the exit code', () => {
  const fine = stub('ZZZ901', ok(1))
  const error = stub('ZZZ902', trouble('cart'))
  const warning = stub('ZZZ903', trouble('cart', { severity: 'warning' }))
  const unsure = stub('ZZZ904', cannotTell('too-few', 'few'))

  test('0 when nothing was found', () => expect(code([fine])).toBe(0))
  test('1 from the severity asked for', () => {
    expect(code([fine, error])).toBe(1)
    expect(code([warning])).toBe(1)
    expect(code([warning], 'error')).toBe(0)
    expect(code([stub('ZZZ905', trouble('cart', { severity: 'info' }))])).toBe(0)
    expect(code([stub('ZZZ905', trouble('cart', { severity: 'info' }))], 'info')).toBe(1)
  })
  test('2 when nothing could be decided: no right, or a check that needs what was not asked for', () => {
    const blind = [stub('ZZZ901', neverRun, { needs: ['pods'] }), stub('ZZZ902', notApplicable('none'))]
    expect(
      exitCode(diagnose(modelOf({}, { pods: unknown('forbidden', 'list pods') }), { checks: blind }), {
        failOn: 'warning',
        strict: false,
      }),
    ).toBe(2)
    expect(code([stub('ZZZ901', neverRun, { needs: ['dnsProbe'] })])).toBe(2)
    expect(code([stub('ZZZ901', neverRun, { needs: ['dnsProbe'] }), stub('ZZZ902', ok(1))])).toBe(0)
  })

  test('--strict counts what could not be told, not what was not asked for', () => {
    expect(code([stub('ZZZ901', neverRun, { needs: ['dnsProbe'] }), stub('ZZZ902', ok(1))], 'warning', true)).toBe(0)
  })

  test('an ignored finding is ignored, and no green', () => {
    const { results } = diagnose(empty, { checks: [stub('ZZZ901', trouble('cart'))], leaveOut: () => true })
    expect(results[0]?.verdict).toBe('ignored')
  })

  test('1 with --strict when something could not be told', () => {
    expect(code([fine, unsure])).toBe(0)
    expect(code([fine, unsure], 'warning', true)).toBe(1)
  })
  test('1 also for a finding that is folded under a milder cause', () => {
    const cause = stub('ZZZ905', trouble('node', { severity: 'info', causes: ['x'] }))
    expect(code([cause, stub('ZZZ902', trouble('cart', { symptoms: ['x'] }))])).toBe(1)
  })
  test('2 when a check crashed, whatever the others found', () => expect(code([boom, error])).toBe(2))
  test('nothing for findings left out', () => {
    expect(
      exitCode(diagnose(empty, { checks: [error], leaveOut: (it) => it.subject.name === 'cart' }), {
        failOn: 'warning',
        strict: false,
      }),
    ).toBe(0)
  })
})
