import { existsSync } from 'node:fs'
import { home } from '../home.ts'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './program.ts'

/** The recording that `npm start` shows where there is no cluster: the lossy A/AAAA race, recorded in the lab. */
const recording = fileURLToPath(new URL('demo.hops', import.meta.url))

/**
 * `npm start`: diagnoses the cluster of the current kubeconfig, reading only; without a kubeconfig it shows the
 * recording, says that it is one, and ends 0, because nothing of the reader's is broken.
 */
export async function startCommand(rest: readonly string[]): Promise<number> {
  if (rest.length > 0 || hasKubeconfig()) return run(rest.length > 0 ? rest : ['diagnose'])
  process.stdout.write(
    'No kubeconfig found, so this is a RECORDING of a real lab cluster with the famous 5 second DNS delay.\n\n',
  )
  if ((await run(['diagnose', '--from', recording])) === 2) return 2
  process.stdout.write(`
This was a recording. To diagnose your own cluster, reading only:
  KUBECONFIG=path/to/kubeconfig npm start
  node dist/hopscope.js diagnose -n NAMESPACE          the same, with any of kubectl's flags
  node dist/hopscope.js diagnose dns --probe           measure lookups from every node, too
`)
  return 0
}

function hasKubeconfig(): boolean {
  const named = (process.env['KUBECONFIG'] ?? '').split(':').filter((it) => it !== '')
  return (
    named.length > 0 ||
    existsSync(join(home(), '.kube', 'config')) ||
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  )
}
