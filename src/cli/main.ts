import { finalCode, guardProcess } from './interrupt.ts'
import { version } from './version.ts'

const args = process.argv.slice(2)

guardProcess()

// zstd came with Node 22.15; client certificates in WebSockets and the rest are tested from 22.19 on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error: hopscope needs Node 22.19 or later, this is ${process.versions.node}\n  help: npm start brings its own Node 24; elsewhere: npx -p node@24 -p hopscope hopscope\n`,
  )
  process.exit(2)
}

if (args.length === 1 && (args[0] === '--version' || args[0] === 'version')) {
  process.stdout.write(`hopscope ${version}\n`)
} else {
  const { run } = await import('./program.ts')
  const code = await run(args)
  process.exitCode = finalCode(code)
}
