import { subjectKey } from '../model/subject.ts'
import type { Finding } from './finding.ts'
import { bySymptom } from './symptom-index.ts'
import type { Trouble } from './trouble.ts'

/** Families of causes for each kind of trouble: what an Ingress says is no reason why a name is not found. */
const families: Readonly<Record<Trouble['kind'], RegExp>> = {
  'lookup-failed': /^(?:DNS|POL|NOD)/,
  'lookup-slow': /^(?:DNS|POL|NOD)/,
  'lookup-wrong': /^(?:DNS|POL|NOD)/,
  'server-error': /^(?:DNS|POL|NOD)/,
  'contact-failed': /^(?:DNS|SVC|ING|POL|NOD|MSH)/,
  'bad-answer': /^(?:SVC|ING|POL|NOD|GTW|MSH)/,
  'not-as-declared': /^(?:DNS|SVC|ING|NOD|GTW)/,
  reported: /^(?:DNS|SVC|ING|POL|NOD|GTW|MSH)/,
}

export interface Claims {
  /** What no finding answers for. */
  readonly left: readonly Trouble[]
  /** The findings that answer for something. */
  readonly claimed: ReadonlySet<Finding>
}

/**
 * Which findings answer for which troubles. A finding answers for a trouble where it is or explains one of its
 * symptoms, or where it is a fault that stands, as an error, on one of the objects that have a part in it. What is for
 * information only answers for signs alone: a line that nobody has to read must not hide an outage.
 *
 * Either pattern may be the wider one: `dns-loss:*` of a cause, `ingress-fails:shop/web/*` of a trouble.
 */
export function claims(findings: readonly Finding[], troubles: readonly Trouble[]): Claims {
  const claimed = new Set<Finding>()
  const groups = Map.groupBy(troubles, (it) => `${it.kind} ${it.weight}`)
  const answered = new Set([...groups.values()].flatMap((its) => ofGroup(findings, its, claimed)))
  return { left: troubles.filter((it) => !answered.has(it)), claimed }
}

/** Troubles of one kind and weight, for which the same findings may answer. */
function ofGroup(
  findings: readonly Finding[],
  troubles: readonly Trouble[],
  claimed: Set<Finding>,
): readonly Trouble[] {
  const [first] = troubles
  if (first === undefined) return []
  const { kind, weight } = first
  const able = findings.filter((it) => families[kind].test(it.code) && (it.severity !== 'info' || weight === 'sign'))
  const said = bySymptom(able, (it) => [...it.symptoms, ...it.causes])
  const standing = able.filter((it) => it.severity !== 'warning' || weight !== 'outage')
  const at = Map.groupBy(standing, (it) => subjectKey(it.subject))

  // Each list is counted once, however many troubles lead to it.
  const counted = new Set<readonly Finding[]>()
  const count = (list: readonly Finding[]): boolean => {
    if (!counted.has(list)) for (const it of list) claimed.add(it)
    counted.add(list)
    return list.length > 0
  }
  const asked = new Map<string, boolean>()
  const isAnswered = (name: string, lists: () => readonly (readonly Finding[])[]): boolean => {
    const before = asked.get(name)
    if (before !== undefined) return before
    const found = lists().filter(count).length > 0
    asked.set(name, found)
    return found
  }
  const byKey = (key: string): boolean =>
    isAnswered(`key ${key}`, () => [
      ...said.matching(key),
      ...(key.endsWith('*') ? said.beginning(key.slice(0, -1)) : []),
    ])
  const byObject = (object: string): boolean => isAnswered(`object ${object}`, () => [at.get(object) ?? []])
  // Every one is asked, not the first alone: each cause that has a part in it is to be known.
  return troubles.filter((it) =>
    // What else stands on the way of an object is no reason of what is said of that object.
    [
      ...it.keys.map(byKey),
      ...(it.kind === 'reported' ? [it.sufferer] : it.involved).map((one) => byObject(subjectKey(one))),
    ].includes(true),
  )
}
