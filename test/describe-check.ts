import { describe, expect, test } from 'vitest'
import { type CheckResult, diagnose } from '../src/engine.ts'
import type { AnyCheck } from '../src/findings/check.ts'
import type { Finding } from '../src/findings/finding.ts'
import { bySymptom } from '../src/findings/symptom-index.ts'
import type { Args, Confidence, Severity } from '../src/findings/verdict.ts'
import type { InsideView } from '../src/model/inside.ts'
import { type Known, known, unknown } from '../src/model/known.ts'
import { model } from '../src/model/build.ts'
import type { Pod } from '../src/model/pod.ts'
import { subject, subjectKey } from '../src/model/subject.ts'
import { type Model, type Scope, sourceLevel, type SourceName, type Sources } from '../src/model/sources.ts'
import { full } from '../src/phrases.ts'
import { relatedTo } from '../src/relations/related.ts'
import { touchesNamespace } from '../src/relations/touches-namespace.ts'
import { redactCorefile } from '../src/wire/redact-corefile.ts'
import { notPasteable } from './pasteable.ts'

interface Row {
  readonly it: string
  /** Sources that are known in this row; the others are unknown. A whole model may be given instead. */
  readonly given: Partial<Sources> | Model
  readonly scope?: Partial<Scope>
  /** `finding`s are compared by subject, in order. */
  readonly expect: 'ok' | 'not-applicable' | 'cannot-tell' | readonly ExpectedFinding[]
  /**
   * What the note, or the reason why the check could not tell, must contain; the flag that would settle it included.
   */
  readonly says?: RegExp
}

interface ExpectedFinding {
  /** `Service/shop/cart`. */
  readonly subject: string
  readonly confidence?: Confidence
  readonly severity?: Severity
  /** Whom it concerns beside its subject. */
  readonly also?: readonly string[]
  readonly args?: Args
  /** What its headline or its detail must say: contained in it. */
  readonly says?: string | RegExp
}

/** As far as the row says anything of it. */
function compare(check: AnyCheck, found: Finding, want: ExpectedFinding | undefined): void {
  if (want?.confidence !== undefined) expect(found.confidence).toBe(want.confidence)
  if (want?.severity !== undefined) expect(found.severity).toBe(want.severity)
  if (want?.also !== undefined) expect((found.also ?? []).map(subjectKey)).toEqual(want.also)
  if (want?.args !== undefined) expect(found.args).toMatchObject(want.args)
  if (want?.says !== undefined)
    expect(`${check.words.headline(found)}\n${check.words.detail(found)}`).toMatch(want.says)
}

/**
 * A check's behaviour as a table. Also proves that its words render, that the model is unchanged, and that the table
 * is worth its name: every kind of verdict stands in it, and every source that the check declares was looked at.
 */
export function describeCheck(check: AnyCheck, table: readonly Row[]): void {
  const touched = new Set<string>()
  const watched: AnyCheck = { ...check, run: (given) => check.run(watch(given, touched)) }

  describe(`${check.code} ${check.slug}`, () => {
    for (const row of table) {
      test(row.it, () => {
        const given = freeze(asKept(isModel(row.given) ? row.given : modelOf(row.given, {}, row.scope)))
        const result = diagnose(given, { checks: [watched] }).results[0]
        if (result === undefined) throw new Error('the engine gave no result')
        expect(result.crash).toBeNull()
        if (row.says !== undefined) expect(told(result)).toMatch(row.says)
        if (typeof row.expect === 'string') {
          expect(result.findings.map((it) => subjectKey(it.subject))).toEqual([])
          // A source that the row leaves out was not asked for: the check could not tell either way.
          expect(result.verdict === 'not-asked' ? 'cannot-tell' : result.verdict).toBe(row.expect)
          return
        }
        expect(result.findings.map((it) => subjectKey(it.subject))).toEqual(row.expect.map((it) => it.subject))
        for (const [index, found] of result.findings.entries()) {
          const want = row.expect[index]
          compare(check, found, want)
          for (const say of [
            check.words.headline(found),
            check.words.detail(found),
            ...check.words.help(found),
            check.words.note(found) ?? '',
          ]) {
            expect(say).not.toMatch(/\bundefined\b|\bNaN\b|\[object|(?<!dev\/|":)\bnull\b/)
          }
          const help = check.words.help(found)
          expect(help.flatMap((it, line) => notPasteable(it, line === 0) ?? [])).toEqual([])
          expect(check.words.headline(found)).toMatch(/\.$/)
          expect(found.evidence.length).toBeGreaterThan(0)
          if (!isCauseOfItsOwn.has(check.code)) expect(ownCauses(found)).toEqual([])
          expect(lostByNarrowing(given, found)).toEqual([])
        }
      })
    }

    for (const row of table.filter(isSeenInside)) {
      test.each(goodSights)('$it hides nothing: ' + row.it, ({ add }) => {
        const given = asKept(isModel(row.given) ? row.given : modelOf(row.given, {}, row.scope))
        for (const model of add(given)) {
          const result = diagnose(freeze(model), { checks: [check] }).results[0]
          expect(result?.crash).toBeNull()
          if (isRefuted(check.code)) expect(result?.verdict).not.toBe('ok')
          else expect(result?.verdict).toBe('finding')
        }
      })
    }

    test('its table holds a finding, an ok and, where it needs more than a read, a cannot-tell', () => {
      const kinds = new Set(table.map((row) => (typeof row.expect === 'string' ? row.expect : 'finding')))
      expect(kinds).toContain('finding')
      expect(kinds).toContain('ok')
      if (check.needs.some((it) => sourceLevel[it] !== 'read')) expect(kinds).toContain('cannot-tell')
    })

    // After the rows, so that it sees what they touched; alone (`-t`) it would see nothing.
    test('it declares the sources that it looks at, and looks at those that it declares', ({ skip }) => {
      if (touched.size === 0) skip('no row ran')
      expect([...touched].toSorted()).toEqual([...check.needs, ...check.wants].toSorted())
    })
  })
}

/**
 * Whoever asks about a namespace or an object that a finding names, in its own words or by its objects, is told of it:
 * a check whose finding is lost so has to say in `also` whom it concerns.
 */
function lostByNarrowing(given: Model, found: Finding): readonly string[] {
  const { pods, namespaces, services } = given.sources
  const its = [...(pods.known ? pods.value : []), ...(services.known ? services.value : [])]
  const all = new Set([
    ...its.map((it) => it.namespace),
    ...(namespaces.known ? namespaces.value.map((it) => it.name) : []),
  ])
  const { scope: _asked, ...args } = found.args
  const words = new Set(Object.values(args).flatMap((it) => (Array.isArray(it) ? it : [it])))
  const said = [...all].filter(
    (it) => words.has(it) && !touchesNamespace(given, it)(found) && found.subject.kind !== 'Namespace',
  )
  const objects = [found.subject, ...(found.also ?? [])].filter((it) => !relatedTo(given, it)(found))
  const called = (services.known ? services.value : []).filter(
    (it) => words.has(full(it)) && !relatedTo(given, subject('Service', it.namespace, it.name))(found),
  )
  return [...said, ...objects.map(subjectKey), ...called.map(full)]
}

/**
 * A finding that explains itself explains others of its kind, on the same object too. These are a trouble by what they
 * measured, and the reason of the same trouble where somebody else measured it, on purpose.
 */
const isCauseOfItsOwn: ReadonlySet<string> = new Set([
  'DNS130',
  'DNS184',
  'DNS187',
  'NOD510',
  'NOD532',
  'NOD556',
  'NOD570',
  'SVC207',
  'SVC208',
  'SVC238',
])

function ownCauses(found: Finding): readonly string[] {
  const causes = bySymptom([found], (it) => it.causes)
  return [...found.symptoms, ...(found.dueTo ?? [])].filter((it) => causes.matching(it).length > 0)
}

/** Its Corefile without the words that none but CoreDNS reads: a check that reads one more is told by its own table. */
function asKept(model: Model): Model {
  const dns = model.sources.clusterDns
  if (!dns.known || !dns.value.corefile.known) return model
  const corefile = known(redactCorefile(dns.value.corefile.value))
  return { ...model, sources: { ...model.sources, clusterDns: known({ ...dns.value, corefile }) } }
}

/** Adds the name of each source that the check reads to `touched`. The scope is everyone's. */
function watch(given: never, touched: Set<string>): never {
  const proxy: object = new Proxy<object>(given, {
    get(target, name, receiver) {
      if (typeof name === 'string' && name !== 'scope' && name !== 'troubles') touched.add(name)
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  return proxy as never
}

function told(result: CheckResult): string {
  return [result.note ?? '', ...result.cannotTell.map((it) => `${it.why} ${it.settle ?? ''}`)].join('\n')
}

function isSeenInside({ given, expect: wanted }: Row): boolean {
  const views = isModel(given) ? given.sources.insideViews : known(given.insideViews ?? [])
  return typeof wanted !== 'string' && views.known && views.value.length > 0
}

/** A policy that is said to keep a pod from DNS, which then is answered, is not enforced: that can't be told. */
function isRefuted(code: string): boolean {
  return code === 'POL401' || code === 'POL402'
}

/**
 * A container and a replica that are well, before and after those that were looked into: each has files, and a replica
 * a network of its own, and of what is bad in one nothing is made good by another.
 */
const goodSights: readonly { readonly it: string; readonly add: (model: Model) => readonly Model[] }[] = [
  { it: 'a good container of the same pod', add: (model) => withGoodSight(model, goodContainer) },
  { it: 'a good replica', add: (model) => withGoodSight(model, goodReplica) },
]

function withGoodSight(
  model: Model,
  good: (pod: Pod, of: Model) => { readonly pods: readonly Pod[]; readonly view: InsideView },
): readonly Model[] {
  const { insideViews, pods } = model.sources
  if (!insideViews.known || !pods.known) return []
  return insideViews.value.flatMap(({ namespace, pod: name }) => {
    const pod = pods.value.find((it) => it.namespace === namespace && it.name === name)
    if (pod === undefined) return []
    const { pods: its, view } = good(pod, model)
    const all = known(pods.value.flatMap((it) => (it === pod ? its : [it])))
    return [
      [view, ...insideViews.value],
      [...insideViews.value, view],
    ].map((views) => ({ ...model, sources: { ...model.sources, pods: all, insideViews: known(views) } }))
  })
}

function goodContainer(pod: Pod, of: Model) {
  const [first] = pod.containers
  const beside = first === undefined ? [] : [{ ...first, name: 'beside', image: 'beside', ports: [] }]
  const { tcp53: _shared, ...view } = goodView(pod, of)
  return {
    pods: [{ ...pod, containers: [...pod.containers, ...beside] }],
    view: { ...view, container: 'beside', tcp53: unknown('not-there', 'no tool') } as const,
  }
}

function goodReplica(pod: Pod, of: Model) {
  const replica = { ...pod, name: `${pod.name}-beside`, ip: '10.2.9.99', ips: ['10.2.9.99'] }
  return { pods: [pod, replica], view: goodView(replica, of) }
}

function goodView({ namespace, name, containers }: Pod, { sources: { clusterDns: dns } }: Model): InsideView {
  const domain = dns.known ? dns.value.domain : 'cluster.local'
  const server = (dns.known ? dns.value.service?.clusterIP : null) ?? '10.96.0.10'
  return {
    namespace,
    pod: name,
    container: containers[0]?.name ?? 'app',
    libc: 'glibc',
    resolvConf: known(
      `search ${namespace}.svc.${domain} svc.${domain} ${domain}\nnameserver ${server}\noptions ndots:5\n`,
    ),
    lookup: known({ tool: 'getent', name: `kubernetes.default.svc.${domain}.`, result: 'ok', ms: 1 }),
    tcp53: known('open'),
    resolving: {
      hosts: known('127.0.0.1\tlocalhost\n'),
      nsswitch: known('files dns'),
      glibc: null,
      programs: [],
      servers: known([{ ip: server, tool: 'nslookup', result: 'ok', ms: 1 }]),
      names: [],
    },
  }
}

/** A model of these sources, with access to nodes; `instead` puts a source's reason where its value would be. */
export function modelOf(
  sources: Partial<Sources>,
  instead: { readonly [K in SourceName]?: Known<Sources[K]> } = {},
  scope: Partial<Scope> = {},
): Model {
  const all = Object.fromEntries(Object.entries(sources).map(([name, value]) => [name, known(value)]))
  return model(
    { ...all, ...instead },
    { scope: { namespace: null, target: { kind: 'everything' }, level: 'node', ...scope } },
  )
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
