import { subjectKey } from '../../model/subject.ts'
import type { Model } from '../../model/sources.ts'
import { some } from '../../phrases.ts'
import type { targets as targetsSchema } from '../schemas/targets.ts'
import type { Output } from '../schemas/parts.ts'
import { examined } from './examined.ts'
import type { DiagnosisJson, Run } from './json.ts'
import { lookedAt } from './looked-at.ts'

export type TargetsJson = Output<typeof targetsSchema>
type Fields = Omit<DiagnosisJson, 'schema'>
type Found = Fields['findings'][number]
type Explained = Fields['explained'][number]

/** The worst first. */
const verdicts = ['crashed', 'findings', 'cannot-tell', 'ok'] as const

const words = {
  crashed: 'where a check crashed',
  findings: 'with findings',
  'cannot-tell': 'of which not all could be told',
  ok: 'where nothing wrong was seen',
} as const

/** One document of the answers for several targets, over what was read once. */
export function targetsJson(whole: Model, targets: TargetsJson['targets'], run: Run): TargetsJson {
  const of = (verdict: (typeof verdicts)[number]): readonly string[] =>
    targets.filter(({ diagnosis }) => diagnosis.verdict === verdict).map(({ target }) => target)
  const parts = verdicts.flatMap((it) => {
    const its = of(it)
    return its.length === 0 ? [] : [`${its.length} ${words[it]} (${some(its, 6)})`]
  })
  return {
    schema: 'hopscope/targets/v1',
    verdict: verdicts.find((it) => of(it).length > 0) ?? 'cannot-tell',
    headline: `${targets.length === 1 ? '1 target' : `${targets.length} targets`}: ${parts.join(', ')}.`,
    started: run.started,
    durationMs: run.durationMs,
    scope: whole.scope,
    cluster: whole.cluster,
    lookedAt: lookedAt(whole),
    examined: examined(whole),
    targets,
  }
}

/**
 * The same as one diagnosis, for formats in which a finding stands once: a cause that several targets have is one, what
 * is explained for one of them is no root cause of another, and what could not be told for one is not ok.
 */
export function togetherOf(it: TargetsJson): Fields {
  const all = it.targets.map(({ diagnosis }) => diagnosis)
  const explained = new Map(all.flatMap((one) => one.explained.map((found) => [keyOf(found), [found, one]] as const)))
  const roots = new Map(all.flatMap((one) => one.findings.map((found) => [keyOf(found), found] as const)))
  const own = [...roots].filter(([key]) => !explained.has(key) || isOwnCause(key, explained)).map(([, found]) => found)
  const findings = bySeverity(own).map((found, index) => ({ ...found, id: `f${index + 1}` }))
  const ids = new Map(findings.map((found) => [keyOf(found), found.id]))
  const folded = [...explained].flatMap(([key, [found, one]], index) =>
    ids.has(key) ? [] : [{ ...found, id: `e${index + 1}`, cause: causeOf([found, one], { ids, explained }) }],
  )
  return {
    verdict: it.verdict,
    headline: it.headline,
    started: it.started,
    durationMs: it.durationMs,
    scope: it.scope,
    cluster: it.cluster,
    findings: findings.map((found) => ({ ...found, causes: causedBy(found.id, folded) })),
    explained: folded.map((found) => ({ ...found, causes: [] })),
    ...codesOf(all, new Set([...findings, ...folded].map((found) => found.code))),
    lookedAt: it.lookedAt,
    examined: it.examined,
    ...rulesOf(all),
  }
}

/** One fault of one object: two findings of a code about it differ in what they say. */
function keyOf({ code, subject, text }: Found): string {
  return `${code} ${subjectKey(subject)} ${text}`
}

type Folded = ReadonlyMap<string, readonly [Explained, DiagnosisJson]>

function rootKey([found, one]: readonly [Explained, DiagnosisJson]): string {
  const root = one.findings.find(({ id }) => id === found.cause)
  return root === undefined ? '' : keyOf(root)
}

/** Two that explain each other, each for another target: both are told. */
function isOwnCause(key: string, explained: Folded): boolean {
  const at = explained.get(key)
  const above = at === undefined ? undefined : explained.get(rootKey(at))
  return above !== undefined && rootKey(above) === key
}

function causeOf(
  at: readonly [Explained, DiagnosisJson],
  { ids, explained }: { readonly ids: ReadonlyMap<string, string>; readonly explained: Folded },
): string {
  const key = rootKey(at)
  const above = explained.get(key)
  return ids.get(key) ?? (above === undefined ? '' : (ids.get(rootKey(above)) ?? ''))
}

function causedBy(id: string, folded: readonly Explained[]): readonly string[] {
  return folded.filter(({ cause }) => cause === id).map((it) => it.id)
}

function bySeverity(its: readonly Found[]): readonly Found[] {
  const rank = { error: 0, warning: 1, info: 2 } as const
  return its.toSorted((a, b) => rank[a.severity] - rank[b.severity])
}

type Codes = 'cannotTell' | 'notAsked' | 'crashed' | 'ok' | 'okWithout' | 'ignored' | 'notApplicable'

/** Of each check the worst that became of it. */
function codesOf(all: readonly Fields[], found: ReadonlySet<string>): Pick<Fields, Codes> {
  const once = <T>(its: readonly T[]): readonly T[] => [...new Map(its.map((it) => [JSON.stringify(it), it])).values()]
  const cannotTell = once(all.flatMap((it) => it.cannotTell))
  const notAsked = once(all.flatMap((it) => it.notAsked))
  const crashed = [...new Map(all.flatMap((it) => it.crashed).map((it) => [it.code, it])).values()]
  const worse = new Set([...found, ...[...cannotTell, ...notAsked, ...crashed].map(({ code }) => code)])
  const ignored = once(all.flatMap((it) => it.ignored)).filter((it) => !worse.has(it))
  const ok = once(all.flatMap((it) => it.ok)).filter((it) => !worse.has(it) && !ignored.includes(it))
  const told = new Set([...worse, ...ignored, ...ok])
  const without = once(all.flatMap((it) => it.okWithout ?? []))
    .map((it) => ({ ...it, codes: it.codes.filter((code) => ok.includes(code)) }))
    .filter((it) => it.codes.length > 0)
  return {
    cannotTell,
    notAsked,
    crashed,
    ok,
    ...(without.length === 0 ? {} : { okWithout: without }),
    ignored,
    notApplicable: once(all.flatMap((it) => it.notApplicable)).filter((it) => !told.has(it)),
  }
}

/** A rule is used where one target used it, and stale where all of them could have. */
function rulesOf(all: readonly Fields[]): Pick<Fields, 'ignoreRules'> {
  const states = ['used', 'not-judged', 'expired', 'stale'] as const
  const rules = all.flatMap((it) => it.ignoreRules ?? [])
  const groups = Map.groupBy(rules, ({ code, subject, reason, until }) =>
    JSON.stringify([code, subject, reason, until]),
  )
  const one = [...groups.values()].flatMap((its) => {
    const state = states.find((it) => its.some((rule) => rule.state === it))
    const [first] = its
    if (first === undefined || state === undefined) return []
    return [{ ...first, state, findings: Math.max(...its.map((it) => it.findings)) }]
  })
  return one.length === 0 ? {} : { ignoreRules: one }
}
