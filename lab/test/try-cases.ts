// Tries the cases in their order until the time for them is used, those that failed once more, and those that measure
// at the end.
import type { Lab } from '../lab.ts'
import { keptForLast, nextBatch, type Order, type Usual } from './budget.ts'
import type { FaultCase, Group } from './cases.ts'
import type { Clock } from './clock.ts'
import { type Broken, breakAndLook, faultCase, leavesNothing, lookClean } from './fault-cases.ts'
import type { Past } from './history.ts'
import type { Result } from './result.ts'
import { failed, groupTwice, secondTry, type Tried } from './second-try.ts'

export type AnyCase = Group | FaultCase

export interface Trial extends Tried<AnyCase> {
  readonly seconds: number
}

export interface Work {
  readonly lab: Lab
  readonly order: Order<AnyCase>
  readonly usual: Usual
  readonly clock: Clock
  readonly tell: (result: Result) => void
  /** Who is being tried now: what to name when the time is up. */
  readonly starts: (cases: readonly AnyCase[]) => void
  readonly ended: (trials: readonly Trial[]) => Promise<void>
}

/** Returns when nothing is left that would end in time; what was tried, second tries included, went to `ended`. */
export async function tryCases(work: Work): Promise<void> {
  const { order, usual, clock } = work
  const last = keptForLast(order, usual, clock.forCases())
  const kept = last.reduce((sum, it) => sum + usual(it), 0)
  // What must be tried is, as long as the whole may go on.
  await inBatches(work, order.must, () => clock.forAll())
  await inBatches(
    work,
    order.rest.filter((it) => it.rank !== 'last'),
    () => clock.forCases() - kept,
  )
  // And where the others were quicker than usual, those that had no time kept.
  const spare = order.rest.filter((it) => it.rank === 'last' && !last.includes(it))
  await inBatches(work, [...last, ...spare], () => clock.forCases())
}

/** So many faults, one after the other, wait for one clean look. */
const mostOwed = 4

async function inBatches(work: Work, cases: readonly AnyCase[], seconds: () => number): Promise<void> {
  let waiting = cases
  const missed: Trial[] = []
  const done = async (trials: readonly Trial[]): Promise<void> => {
    const again = trials.filter((it) => 'fault' in it.it && it.results.some(failed))
    missed.push(...again)
    await work.ended(trials.filter((it) => !again.includes(it)))
  }
  let owed: readonly Started[] = []
  const settle = async (): Promise<void> => {
    const its = owed
    owed = []
    await done(await settled(work, its))
  }
  for (;;) {
    const batch = nextBatch(waiting, work.usual, seconds())
    if (batch.length === 0) break
    waiting = waiting.filter((it) => !batch.includes(it))
    const faults = batch.filter((it) => 'fault' in it)
    const joins = faults.length > 0 && faults.every((it) => leavesNothing(it.fault))
    if (!joins || owed.length >= mostOwed) await settle()
    work.starts(batch)
    for (const it of batch) if (!('fault' in it)) await done([await groupOnce(work, it)])
    owed = [...owed, ...(await Promise.all(faults.map((it, beside) => start(work, it, beside))))]
    if (!joins) await settle()
  }
  await settle()
  const second = await secondTry(missed, {
    again: (it) => again(work, it),
    hasTime: (it) => hasTime(work, it),
    of: cases.length - waiting.length,
  })
  await work.ended(
    second.map(({ it, results }) => ({ it, results, seconds: missed.find((one) => one.it === it)?.seconds ?? 0 })),
  )
}

interface Started {
  readonly it: FaultCase
  readonly broken: Broken
  readonly seconds: number
}

async function start(work: Work, it: FaultCase, beside: number): Promise<Started> {
  const started = performance.now()
  const over = (error: unknown): Broken => ({
    fault: it.fault,
    turn: beside,
    results: [threw(it, error)],
    back: { kind: 'over' },
  })
  const broken = await breakAndLook(work.lab, it.fault, beside, work.tell).catch(over)
  return { it, broken, seconds: (performance.now() - started) / 1000 }
}

/** The clean look for those that owe one; its time is shared. */
async function settled(work: Work, owed: readonly Started[]): Promise<readonly Trial[]> {
  if (owed.length === 0) return []
  const started = performance.now()
  const clean = await lookClean(
    work.lab,
    owed.map((it) => it.broken),
    work.tell,
  )
  const each = (performance.now() - started) / 1000 / owed.length
  return owed.map(({ it, broken, seconds }) => {
    const its = clean.filter((one) => one.name === `${it.name}, taken back`)
    return { it, results: [...broken.results, ...its], seconds: seconds + each }
  })
}

async function groupOnce(work: Work, it: Group): Promise<Trial> {
  const { lab, tell } = work
  const started = performance.now()
  let took: number | null = null
  const cases = async (): Promise<readonly Result[]> => {
    const results = await it.run(lab, tell).catch((error: unknown) => [threw(it, error)])
    took ??= (performance.now() - started) / 1000
    return results
  }
  const results = it.tries === 'once' ? await cases() : await groupTwice(cases, () => hasTime(work, it))
  return { it, results, seconds: took ?? 0 }
}

function again(work: Work, it: AnyCase): Promise<readonly Result[]> {
  if (!('fault' in it)) throw new Error(`${it.name} is a group, and tries twice by itself`)
  work.starts([it])
  return faultCase(work.lab, it.fault, 0, work.tell).catch((error: unknown) => [threw(it, error)])
}

/** One case that breaks does not take the others with it. */
function threw(it: AnyCase, error: unknown): Result {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    group: 'lab',
    name: it.name,
    expected: 'to be tried to its end',
    got: 'threw',
    seconds: 0,
    passed: false,
    detail,
  }
}

function hasTime({ clock, usual }: Work, it: AnyCase): boolean {
  return clock.forAll() > usual(it) * 1.2
}

export function pastOf(trial: Trial, hash: string, on: string): Past {
  const { it, results, seconds } = trial
  const commit = hash.slice(0, 10)
  const isSkipped = results.length > 0 && results.every((one) => one.skipped === true)
  const passed = !isSkipped && results.length > 0 && !results.some(failed)
  const tried = passed ? 'passed' : 'failed'
  const verdict = isSkipped ? 'not tried here' : tried
  return { name: it.name, passedAt: passed ? commit : null, triedAt: commit, on, seconds, verdict }
}
