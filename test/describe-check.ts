import { describe, expect, test } from 'vitest'
import { diagnose } from '../src/engine.ts'
import type { AnyCheck } from '../src/findings/check.ts'
import type { Confidence, Severity } from '../src/findings/verdict.ts'
import { known } from '../src/model/known.ts'
import { model } from '../src/model/build.ts'
import { subjectKey } from '../src/model/subject.ts'
import type { Model, Scope, SourceName, Sources } from '../src/model/sources.ts'

interface Row {
  readonly it: string
  /** Sources that are known in this row; the others are unknown. A whole model may be given instead. */
  readonly given: Partial<Sources> | Model
  readonly scope?: Partial<Scope>
  /** `finding`s are compared by subject, in order. */
  readonly expect: 'ok' | 'not-applicable' | 'cannot-tell' | readonly ExpectedFinding[]
}

interface ExpectedFinding {
  /** `Service/shop/cart`. */
  readonly subject: string
  readonly confidence?: Confidence
  readonly severity?: Severity
  readonly args?: Readonly<Record<string, string | number>>
}

const rows = new Map<string, Set<string>>()

/** A check's behaviour as a table. Also proves, for each row, that its words render and that the model is unchanged. */
export function describeCheck(check: AnyCheck, table: readonly Row[]): void {
  describe(`${check.code} ${check.slug}`, () => {
    for (const row of table) {
      test(row.it, () => {
        const given = freeze(isModel(row.given) ? row.given : model(Object.fromEntries(Object.entries(row.given).map(([name, value]) => [name, known(value)])), {
          scope: { namespace: null, target: { kind: 'everything' }, level: 'node', ...row.scope },
        }))
        const result = diagnose(given, { checks: [check] }).results[0]
        if (result === undefined) throw new Error('the engine gave no result')
        expect(result.crash).toBeNull()
        if (typeof row.expect === 'string') {
          expect(result.findings.map((it) => subjectKey(it.subject))).toEqual([])
          expect(result.verdict).toBe(row.expect)
          return
        }
        expect(result.findings.map((it) => subjectKey(it.subject))).toEqual(row.expect.map((it) => it.subject))
        for (const [index, found] of result.findings.entries()) {
          const want = row.expect[index]
          if (want?.confidence !== undefined) expect(found.confidence).toBe(want.confidence)
          if (want?.severity !== undefined) expect(found.severity).toBe(want.severity)
          if (want?.args !== undefined) expect(found.args).toMatchObject(want.args)
          for (const say of [check.words.headline(found), check.words.detail(found), ...check.words.help(found), check.words.note(found) ?? '']) {
            expect(say).not.toMatch(/undefined|NaN|\[object/)
          }
          expect(check.words.headline(found)).toMatch(/\.$/)
          expect(found.evidence.length).toBeGreaterThan(0)
        }
      })
    }
    test('its table holds a finding, an ok and, where it needs a probe, a cannot-tell', () => {
      const kinds = new Set(table.map((row) => (typeof row.expect === 'string' ? row.expect : 'finding')))
      expect(kinds).toContain('finding')
      expect(kinds).toContain('ok')
      rows.set(check.code, kinds)
    })
  })
}

function isModel(given: Row['given']): given is Model {
  return 'sources' in given
}

/** Deeply frozen: a check that writes to its input throws. */
export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}

export type { SourceName }
