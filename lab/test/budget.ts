// Which cases a run tries, and in which order. CI has an hour and a half whatever the number of faults, so what does
// not fit is left to another commit: the order hangs on the commit's hash, so that every case has its turn.
import { createHash } from 'node:crypto'
import type { Reach } from '../faults/fault.ts'

export interface Case {
  readonly name: string
  /** `always` = in every run, first. `last` = it measures, so it waits until nothing else is left to settle. */
  readonly rank: 'always' | 'turn' | 'last'
  /** Every run tries one case of each family; null = of none. */
  readonly family: string | null
  readonly reach: Reach
  /** Paths, or folders with a `/` at the end: what the case is about, and nothing else is. */
  readonly own: readonly string[]
  /** What it shares with many others: a probe, a relation. */
  readonly shared: readonly string[]
}

/** Three of what the last commits touched, then one of the rest: a change of everything starves nobody. */
const touchedPerOther = 3

export interface Order<It extends Case> {
  /** Tried whatever the budget says. */
  readonly must: readonly It[]
  readonly rest: readonly It[]
}

export function inOrder<It extends Case>(cases: readonly It[], touched: readonly string[], hash: string): Order<It> {
  const shuffled = cases.toSorted((a, b) => (turn(hash, a) < turn(hash, b) ? -1 : 1))
  const own = shuffled.filter((it) => isTouched(it.own, touched))
  const shared = shuffled.filter((it) => !own.includes(it) && isTouched(it.shared, touched))
  const others = shuffled.filter((it) => !own.includes(it) && !shared.includes(it))
  const always = cases.filter((it) => it.rank === 'always')
  const families = onePerFamily([...own, ...shared, ...others].filter((it) => it.rank === 'turn'))
  const must = [...always, ...families]
  return { must, rest: woven([...own, ...shared], others).filter((it) => !must.includes(it)) }
}

function turn(hash: string, { name }: Case): string {
  return createHash('sha256').update(`${hash} ${name}`).digest('hex')
}

/** `paths`: files, or folders with a `/` at the end; `touched`: files. */
export function isTouched(paths: readonly string[], touched: readonly string[]): boolean {
  return paths.some((path) => touched.some((it) => it === path || (path.endsWith('/') && it.startsWith(path))))
}

function onePerFamily<It extends Case>(cases: readonly It[]): readonly It[] {
  const families = Map.groupBy(
    cases.filter((it) => it.family !== null),
    (it) => it.family,
  )
  return [...families.values()].flatMap((its) => its.slice(0, 1))
}

function woven<It>(first: readonly It[], others: readonly It[]): readonly It[] {
  const rounds = Math.max(Math.ceil(first.length / touchedPerOther), others.length)
  return Array.from({ length: rounds }, (_, it) => [
    ...first.slice(it * touchedPerOther, (it + 1) * touchedPerOther),
    ...others.slice(it, it + 1),
  ]).flat()
}

/** How long a case usually takes, in seconds: its last time, or a guess. */
export type Usual = (it: Case) => number

/**
 * Those of rank `last` that the budget has room for when their turn comes. Their time is kept free from the start: they
 * run at the end, when there would be none left.
 */
export function keptForLast<It extends Case>({ must, rest }: Order<It>, usual: Usual, budget: number): readonly It[] {
  let used = must.reduce((sum, it) => sum + share(it, usual), 0)
  const kept: It[] = []
  for (const it of rest) {
    if (used + share(it, usual) > budget) continue
    used += share(it, usual)
    if (it.rank === 'last') kept.push(it)
  }
  return kept
}

/** Cases that run beside others cost a part of their time. */
function share(it: Case, usual: Usual): number {
  return it.reach.kind === 'cluster' ? usual(it) : usual(it) / 2
}

/** Two cores: more at once, and the load itself would look like a slow cluster. */
const sideBySide = 4

/**
 * What starts next: the first case that ends in time, with those that do not meet it and end in time as well. Empty
 * when nothing that waits would end in time.
 */
export function nextBatch<It extends Case>(waiting: readonly It[], usual: Usual, seconds: number): readonly It[] {
  const fitting = waiting.filter((it) => usual(it) <= seconds)
  const batch: It[] = []
  for (const it of fitting) {
    if (batch.length < sideBySide && batch.every((other) => runBeside(it, other))) batch.push(it)
  }
  return batch
}

/** Faults of two nodes, or of two namespaces; a fault of a node is met by whoever asks from there. */
function runBeside(a: Case, b: Case): boolean {
  return a.reach.kind !== 'cluster' && a.reach.kind === b.reach.kind && place(a.reach) !== place(b.reach)
}

function place(reach: Reach): string {
  if (reach.kind === 'cluster') return ''
  return reach.kind === 'node' ? reach.node : reach.namespace
}
