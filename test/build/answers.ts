import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { matrixOf } from '../../src/answers/matrix.ts'
import { traceOf } from '../../src/answers/trace/trace.ts'
import { checks } from '../../src/checks/registry.ts'
import { diagnose, type Diagnosis } from '../../src/engine.ts'
import type { Model } from '../../src/model/sources.ts'
import { subject } from '../../src/model/subject.ts'
import { diagnosisJson, type DiagnosisJson, dnsAnswer } from '../../src/report/diagnosis/json.ts'
import { targetsJson } from '../../src/report/diagnosis/several.ts'
import type { Answer } from '../../src/report/formats/answer.ts'
import { matrixAnswer } from '../../src/report/matrix/matrix-json.ts'
import { outputSchemas } from '../../src/report/schemas/all.ts'
import { traceAnswer } from '../../src/report/trace/trace-json.ts'
import { readSnapshot } from '../../src/snapshot/read.ts'
import { modelOf } from '../describe-check.ts'
import { plant } from './plant.ts'
import { traced } from './trace.ts'

const folder = join(import.meta.dirname, '../../scenarios')

export const scenarios = readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))

export function recorded(scenario: string): Promise<Model> {
  return readSnapshot(join(folder, scenario, 'snapshot.hops'))
}

const run = { started: '2026-11-28T04:25:45.000Z', durationMs: 14_210 }

/** Every document that can be made of a model, by what it is. */
export function answersOf(model: Model): readonly (readonly [string, Answer])[] {
  const found: Diagnosis = diagnose(model, { checks })
  const diagnosis = diagnosisJson(found, run)
  const its = found.roots.map((it) => it.finding)
  const standing = {
    ...run,
    rules: [
      { code: 'DNS104', subject: null, reason: 'known', until: '2027-01-31', state: 'stale', findings: 0 } as const,
    ],
    baseline: {
      run: 'before.hops',
      started: 'then',
      fresh: its,
      still: [],
      gone: its,
      unjudged: its,
      isNew: () => true,
    },
  }
  const matrix = matrixOf(model, { port: null })
  return [
    ['diagnosis', diagnosisJson(found, standing)],
    ['dns', dnsAnswer(found, run)],
    ['targets', targetsOf(model, diagnosisJson(found, standing))],
    ...(matrix === null
      ? []
      : [['matrix', matrixAnswer(matrix, { asked: true, left: 0, unasked: [] }, diagnosis)] as const]),
  ]
}

/** The first Service beside everything, so that a cause of one may be explained in the other. */
function targetsOf(model: Model, whole: DiagnosisJson): Answer {
  const [one] = model.sources.services.known ? model.sources.services.value : []
  const target = one === undefined ? null : subject('Service', one.namespace, one.name)
  const scope = { ...model.scope, target: { kind: 'object', object: target, url: null } }
  const narrow = target === null ? model : ({ ...model, scope } as Model)
  const second = diagnosisJson(diagnose(narrow, { checks }), run)
  return targetsJson(
    model,
    [
      { target: 'everything', diagnosis: whole },
      { target: 'svc/first', diagnosis: second },
    ],
    run,
  )
}

/** Traces to each kind of end. */
export const traces: readonly (readonly [string, Answer])[] = [
  traced.scope,
  traced.toPod('web-1', 8080),
  traced.toHost('db.corp.example', 5432),
].map((scope) => {
  const model = modelOf({ ...traced.sources, namespaces: [], networkPolicies: [] }, {}, scope)
  const its = diagnose(model, { checks })
  const way = traceOf(
    model,
    its.roots.map((it) => it.finding),
  )
  if (way === null) throw new Error('no trace')
  return [`trace to ${way.to}`, traceAnswer(way, diagnosisJson(its, run))] as const
})

/**
 * The document with something behind every text in it that can be any text: a word of a list, and what tells variants
 * apart, stay as they are, or it would be no such document.
 */
export function planted(answer: Answer, behind: string): Answer {
  const schema = outputSchemas.find((it) => it.id === answer.schema)?.schema
  if (schema === undefined) throw new Error(`no schema ${answer.schema}`)
  const kept = new Set<string>()
  for (;;) {
    const out = plant(answer, (it, path) => (kept.has(path) ? it : `${it}${behind}`))
    const { issues = [] } = v.safeParse(schema, out)
    if (issues.length === 0) return out
    const before = kept.size
    for (const it of issues) kept.add(v.getDotPath(it) ?? '')
    if (kept.size === before) throw new Error(`does not fit: ${JSON.stringify(issues[0]?.message)}`)
  }
}
