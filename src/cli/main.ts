import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { answer, args } from './answer.ts'

// zstd came with Node 22.15; client certificates in WebSockets and the rest are tested from 22.19 on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < 22 || (major === 22 && minor < 19)
/** The Node that `npm start`, `npm test` and `npm run build` brought, where this runs from the checkout. */
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (isOld && existsSync(own) && own !== process.execPath) {
  const child = spawn(own, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
  // Ctrl-C and Ctrl-\ reach the child by themselves, which then takes down what it started; this process waits for it.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 130))
} else if (isOld) {
  process.stderr.write(
    `error: hopscope needs Node 22.19 or later, this is ${process.versions.node}\n` +
      '  help: npm start brings its own Node 24; elsewhere: npx -p node@24 -p hopscope hopscope\n',
  )
  process.exit(2)
} else {
  await answer()
}
