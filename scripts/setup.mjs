// Runs before every npm script, on whatever Node the machine has (20 and later): brings the project's own Node 24
// and its packages with `npm ci`, then builds when a source is newer than the bundle. Costs a few stat calls when
// there is nothing to do, because `npm start` promises an answer within a second.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const want = process.argv[2] ?? 'install'
const stamp = join(root, 'node_modules', '.hopscope-lock')
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')

function run(what, command, args) {
  process.stderr.write(`${what} ...\n`)
  const started = Date.now()
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
    process.stderr.write(`error: ${what} failed (${command} ${args.join(' ')})\n`)
    process.exit(2)
  }
  process.stderr.write(`${what} ... done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  run('installing packages', 'npm', ['ci', '--no-audit', '--no-fund'])
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stamp, lock)
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs)
}

if (want === 'start' || want === 'test') {
  const bundle = join(root, 'dist', 'hopscope.js')
  const sources = ['src', 'scripts', 'package-lock.json'].map((name) => newest(join(root, name)))
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < Math.max(...sources)) {
    run('building', join(root, 'node_modules', '.bin', 'node'), ['scripts/build.ts'])
  }
}
