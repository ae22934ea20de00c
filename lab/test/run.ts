// npm run lab:test [NAME…]: what must be true on a real cluster, as much of it as the time allows. Ends with
// `N passed, N failed`. --all tries everything, --resume goes on where a stop ended that; --budget=MINUTES.
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { down } from '../down.ts'
import { type Lab, LabError, openLab } from '../lab.ts'
import { DEFAULT_WORKERS, STATE } from '../plan.ts'
import { up } from '../up.ts'
import { inOrder, type Case } from './budget.ts'
import { allCases, guessOf } from './cases.ts'
import { type Clock, limitsOf, startClock } from './clock.ts'
import { changedSince, changes } from './commits.ts'
import { historyOf, merged, type Past, untried } from './history.ts'
import { added, machine } from './machine.ts'
import { forgetProgress, readProgress, writeProgress } from './progress-file.ts'
import { expectThat, line, type Result } from './result.ts'
import { leftoverCase } from './safety-cases.ts'
import { failed } from './second-try.ts'
import { type Held, stillHolds } from './still-holds.ts'
import { benchmarkPage } from './table.ts'
import { type AnyCase, pastOf, type Trial, tryCases } from './try-cases.ts'

const args = process.argv.slice(2)
const asked = args.filter((it) => !it.startsWith('-'))
const odd = args.find((it) => it.startsWith('-') && !/^--(?:all|resume|keep|budget=\d+)$/.test(it))
if (odd !== undefined) {
  process.stderr.write(
    `error: ${odd} is no flag here\n` +
      '  help: npm run lab:test -- [NAME…] [--all] [--resume] [--keep] [--budget=MINUTES]\n',
  )
  process.exit(2)
}
/** Uses the lab that is up, and leaves it up: for work on one fault. */
const keepUp = args.includes('--keep')
const resumes = args.includes('--resume')
const isAll = resumes || args.includes('--all')
const limits = limitsOf(args, process.env, asked.length > 0)

const table = 'docs/benchmark.md'
const page = join(import.meta.dirname, '../..', table)
const before = await readFile(page, 'utf8').catch(() => '')
const history = historyOf(before)
const { hash, since, touched } = await changes(table)
const today = new Date().toISOString().slice(0, 10)

const cases = allCases()
const unknown = asked.filter((name) => !cases.some((it) => it.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `error: no case ${unknown.join(', ')}\n  help: there are ${cases.map((it) => it.name).join(', ')}\n`,
  )
  process.exit(2)
}
const stopped = resumes ? await readProgress() : null
const none: Held = { done: [], results: [] }
const held = resumes ? await stillHolds(cases, stopped ?? none, history, changedSince) : none
const done = new Set(held.done.map((it) => it.name))
const wanted = cases.filter(
  (it) => (asked.length === 0 || asked.includes(it.name)) && (it.rank === 'always' || !done.has(it.name)),
)
const guesses = new Map(cases.map((it) => [it.name, guessOf(it)]))
const usual = (it: Case): number => {
  const last = history.get(it.name)
  return last === undefined || last.verdict === 'not tried here' ? (guesses.get(it.name) ?? 0) : last.seconds
}

const results = held.results.filter((it) => !failed(it))
const past: Past[] = [...held.done]
const trials: Trial[] = []
const tell = (result: Result): void => void process.stdout.write(line(result))
const facts: { upSeconds: number | null } = { upSeconds: null }
let underWay: readonly AnyCase[] = []

async function whole(): Promise<void> {
  await down()
  const machineBefore = await machine(STATE)
  const cold = performance.now()
  await up({ workers: DEFAULT_WORKERS })
  process.stdout.write(`the lab is up for the first time after ${seconds(cold)} s, with whatever had to be built\n`)
  await tellLab(await expectThat('lab', 'up from a warm cache', 'under 60 s', upFromWarmCache))
  try {
    await cluster()
  } finally {
    await tellLab(
      await expectThat('lab', 'down leaves nothing', 'nothing', async () => {
        await down()
        const left = added(machineBefore, await machine(STATE))
        return {
          got: left.length === 0 ? 'nothing' : `${left.length} things`,
          passed: left.length === 0,
          detail: left.join('\n'),
        }
      }),
    )
  }
}

/** Once more when it was late: the machine may have been, and the lab is not slow because of that. */
async function upFromWarmCache(): Promise<{ readonly got: string; readonly passed: boolean }> {
  const took: number[] = []
  for (let turn = 0; turn < 2 && (took.at(-1) ?? 60) >= 60; turn++) {
    await down()
    const warm = performance.now()
    await up({ workers: DEFAULT_WORKERS })
    took.push((performance.now() - warm) / 1000)
  }
  const best = Math.min(...took)
  facts.upSeconds = best
  return { got: took.map((it) => `${it.toFixed(1)} s`).join(', then '), passed: best < 60 }
}

function tellLab(result: Result): void {
  results.push(result)
  tell(result)
}

async function cluster(): Promise<void> {
  const lab = await openLab()
  const clock = startClock(limits)
  const { must, rest } = inOrder(wanted, touched, hash)
  process.stdout.write(`${plan(must, clock)}\n`)
  const order = limits.budget === null ? { must: [], rest: [...must, ...rest] } : { must, rest }
  await tryCases({ lab, order, usual, clock, tell, starts: (it) => (underWay = it), ended })
  await nothingLeft(lab)
  for (const it of wanted.filter((one) => one.rank === 'always' && !past.some((done) => done.name === one.name))) {
    results.push({ ...notUp('no time was left for it'), name: it.name, expected: 'to be tried in every run' })
  }
}

function plan(must: readonly Case[], clock: Clock): string {
  const changed =
    since === null ? 'what changed is not known' : `${touched.length} files changed since ${since.slice(0, 10)}`
  const time = Number.isFinite(clock.forCases())
    ? `${(clock.forCases() / 60).toFixed(0)} min for cases`
    : 'as long as it takes'
  return `${wanted.length} cases, ${time}; ${changed}; in any case: ${must.map((it) => it.name).join(', ')}`
}

async function ended(more: readonly Trial[]): Promise<void> {
  trials.push(...more)
  results.push(...more.flatMap((it) => it.results))
  past.push(...more.map((it) => pastOf(it, hash, today)))
  if (isAll) await writeProgress({ done: past, results })
}

async function nothingLeft(lab: Lab): Promise<void> {
  tellLab(await leftoverCase(lab))
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1)
}

/** What was seen until now is said whatever happens: a run without a last line tells nobody what it found. */
async function close(): Promise<number> {
  const skipped = results.filter((it) => it.skipped)
  const wrong = results.filter(failed)
  if (wrong.length > 0) process.stdout.write(`\nfailed:\n${wrong.map(line).join('')}`)
  if (skipped.length > 0) process.stdout.write(`\nnot tried here:\n${skipped.map(line).join('')}`)
  const names = new Set(past.map((it) => it.name))
  const left = wanted.filter((it) => !names.has(it.name)).map((it) => it.name)
  // With --keep somebody works on a fault, and what is seen meanwhile is of no commit.
  if (asked.length === 0 || !keepUp) {
    const now = merged(history, past, new Set(cases.map((it) => it.name)))
    await writeFile(
      page,
      benchmarkPage(before, results, now, {
        ...facts,
        cpus: cpus().length,
        kernel: release().split('.').slice(0, 2).join('.'),
      }),
    )
    if (left.length > 0) process.stdout.write(`\nnot tried: ${left.join(', ')}\n`)
    process.stdout.write(
      `\ntried ${names.size} of ${cases.length}${left.length === 0 ? '' : `; ${untried(left, history)}`}\n`,
    )
  }
  if (isAll && left.length === 0 && wrong.length === 0) await forgetProgress()
  process.stdout.write(
    `\n${results.length - wrong.length - skipped.length} passed, ${wrong.length} failed` +
      (skipped.length === 0 ? '' : `, ${skipped.length} skipped`) +
      '\n',
  )
  return wrong.length === 0 ? 0 : 1
}

function notUp(got: string): Result {
  return { group: 'lab', name: 'the lab', expected: 'up', got, seconds: 0, passed: false, detail: '' }
}

/** The lab stays: nobody who uses it next should find a fault in it. */
async function mended(): Promise<void> {
  const lab = await openLab()
  for (const it of underWay) if ('fault' in it) await it.fault.remove(lab)
}

/** The end of the whole comes while a case hangs, or the lab is still built. */
async function timeIsUp(): Promise<never> {
  const names = underWay.map((it) => it.name).join(', ') || 'no case'
  results.push({
    ...notUp(`the time was up; under way: ${names}`),
    name: 'the end of the time',
    expected: 'all cases ended before it',
  })
  await Promise.race([(keepUp ? mended() : down()).catch(() => undefined), sleep(45_000)])
  await close()
  process.exit(1)
}

const left = startClock(limits).forAll()
if (Number.isFinite(left)) setTimeout(() => void timeIsUp(), Math.max(0, left) * 1000).unref()
// It comes more than once: to the group of processes, and handed on by npm.
let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (!isEnding) void timeIsUp()
    isEnding = true
  })
try {
  await (keepUp ? cluster() : whole())
} catch (error) {
  const said = error instanceof Error ? error.message : String(error)
  process.stderr.write(
    `error: ${said}\n${error instanceof LabError ? `  help: ${error.hint}` : (error as Error).stack}\n`,
  )
  results.push(notUp(said))
}
process.exitCode = await close()
