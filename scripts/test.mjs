// What `npm test` runs: types, lint, format, dead code, unit tests, generated docs. One line a step, the whole output
// of a step that failed, and at the end `N passed, N failed`: the tests, and each other step as one. CI adds that line
// up.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)
const cache = (name) => join(root, 'node_modules', '.cache', name)
const scratch = mkdtempSync(join(tmpdir(), 'hopscope-test-'))
const report = join(scratch, 'vitest.json')

/**
 * The compiler and the linter are done in seconds, so the tests have all cores and one worker more: some of them wait
 * for what does not come, and left to itself vitest spares a core, which is half of a small machine. Test files share
 * their workers: a new one for each of three hundred files costs a third of the time, and no file leaves anything
 * behind.
 */
const workers = availableParallelism() + 2

/**
 * What takes seconds is tried by turns, a twelfth of it a day, unless all is asked for (HOPSCOPE_TEST_EFFORT=full), or
 * files are named.
 */
const isNamed = process.argv.length > 2
const effort = process.env.HOPSCOPE_TEST_EFFORT ?? (isNamed ? 'named' : 'daily')

const steps = [
  {
    name: 'types',
    // It ends long before the tests do. Four checkers make most types four times over, and Go's collector, left to
    // itself, looks at them again and again: together two fifths of its time on a small machine.
    command: [bin('tsc'), '--noEmit', '--checkers', '1', '--incremental', '--tsBuildInfoFile', cache('types')],
    env: { GOGC: '400' },
  },
  { name: 'page', command: [bin('tsc'), '--noEmit', '-p', join(root, 'src/ui/browser')] },
  { name: 'lint', command: [bin('oxlint'), '--deny-warnings'] },
  { name: 'format', command: [bin('oxfmt'), '--check'] },
  { name: 'unused', command: [bin('knip'), '--no-progress', '--treat-config-hints-as-errors'] },
  // Among all tests, those of the scenarios look at the docs too: they have the diagnoses that these are made of.
  ...(isNamed ? [{ name: 'docs', command: [process.execPath, 'scripts/gen-docs.ts', '--check'] }] : []),
  { name: 'schemas', command: [process.execPath, 'scripts/gen-schemas.ts', '--check'] },
  {
    name: 'tests',
    command: [
      bin('vitest'),
      'run',
      '--no-isolate',
      `--maxWorkers=${workers}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ],
    counts: vitestCounts,
  },
]

const ended = await Promise.all(steps.map(run))
rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })

const sum = (pick) => ended.reduce((total, it) => total + it[pick], 0)
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
process.exitCode = ended.every((it) => it.failed === 0) ? 0 : 1

function run({ name, command: [file, ...args], env: more = {}, counts }) {
  return new Promise((resolve) => {
    const began = performance.now()
    // What tests put aside goes with them.
    const env = {
      ...process.env,
      ...more,
      TMPDIR: scratch,
      HOPSCOPE_TEST_EFFORT: effort,
      HOPSCOPE_TEST_PROGRAM: join(root, 'dist', 'hopscope.js'),
      // Tests start the program a hundred times: what the first compiled serves the others, and the next run.
      NODE_COMPILE_CACHE: cache('node'),
    }
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env })
    const output = []
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)))
    child.on('close', (code) => {
      const own = counts?.() ?? { passed: code === 0 ? 1 : 0, failed: 0 }
      // A step may fail without a failed test: a file that does not load, an error after the last one.
      const result = { passed: own.passed, failed: code === 0 ? own.failed : Math.max(1, own.failed) }
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5)
      const rest = effort === 'daily' ? '; of the slow files a twelfth (HOPSCOPE_TEST_EFFORT=full runs all)' : ''
      const told = counts === undefined ? '' : `  ${own.passed} passed, ${own.failed} failed${rest}`
      process.stdout.write(`${name.padEnd(7)} ${result.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds} s${told}\n`)
      if (result.failed > 0) process.stdout.write(`${Buffer.concat(output).toString().trimEnd()}\n`)
      resolve(result)
    })
  })
}

/** From vitest's own report; a file that failed without a failed test of its own counts as one. */
function vitestCounts() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const unloaded = testResults.filter(
      (it) => it.status === 'failed' && it.assertionResults.every((one) => one.status !== 'failed'),
    ).length
    return { passed: numPassedTests, failed: numFailedTests + unloaded }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
