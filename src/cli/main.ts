import { version } from './version.ts'

const args = process.argv.slice(2)

// A reader that goes away (`| head`) ends the run quietly, as every Unix tool does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

if (args.length === 1 && (args[0] === '--version' || args[0] === 'version')) {
  process.stdout.write(`hopscope ${version}\n`)
} else {
  const { run } = await import('./program.ts')
  process.exitCode = await run(args)
}
