// npm run lab:test [NAME…]: everything that must be true on a real cluster. Ends with `N passed, N failed`.
import { writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { faults } from '../faults/all.ts'
import { down } from '../down.ts'
import { type Lab, LabError, openLab } from '../lab.ts'
import { DEFAULT_WORKERS, STATE } from '../plan.ts'
import { run } from '../process.ts'
import { up } from '../up.ts'
import { capacityCases } from './capacity-cases.ts'
import { faultCase } from './fault-cases.ts'
import { fixCases } from './fix-cases.ts'
import { healthyCases } from './healthy-cases.ts'
import { added, machine } from './machine.ts'
import { refusalCases } from './refusal-cases.ts'
import { remedyCases } from './remedy-cases.ts'
import { resolveCases } from './resolve-cases.ts'
import { expectThat, line, type Result } from './result.ts'
import { rightsCases } from './rights-cases.ts'
import { leftoverCase, safetyCases } from './safety-cases.ts'
import { batches } from './schedule.ts'
import { groupTwice, secondTry, type Tried } from './second-try.ts'
import { watchCases } from './watch-cases.ts'

const asked = process.argv.slice(2).filter((it) => !it.startsWith('-'))
/** Uses the lab that is up, and leaves it up: for work on one fault. */
const keepUp = process.argv.includes('--keep')

const started = performance.now()
const results: Result[] = []
const tell = (result: Result): void => void process.stdout.write(line(result))
const add = (more: readonly Result[]): void => void results.push(...more)

async function whole(): Promise<void> {
  await down()
  const before = await machine(STATE)
  const cold = performance.now()
  await up(DEFAULT_WORKERS)
  process.stdout.write(`the lab is up for the first time after ${seconds(cold)} s, with whatever had to be built\n`)
  await down()
  let upSeconds = 0
  add([
    await expectThat('lab', 'up from a warm cache', 'under 60 s', async () => {
      const warm = performance.now()
      await up(DEFAULT_WORKERS)
      upSeconds = (performance.now() - warm) / 1000
      return { got: `${upSeconds.toFixed(1)} s`, passed: upSeconds < 60 }
    }),
  ])
  add([
    await expectThat('lab', "the enforcer means what cyclonus means", 'every policy the same', async () => {
      const ran = await run([process.execPath, join(import.meta.dirname, '../policy/cyclonus-check.ts')], { timeoutMs: 600_000 })
      return { got: ran.stdout.trimEnd().split('\n').at(-1) ?? '', passed: ran.code === 0, detail: ran.stdout + ran.stderr }
    }),
  ])
  try {
    await cluster()
  } finally {
    add([
      await expectThat('lab', 'down leaves nothing', 'nothing', async () => {
        await down()
        const left = added(before, await machine(STATE))
        return { got: left.length === 0 ? 'nothing' : `${left.length} things`, passed: left.length === 0, detail: left.join('\n') }
      }),
    ])
    for (const result of results.filter((it) => it.group === 'lab')) tell(result)
  }
  if (asked.length > 0) return
  const facts = { upSeconds, cpus: cpus().length, kernel: release(), totalSeconds: (performance.now() - started) / 1000 }
  await writeFile(join(import.meta.dirname, '../../docs/benchmark.md'), (await import('./table.ts')).benchmarkPage(results, facts))
}

type Cases = (lab: Lab, tell: (result: Result) => void) => Promise<readonly Result[]>

const before: Readonly<Record<string, Cases>> = { rights: rightsCases, refusals: refusalCases, remedies: remedyCases, resolve: resolveCases, 'healthy-ten': healthyCases, watch: watchCases }
/** Those that measure come last, when nothing else is left to settle. */
const after: Readonly<Record<string, Cases>> = { fix: fixCases, capacity: capacityCases }

async function cluster(): Promise<void> {
  const lab = await openLab()
  // Harm is no accident: what hopscope leaves behind is not tried twice.
  if (isAsked('safety')) add(await safetyCases(lab, tell))
  await groups(lab, before)
  const wanted = asked.length === 0 ? faults : faults.filter((it) => asked.includes(it.name))
  const tried: Tried[number][] = []
  for (const batch of batches(wanted)) tried.push(...(await Promise.all(batch.map(async (fault, turn) => ({ fault, results: await faultCase(lab, fault, turn, tell) })))))
  add(await secondTry(tried, (fault) => faultCase(lab, fault, 0, tell)))
  await groups(lab, after)
  const left = await leftoverCase(lab)
  tell(left)
  add([left])
}

async function groups(lab: Lab, of: Readonly<Record<string, Cases>>): Promise<void> {
  for (const [name, cases] of Object.entries(of)) if (isAsked(name)) add(await groupTwice(() => cases(lab, tell)))
}

function isAsked(name: string): boolean {
  return asked.length === 0 || asked.includes(name)
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1)
}

try {
  await (keepUp ? cluster() : whole())
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`error: ${error.message}\n  help: ${error.hint}\n`)
  results.push({ group: 'lab', name: 'the lab', expected: 'up', got: error.message, seconds: 0, passed: false, detail: '' })
}
const skipped = results.filter((it) => it.skipped)
const failed = results.filter((it) => !it.passed && !it.skipped)
if (failed.length > 0) process.stdout.write(`\nfailed:\n${failed.map(line).join('')}`)
if (skipped.length > 0) process.stdout.write(`\nnot tried here:\n${skipped.map(line).join('')}`)
process.stdout.write(`\n${results.length - failed.length - skipped.length} passed, ${failed.length} failed${skipped.length === 0 ? '' : `, ${skipped.length} skipped`}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
