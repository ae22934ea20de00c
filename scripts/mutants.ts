// mutants.ts [--sample N] [--seed S …] [--in PATH] [--since REV] [--resume]: how good are the tests? Makes one small
// mistake after the other in what decides a diagnosis, and sees whether a test fails. Nothing is written into the
// sources. `--tests PART` asks only test files with that in their path.
//
// A run of our own, since a mutation tester starts its runner anew for each mutant, or re-runs it: half a second at
// best, and there are sixteen thousand. Here the tests' modules are compiled once, with all mutants in them behind
// switches (mutations.ts), and evaluated again in one worker of vitest, which gives `expect` (driver.ts).
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { transformSync } from 'esbuild'
import { equivalents } from './mutants/equivalent.ts'
import type { Job, Said } from './mutants/job.ts'
import type { Compiled } from './mutants/modules.ts'
import { mutate, type Mutant } from './mutants/mutations.ts'
import { type Result, table } from './mutants/table.ts'

const root = join(import.meta.dirname, '..')
const folders = ['src/relations', 'src/checks', 'src/plan', 'src/engine.ts']
const kept = join(root, 'node_modules', '.cache', 'hopscope-mutants.json')

/**
 * The tests that are asked: of what decides, and of its next users. The program as a whole, its reports and a cluster's
 * stand-in say less, later.
 */
const near = [
  'src/{relations,checks,plan,remedies,findings,answers}/**/*.test.ts',
  'src/engine.test.ts',
  'test/thresholds.test.ts',
  'test/corefiles.test.ts',
]

/** A mutant that nothing has been heard of for so long runs in a circle: its test would never end. */
const stuckMs = 60_000

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', multiple: true, default: ['1'] },
    in: { type: 'string', multiple: true, default: folders },
    since: { type: 'string' },
    resume: { type: 'boolean', default: false },
    tests: { type: 'string', default: '' },
    'limit-ms': { type: 'string', default: '20000' },
  },
})

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** What a mutant is called from one run to the next, whatever lines are written above it. */
interface Named extends Mutant {
  readonly key: string
}

const { mutants, compiled, tests, idsOf } = prepare()
const samples = values.seed.map((seed) => ({ seed, chosen: choose(mutants, seed) }))
const results = new Map((await runAll(new Set(samples.flatMap((it) => it.chosen)))).map((it) => [it.id, it]))
for (const { seed, chosen } of samples)
  process.stdout.write(
    table(
      chosen.flatMap((it) => results.get(it.id) ?? []),
      { of: mutants.length, seed },
    ),
  )

/** Compiles the tests and all that they import, with the mutants in it. */
function prepare() {
  const compiled: Record<string, Compiled> = {}
  const mutants: Named[] = []
  const idsOf: Record<string, readonly [number, number]> = {}
  const isMutated = (path: string): boolean =>
    folders.some((it) => path === it || path.startsWith(`${it}/`)) && !path.endsWith('.test.ts')
  const take = (path: string): void => {
    if (compiled[path] !== undefined || path.endsWith('.json')) return
    const source = read(path)
    const { code, mutants: own } = isMutated(path)
      ? mutate(path, source, mutants.length)
      : { code: source, mutants: [] }
    const seen = new Map<string, number>()
    idsOf[path] = [mutants.length, mutants.length + own.length]
    for (const it of own) {
      const name = `${path} ${it.kind} ${it.from} -> ${it.to}`
      const nth = seen.get(name) ?? 0
      seen.set(name, nth + 1)
      mutants.push({ ...it, key: `${name} #${nth}` })
    }
    const js = commonJs(code)
    const requires = [...js.matchAll(/require\("([^"]+)"\)/g)].map((it) => it[1] ?? '')
    compiled[path] = { code: js, requires }
    for (const it of requires) if (it.startsWith('.')) take(join(dirname(path), it))
  }
  const tests = globSync([...near], { cwd: root }).toSorted()
  for (const it of tests) take(it)
  return {
    mutants,
    compiled,
    idsOf,
    tests: tests.filter((it) => it.includes(values.tests) && reaches(it, compiled, isMutated)),
  }
}

function commonJs(code: string): string {
  const define = {
    'import.meta.dirname': '__meta.dirname',
    'import.meta.filename': '__meta.filename',
    'import.meta.url': '__meta.url',
  }
  const supported = { 'dynamic-import': false }
  try {
    return transformSync(code, { loader: 'ts', format: 'cjs', target: 'node24', define, supported }).code
  } catch (error) {
    if (!String(error).includes('Top-level await')) throw error
    return "throw new Error('awaits while it is loaded')"
  }
}

function reaches(from: string, compiled: Readonly<Record<string, Compiled>>, is: (path: string) => boolean): boolean {
  const all = new Set([from])
  for (const it of all) {
    if (is(it)) return true
    for (const to of compiled[it]?.requires ?? []) if (to.startsWith('.')) all.add(join(dirname(it), to))
  }
  return false
}

/** The sample hangs on the seed and on each mutant's own name: a line more in one file leaves the others' as it was. */
function choose(all: readonly Named[], seed: string): readonly Named[] {
  const lines = values.since === undefined ? null : changedSince(values.since)
  const asked = all
    .filter((it) => values.in.some((path) => it.file === path || it.file.startsWith(`${path.replace(/\/$/, '')}/`)))
    .filter((it) => lines === null || (lines.get(it.file)?.has(it.line) ?? false))
  if (values.sample === undefined) return asked
  const ranked = asked.map((it) => ({ it, rank: hash(`${seed} ${it.key}`) }))
  const taken = ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, Number(values.sample))
  return taken.map(({ it }) => it).toSorted((a, b) => a.id - b.id)
}

/** Lines that git shows as written since a revision. */
function changedSince(rev: string): ReadonlyMap<string, ReadonlySet<number>> {
  const diff = spawnSync('git', ['diff', '-U0', '--no-renames', rev, '--', ...folders], { cwd: root, encoding: 'utf8' })
  if (diff.status !== 0) throw new Error(diff.stderr)
  const found = new Map<string, Set<number>>()
  let file = ''
  for (const line of diff.stdout.split('\n')) {
    if (line.startsWith('+++ b/')) file = line.slice(6)
    const [, from, count = '1'] = line.match(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/) ?? []
    if (from === undefined) continue
    for (let at = 0; at < Number(count); at += 1) found.set(file, (found.get(file) ?? new Set()).add(Number(from) + at))
  }
  return found
}

/** What earlier runs said: a killed mutant stays so while its file does, another one while the tests do. */
function remembered(): Map<string, Result['verdict']> {
  return new Map(
    values.resume && existsSync(kept)
      ? (JSON.parse(readFileSync(kept, 'utf8')) as readonly (readonly [string, Result['verdict']])[])
      : [],
  )
}

async function runAll(all: ReadonlySet<Named>): Promise<readonly (Result & { readonly id: number })[]> {
  const asked = [...all]
  const memory = remembered()
  const files = new Map(asked.map((it) => [it.file, hash(read(it.file))]))
  const testsHash = hash(
    Object.keys(compiled)
      .filter((it) => it.includes('test'))
      .map(read)
      .join('\0'),
  )
  const keyOf = (it: Named, verdict: string): string =>
    hash(`${it.key} ${files.get(it.file)} ${verdict === 'killed' ? '' : testsHash}`)
  const verdicts = new Map<number, { verdict: Result['verdict']; ms: number }>()
  for (const it of asked) {
    const was = memory.get(keyOf(it, 'killed')) ?? memory.get(keyOf(it, 'survived'))
    if (was !== undefined) verdicts.set(it.id, { verdict: was, ms: 0 })
  }
  const scratch = mkdtempSync(join(tmpdir(), 'hopscope-mutants-'))
  const note = (id: number, verdict: Result['verdict'], ms: number): void => {
    verdicts.set(id, { verdict, ms })
    const it = mutants[id]
    if (it !== undefined) memory.set(keyOf(it, verdict === 'timeout' ? 'killed' : verdict), verdict)
  }
  try {
    for (;;) {
      const left = asked.filter((it) => !verdicts.has(it.id))
      if (left.length === 0) break
      const stuck = await session(scratch, left, note)
      if (stuck !== null) note(stuck, 'timeout', stuckMs)
    }
  } finally {
    mkdirSync(dirname(kept), { recursive: true })
    writeFileSync(kept, JSON.stringify([...memory]))
    rmSync(scratch, { recursive: true, force: true })
  }
  return asked.map((it) => {
    const why = equivalents.find((one) => one.file === it.file && one.from === it.from && one.to === it.to)?.why ?? null
    return { ...it, ...(verdicts.get(it.id) ?? { verdict: 'survived', ms: 0 }), equivalent: why }
  })
}

/** One life of the worker; gives the mutant that it was stuck in, null when it came to the end. */
async function session(
  scratch: string,
  left: readonly Named[],
  note: (id: number, verdict: Result['verdict'], ms: number) => void,
): Promise<number | null> {
  const resultsPath = join(scratch, 'results.jsonl')
  const jobPath = join(scratch, 'job.json')
  const job: Job = {
    root,
    compiled,
    tests,
    mutants: left.map(({ id, file }) => ({ id, file })),
    idsOf,
    count: mutants.length,
    limitMs: Number(values['limit-ms']),
    baseline: join(scratch, 'baseline.json'),
    results: resultsPath,
  }
  writeFileSync(jobPath, JSON.stringify(job))
  writeFileSync(resultsPath, '')
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const child = spawn(vitest, ['run', '--config', join(import.meta.dirname, 'mutants', 'vitest.config.ts')], {
    cwd: root,
    env: { ...process.env, HOPSCOPE_MUTANTS: jobPath, TMPDIR: scratch },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  child.stdout.on('data', (it: Buffer) => (output = (output + it.toString()).slice(-20_000)))
  child.stderr.on('data', (it: Buffer) => (output = (output + it.toString()).slice(-20_000)))
  // A group of its own, so that a stuck one goes with what it started; so Ctrl-C does not reach it by itself.
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    end()
  }
  for (const it of ['SIGINT', 'SIGTERM'] as const) process.once(it, stop)
  const over = new Promise<'over'>((resolve) => {
    child.on('close', () => resolve('over'))
  })

  let at = 0
  let begun: number | null = null
  let ready = false
  let ended = 0
  let heard = Date.now()
  const listen = (): void => {
    const lines = readFileSync(resultsPath, 'utf8').split('\n')
    for (const line of lines.slice(at, -1)) {
      const said = JSON.parse(line) as Said
      at += 1
      heard = Date.now()
      if (said.kind === 'ready') ready = true
      if (said.kind === 'left-out') process.stderr.write(`left out: ${said.test}: ${said.why.split('\n')[0]}\n`)
      if (said.kind === 'begun') begun = said.id
      if (said.kind !== 'ended') continue
      begun = null
      ended += 1
      note(said.id, said.verdict, said.ms)
      const it = mutants[said.id]
      if (said.verdict === 'killed' || it === undefined) continue
      const place = `${it.file}:${it.line} ${it.kind}: ${it.from} -> ${it.to}`
      process.stderr.write(`${ended}/${left.length} ${said.verdict} ${said.ms} ms ${place}\n`)
    }
  }
  const soon = () => new Promise<'soon'>((resolve) => setTimeout(resolve, 500, 'soon'))
  while ((await Promise.race([over, soon()])) === 'soon') {
    listen()
    if (ready && begun !== null && Date.now() - heard > stuckMs + job.limitMs) {
      end()
      await over
      return begun
    }
  }
  for (const it of ['SIGINT', 'SIGTERM'] as const) process.off(it, stop)
  listen()
  if (isStopped) throw new Error('stopped; --resume goes on')
  if (ended === left.length) return null
  if (begun !== null) return begun
  throw new Error(`the worker ended after ${ended} of ${left.length} mutants:\n${output}`)
}
