import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { runs } from './build/effort.ts'
import { dnsCapacity } from '../src/answers/dns-capacity.ts'
import type { Resolution } from '../src/answers/resolution.ts'
import { traceOf } from '../src/answers/trace/trace.ts'
import { checks } from '../src/checks/registry.ts'
import { watchOutput } from '../src/cli/watch/output.ts'
import { diagnose } from '../src/engine.ts'
import { known, unknown } from '../src/model/known.ts'
import type { LoadStep } from '../src/model/load.ts'
import { diagnosisJson, dnsAnswer, json, noRun } from '../src/report/diagnosis/json.ts'
import { capacityAnswer, loadAnswer } from '../src/report/dns/capacity-json.ts'
import { paint } from '../src/report/paint.ts'
import { resolveAnswer } from '../src/report/resolve/resolve-json.ts'
import { outputSchemas } from '../src/report/schemas/all.ts'
import { capacity, load } from '../src/report/schemas/capacity.ts'
import { diagnosis, dns } from '../src/report/schemas/diagnosis.ts'
import { resolve } from '../src/report/schemas/resolve.ts'
import { trace } from '../src/report/schemas/trace.ts'
import { watch } from '../src/report/schemas/watch.ts'
import { traceAnswer } from '../src/report/trace/trace-json.ts'
import { readSnapshot } from '../src/snapshot/read.ts'
import { anyModel } from './build/any-model.ts'
import { stub, trouble } from './build/checks.ts'
import { resolution } from './build/resolution.ts'
import { traced } from './build/trace.ts'
import { rates, sample, server } from './build/watch.ts'
import { modelOf } from './describe-check.ts'

const root = join(import.meta.dirname, '..')
const scenarios = readdirSync(join(root, 'scenarios')).filter((it) =>
  existsSync(join(root, 'scenarios', it, 'snapshot.hops')),
)

/** What does not fit, by its place; a field that the schema does not have is one. */
function misfits(schema: v.GenericSchema, output: unknown): readonly string[] {
  const { issues = [] } = v.safeParse(schema, asPrinted(output))
  return issues.map((it) => `${v.getDotPath(it) ?? ''}: ${it.message}`)
}

/** As somebody reads it who parses what is printed. */
function asPrinted(output: unknown): unknown {
  return JSON.parse(typeof output === 'string' ? output : JSON.stringify(output))
}

describe.each(scenarios)('%s', (name) => {
  test('what is said of it has the shape that its schema says', async () => {
    const found = diagnose(await readSnapshot(join(root, 'scenarios', name, 'snapshot.hops')), { checks })
    expect(misfits(diagnosis, json(found, { started: '2026-01-01T00:00:00.000Z', durationMs: 1 }))).toEqual([])
    expect(misfits(dns, dnsAnswer(found))).toEqual([])
    const { dnsProbe } = found.model.sources
    const { paths } = dnsAnswer(found)
    expect(paths.known ? paths.value.length : undefined).toBe(dnsProbe.known ? dnsProbe.value.series.length : undefined)
  })
})

test('of any model', () => {
  fc.assert(
    fc.property(anyModel, (model) => {
      const found = diagnose(model, { checks })
      expect(misfits(diagnosis, json(found))).toEqual([])
      expect(misfits(dns, dnsAnswer(found))).toEqual([])
    }),
    { numRuns: runs(40), endOnFailure: true },
  )
})

test('each shape has its file, and its file says which shape it is', () => {
  const ids = new Map([...outputSchemas.map((it) => [it.name, it.id] as const), ['fix-plan', 'hopscope/fix-plan/1']])
  expect(readdirSync(join(root, 'schemas')).toSorted()).toEqual([...ids.keys()].map((it) => `${it}.json`).toSorted())
  for (const [name, id] of ids) {
    const { $id } = JSON.parse(readFileSync(join(root, 'schemas', `${name}.json`), 'utf8')) as { readonly $id: string }
    expect($id).toBe(`urn:${id.replaceAll('/', ':')}`)
  }
})

const view = {
  pod: 'coredns-1',
  ip: '10.2.0.2',
  windowMs: 5000,
  cpuSeconds: 1,
  requests: null,
  responses: { NOERROR: 1 },
  slowShare: null,
  forwardFailures: null,
  cpuLimitMilli: null,
  version: '1.14.7',
}

/** A policy that keeps it out, and one that may: whole objects, of which the output has the names. */
const policy = {
  namespace: 'shop',
  name: 'deny',
  podSelector: { matchLabels: { a: 'b' }, matchExpressions: [] },
  types: ['Egress' as const],
  ingress: [],
  egress: [],
}
const decided = {
  udp: { kind: 'denied' as const, direction: 'Egress' as const, by: [policy] },
  tcp: { kind: 'unknown' as const, direction: 'Egress' as const, by: [policy], why: 'a named port' },
}

const finding = diagnose(modelOf({}), { checks: [stub('SVC901', trouble('cart'))] }).roots.map((it) => it.finding)
const watchSamples = [
  sample({ findings: finding }),
  sample({
    servers: [
      server('coredns-0', known(rates({ p99Seconds: Infinity }, Infinity))),
      server('b', unknown('timed-out', 'late')),
    ],
    canary: known({ node: 'worker-1', lookups: 5, lost: 0, p50Ms: 1, maxMs: 2 }),
    conntrack: [known({ node: 'worker-1', insertFailed: 1, drop: 0 }), unknown('forbidden', 'no')],
  }),
  sample({ dns: unknown('failed', 'gone'), servers: [], canary: unknown('timed-out', 'silent') }),
]
const watchEnd = {
  started: new Date(0),
  durationMs: 60_000,
  samples: 3,
  numbers: 2,
  troubles: 1,
  requests: 40,
  atStart: 10,
  standing: ['p99'],
  findings: finding,
  missing: new Map([['coredns-0', { pod: 'coredns-0', why: 'late' }]]),
  left: [],
  canary: true,
}

test.each([
  ['a Service', traced.scope],
  ['a pod', traced.toPod('web-1', 8080)],
  ['a host', traced.toHost('db.corp.example', 5432)],
])('a trace to %s', (_, scope) => {
  const model = modelOf({ ...traced.sources, namespaces: [], networkPolicies: [] }, {}, scope)
  const its = diagnose(model, { checks })
  const way = traceOf(
    model,
    its.roots.map((it) => it.finding),
  )
  if (way === null) throw new Error('no trace')
  expect(misfits(trace, traceAnswer(way, diagnosisJson(its)))).toEqual([])
})

describe('a lookup', () => {
  test.each<[string, Partial<Resolution>]>([
    ['found', {}],
    ['with its policies', { target: known(decided), probe: known(decided) }],
    ['without an answer', { walks: unknown('forbidden', 'no pods may be made'), own: unknown('not-asked', 'no exec') }],
  ])('%s', (_, about) => {
    const output = resolveAnswer(resolution(about), { started: null, durationMs: 12, left: [] })
    expect(misfits(resolve, output)).toEqual([])
    expect(JSON.stringify(output)).not.toContain('matchLabels')
  })
})

test('a capacity, in any model', () => {
  fc.assert(
    fc.property(anyModel, (model) => {
      const { clusterDns } = model.sources
      const pods = clusterDns.known ? clusterDns.value.pods : []
      const byPod = new Map(
        pods.map((it, index) => [it.name, index === 0 ? known(rates({}, Infinity)) : unknown('timed-out', 'late')]),
      )
      const its = dnsCapacity(model, byPod)
      if (its !== null) expect(misfits(capacity, capacityAnswer(its, noRun))).toEqual([])
    }),
    { numRuns: runs(60), endOnFailure: true },
  )
})

test('a load', () => {
  const client = { sent: 1, answered: 1, refused: 0, lost: 0, p50: 1, p99: 2, ms: 3 }
  const step: LoadStep = {
    asked: 100,
    load: client,
    canary: client,
    servers: [view],
    held: 0,
    throttledMs: null,
    lagMs: 1,
  }
  const end = { kind: 'harm', why: 'p99 rose', carried: 100, queries: 1000 } as const
  expect(misfits(load, loadAnswer({ steps: [step], end, target: 500 }, noRun))).toEqual([])
})

test('every line of a watch', () => {
  const lines: string[] = []
  const output = watchOutput('json', { write: (it: string) => lines.push(it) > 0 } as never, () =>
    paint({ colour: false, ascii: false, width: 100 }),
  )
  output.load(['40 requests'], 1.5)
  for (const it of watchSamples) output.sample(it, [{ kind: 'trouble', text: 'p99 rose' }])
  output.end(watchEnd)
  expect(lines.length).toBe(2 + 2 * watchSamples.length)
  for (const it of lines) expect(misfits(watch, it)).toEqual([])
})

describe('a number', () => {
  const numbers = (args: Readonly<Record<string, string | number>>): unknown => {
    const [first] = scenarioFinding(args)
    return first?.numbers
  }
  test.each([
    [{ p95: '1.34 s' }, { p95Ms: 1340 }],
    [{ p50: '155 ms' }, { p50Ms: 155 }],
    [{ share: '13 %' }, { sharePercent: 13 }],
    [
      { p50: 6.7, clusterP95: 42, slowest: 112 },
      { p50Ms: 6.7, clusterP95Ms: 42, slowestMs: 112 },
    ],
    [{ percent: '100 %' }, { percent: 100 }],
    [
      { lost: 25, of: 200 },
      { lost: 25, of: 200 },
    ],
    [{ node: 'worker-1', seen: '6 of 6 lookups' }, {}],
  ])('%j has its unit in the name: %j', (args, expected) => expect(numbers(args)).toEqual(expected))
})

function scenarioFinding(args: Readonly<Record<string, string | number>>): readonly { readonly numbers: unknown }[] {
  const found = diagnose(modelOf({}), { checks: [stub('SVC901', trouble('cart', { args }))] })
  return (JSON.parse(json(found)) as { readonly findings: readonly { readonly numbers: unknown }[] }).findings
}
