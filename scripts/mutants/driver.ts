// Runs in vitest's worker, as one test that takes as long as the mutants do (see vitest.config.ts here): a first run of
// the tests without a mutant shows which of them come by which place; then each mutant is asked of those.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { test as asVitestTest } from 'vitest'
import type { Job, Said } from './job.ts'
import { modules } from './modules.ts'
import { suite, type Test } from './suite.ts'

/** A test of the first run: what it took, and the mutants that it came by. */
interface Covered {
  readonly file: string
  readonly name: string
  readonly ms: number
  readonly hits: readonly number[]
}

interface Baseline {
  readonly covered: readonly Covered[]
  /** By test file: the mutants that are decided when it is loaded. */
  readonly loads: Readonly<Record<string, readonly number[]>>
}

/** A test that takes longer is for `npm test`: thousands of mutants would each wait for it. */
const slowMs = 1500

const { setTimeout: later, clearTimeout: notLater } = globalThis

asVitestTest('mutants', { timeout: 0 }, async () => {
  const path = process.env['HOPSCOPE_MUTANTS']
  if (path === undefined) throw new Error('started by scripts/mutants.ts')
  // The same inputs for each mutant and on each day: a mutant that dies by luck lives tomorrow.
  fc.configureGlobal({ seed: 1, numRuns: 30 })
  await run(JSON.parse(readFileSync(path, 'utf8')) as Job)
})

async function run(job: Job): Promise<void> {
  const hits = new Uint8Array(job.count)
  let active = -1
  const loader = await modules(job.root, job.compiled, (id) => {
    hits[id] = 1
    return id === active
  })
  const say = (said: Said): void => appendFileSync(job.results, `${JSON.stringify(said)}\n`)
  const open = (file: string) => {
    const made = suite()
    loader.load(file, made.vitest)
    return made
  }
  const importers = importersOf(job)

  const measure = async (): Promise<Baseline> => {
    const covered: Covered[] = []
    const loads: Record<string, readonly number[]> = {}
    for (const file of job.tests) {
      hits.fill(0)
      loader.forget(Object.keys(job.compiled))
      let opened: ReturnType<typeof suite>
      try {
        opened = open(file)
      } catch (error) {
        say({ kind: 'left-out', test: file, why: String(error).slice(0, 300) })
        continue
      }
      loads[file] = on(hits)
      for (const one of opened.collected) {
        hits.fill(0)
        const began = cpuMs()
        const why = await failure(one, 60_000)
        const ms = cpuMs() - began
        if (why !== null || ms > slowMs)
          say({ kind: 'left-out', test: `${file} > ${one.name}`, why: why ?? `takes ${Math.round(ms)} ms` })
        else covered.push({ file, name: one.name, ms, hits: on(hits) })
      }
      await opened.close()
    }
    return { covered, loads }
  }

  if (!existsSync(job.baseline)) writeFileSync(job.baseline, JSON.stringify(await measure()))
  const baseline = JSON.parse(readFileSync(job.baseline, 'utf8')) as Baseline
  say({ kind: 'ready', tests: baseline.covered.length })
  const choose = chooser(job, baseline)

  for (const { id, file } of job.mutants) {
    say({ kind: 'begun', id })
    const began = cpuMs()
    const chosen = choose(id, file)
    const again = importers(file)
    let by: string | null = null
    active = id
    for (const [testFile, names] of chosen) {
      say({ kind: 'begun', id })
      loader.forget(again)
      by = await asked(() => open(testFile), testFile, names)
      if (by !== null || cpuMs() - began > job.limitMs) break
    }
    active = -1
    loader.forget(again)
    const verdict = by === null ? 'survived' : 'killed'
    const ms = Math.round(cpuMs() - began)
    say({ kind: 'ended', id, verdict: chosen.size === 0 ? 'not-reached' : verdict, by: by ?? '', ms })
    await new Promise(setImmediate)
  }
}

/** The first of these tests of a file that fails; null where none does. */
async function asked(
  open: () => ReturnType<typeof suite>,
  file: string,
  names: ReadonlyMap<string, number>,
): Promise<string | null> {
  let opened: ReturnType<typeof suite>
  try {
    opened = open()
  } catch (error) {
    return `${file}: ${String(error).slice(0, 100)}`
  }
  // A test whose name is gone is one that failed: its table was made from what is mutated.
  const there = new Map(opened.collected.map((it) => [it.name, it]))
  let by: string | null = null
  for (const [name, ms] of names) {
    const one = there.get(name)
    const why = one === undefined ? 'not there any more' : await failure(one, 10_000 + 20 * ms)
    if (why === null) continue
    by = `${file} > ${name}: ${why.slice(0, 100)}`
    break
  }
  await opened.close().catch(() => undefined)
  return by
}

async function failure(one: Test, limitMs: number): Promise<string | null> {
  let timer: ReturnType<typeof later> | undefined
  const limit = new Promise<string>((resolve) => {
    timer = later(() => resolve('does not end'), limitMs)
  })
  const ended = one.run().then(
    () => null,
    (error: unknown) => String(error) || 'fails',
  )
  const why = await Promise.race([ended, limit])
  notLater(timer)
  return why
}

/** By test file, the tests that come by a mutant and what each took: those beside the file first, then quick ones. */
function chooser(job: Job, { covered, loads }: Baseline) {
  const reaching = new Map<number, Covered[]>()
  for (const one of covered)
    for (const id of one.hits) {
      const known = reaching.get(id)
      if (known === undefined) reaching.set(id, [one])
      else known.push(one)
    }
  const loadedBy = (id: number): readonly string[] => Object.keys(loads).filter((file) => loads[file]?.includes(id))

  return (id: number, file: string): Map<string, Map<string, number>> => {
    let tests: readonly Covered[] = reaching.get(id) ?? []
    const files = new Set(loadedBy(id))
    if (files.size > 0) {
      // A constant: whoever runs something of its file may depend on it, and so may the tests beside it; of a file of
      // constants alone, everybody.
      const [from = 0, to = 0] = job.idsOf[file] ?? []
      const ids = Array.from({ length: to - from }, (_, index) => from + index)
      const beside = covered.filter((it) => files.has(it.file) && isBeside(it.file, file))
      const near = new Set([...tests, ...beside, ...ids.flatMap((it) => reaching.get(it) ?? [])])
      tests = near.size > 0 ? [...near] : covered.filter((it) => files.has(it.file))
    }
    const byFile = Map.groupBy(tests, (it) => it.file)
    const far = (test: string): number => {
      if (isBeside(test, file)) return 0
      return dirname(test) === dirname(file) ? 1 : 2
    }
    const cost = (test: string): number => (byFile.get(test) ?? []).reduce((sum, it) => sum + it.ms, 0)
    const order = [...byFile.keys()].toSorted((a, b) => far(a) - far(b) || cost(a) - cost(b))
    return new Map(
      order.map((test) => [
        test,
        new Map((byFile.get(test) ?? []).toSorted((a, b) => a.ms - b.ms).map((it) => [it.name, it.ms])),
      ]),
    )
  }
}

/** `lock.test.ts` and `lock-taking.test.ts` of `lock.ts`. */
function isBeside(test: string, file: string): boolean {
  const [name, own] = [basename(test, '.test.ts'), basename(file, '.ts')]
  return dirname(test) === dirname(file) && (name === own || name.startsWith(`${own}-`))
}

/** Every module that a change of this one may change: it, and what imports it, and so on. */
function importersOf({ compiled }: Job): (file: string) => ReadonlySet<string> {
  const by = new Map<string, string[]>()
  for (const [path, { requires }] of Object.entries(compiled))
    for (const it of requires.filter((it) => it.startsWith('.')))
      by.set(join(dirname(path), it), [...(by.get(join(dirname(path), it)) ?? []), path])
  const seen = new Map<string, ReadonlySet<string>>()
  return (file) => {
    const known = seen.get(file)
    if (known !== undefined) return known
    const all = new Set([file])
    for (const it of all) for (const importer of by.get(it) ?? []) all.add(importer)
    seen.set(file, all)
    return all
  }
}

/** What others do on the machine meanwhile makes no test slow. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function on(hits: Uint8Array): readonly number[] {
  const found: number[] = []
  for (let id = hits.indexOf(1); id !== -1; id = hits.indexOf(1, id + 1)) found.push(id)
  return found
}
