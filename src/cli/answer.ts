import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { version } from '../version.ts'
import { ending } from './terminal/interrupt.ts'

/** kubectl runs `kubectl_complete-hopscope` of the path for `kubectl hopscope` and TAB: a link to this program. */
const asked = /^kubectl_complete-hopscope(?:\.exe)?$/.test(basename(process.argv[1] ?? '')) ? ['__complete'] : []
export const args: readonly string[] = [...asked, ...process.argv.slice(2)]

/** Runs the command line of this process, and leaves its exit code to Node. */
export async function answer(): Promise<void> {
  if (args.length === 1 && args[0] === '--version') {
    process.stdout.write(`hopscope ${version}\n`)
    process.exitCode = 0
    return
  }
  const [major = 0] = process.versions.node.split('.').map(Number)
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
