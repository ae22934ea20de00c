import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { ending } from './terminal/interrupt.ts'
import { version } from '../version.ts'

/** kubectl runs `kubectl_complete-hopscope` of the path for `kubectl hopscope` and TAB: a link to this file. */
const asked = basename(process.argv[1] ?? '') === 'kubectl_complete-hopscope' ? ['__complete'] : []
const args = [...asked, ...process.argv.slice(2)]

// zstd came with Node 22.15; client certificates in WebSockets and the rest are tested from 22.19 on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < 22 || (major === 22 && minor < 19)
/** The Node that `npm start`, `npm test` and `npm run build` brought, where this runs from the checkout. */
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (isOld && existsSync(own) && own !== process.execPath) {
  const child = spawn(own, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
  // Ctrl-C reaches the child by itself, which then takes down what it started; this process waits for it.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 130))
} else if (isOld) {
  process.stderr.write(
    `error: hopscope needs Node 22.19 or later, this is ${process.versions.node}\n` +
      '  help: npm start brings its own Node 24; elsewhere: npx -p node@24 -p hopscope hopscope\n',
  )
  process.exit(2)
} else if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`hopscope ${version}\n`)
} else {
  ending.guard()
  if (major <= 24) growSlowly()
  const { run } = await import('./program.ts')
  if (major <= 24) stayYoung()
  const code = await run(args)
  process.exitCode = ending.finalCode(code)
}

/**
 * V8 lets garbage pile up to four times what is in use before it looks: of a hundred thousand pods, 890 MiB where 590
 * do (npm run bench big). A thin container is killed for that. Known to the V8 of Node 22 and 24; one that knows it no
 * longer would complain to the user.
 */
function growSlowly(): void {
  setFlagsFromString('--heap-growing-percent=30')
}

/**
 * V8 lets the room for new objects grow to three times 16 MiB under a flood of them, and never gives it back; with what
 * it then moves on too early, 5,000 pods take 255 MiB where 140 do. It stays as large as the start left it.
 */
function stayYoung(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
