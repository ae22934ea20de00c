import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { home } from '../home.ts'
import { packed } from '../packed.ts'
import { tableLines } from '../report/table.ts'
import { run } from './program.ts'
import { call } from './terminal/called.ts'
import { unwritable } from '../unwritable.ts'

/**
 * `npm start`: diagnoses the cluster of the current kubeconfig, reading only; without a kubeconfig it shows the
 * recording, says that it is one, and ends 0, because nothing of the reader's is broken.
 */
export async function startCommand(rest: readonly string[]): Promise<number> {
  if (rest.length > 0 || hasKubeconfig()) return run(rest.length > 0 ? rest : ['diagnose'])
  process.stdout.write(
    'No kubeconfig found, so this is a RECORDING of a real lab cluster with the famous 5 second DNS delay.\n\n',
  )
  if ((await showRecording()) === 2) return 2
  const { name } = call()
  const lines = tableLines([
    [`KUBECONFIG=path/to/kubeconfig ${name.replace(/ --$/, '')}`, ''],
    [`${name} diagnose -n NAMESPACE`, "the same, with any of kubectl's flags"],
    [`${name} diagnose dns --probe`, 'measure lookups from every node, too'],
  ])
  process.stdout.write(`\nThis was a recording. To diagnose your own cluster, reading only:\n${lines.join('\n')}\n`)
  return 0
}

/** The lossy A/AAAA race, recorded in the lab. As a file of its own, since the binary has it inside. */
async function showRecording(): Promise<number> {
  return await run(['diagnose', '--from', demoFile()])
}

function demoFile(): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'hopscope-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'demo.hops')
    writeFileSync(file, packed('demo.hops'))
    return file
  } catch (error) {
    throw unwritable(`the recording in ${tmpdir()}`, error, 'make room, or name another folder: TMPDIR=FOLDER')
  }
}

function hasKubeconfig(): boolean {
  const named = (process.env['KUBECONFIG'] ?? '').split(':').filter((it) => it !== '')
  return (
    named.length > 0 ||
    existsSync(join(home(), '.kube', 'config')) ||
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  )
}
