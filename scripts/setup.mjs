// setup.mjs installed|built SCRIPT [ARG…]: stands before every npm script, on whatever Node the machine has (20 and
// later). Brings the project's own Node 24 and its packages with `npm ci`, builds when a source is newer than the
// bundle, and then runs SCRIPT on that Node: a shell would go on with the `node` that it found first. Costs a few stat
// calls when there is nothing to do, because `npm start` promises an answer within a second.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const own = join(root, 'node_modules', '.bin', 'node')
const [state, ...script] = process.argv.slice(2)

function step(what, command, args) {
  process.stderr.write(`${what} ... `)
  const started = Date.now()
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  if (result.status !== 0) {
    process.stderr.write(
      `\n${result.stdout ?? ''}${result.stderr ?? ''}` +
        `error: ${what} failed: ${result.error?.message ?? `${command} ${args.join(' ')}`}\n`,
    )
    process.exit(2)
  }
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

function install() {
  const stamp = join(root, 'node_modules', '.hopscope-lock')
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  step("installing packages and the project's own Node", 'npm', ['ci', '--no-audit', '--no-fund'])
  writeFileSync(stamp, lock)
}

function build() {
  const bundle = join(root, 'dist', 'hopscope.js')
  const newest = Math.max(...['src', 'scripts', 'package-lock.json'].map((name) => latest(join(root, name))))
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < newest) step('building', own, ['scripts/build.ts'])
}

function latest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((most, name) => Math.max(most, latest(join(path, name))), stat.mtimeMs)
}

install()
if (state === 'built') build()

const child = spawn(own, script, { cwd: root, stdio: 'inherit' })
// Ctrl-C reaches the child by itself, which then cleans up what it started; this process waits for it.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
