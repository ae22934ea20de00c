import { cleanup } from '../probe/cleanup.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterFlags } from './flags.ts'
import { open } from './gather.ts'

/** Removes what a killed run left behind: in `-n`'s namespace, or in every namespace. */
export async function cleanupCommand(flags: ClusterFlags): Promise<number> {
  const cluster = await open(flags)
  try {
    const result = await cleanup(cluster, flags.namespace === undefined ? { all: true } : { namespace: flags.namespace })
    if (!result.known) {
      const forbidden = result.why.reason === 'forbidden'
      throw new ToolError(forbidden ? 'forbidden' : 'unreachable', `can't look for leftovers: ${result.why.detail}`, forbidden ? 'name a namespace that you may list: hopscope cleanup -n NAMESPACE' : null)
    }
    const { removed, left, ephemeral } = result.value
    const say = (line: string): void => void process.stdout.write(`${line}\n`)
    if (removed.length + left.length === 0) say('nothing left behind')
    for (const name of removed) say(`removed  pod ${name}`)
    for (const name of left) say(`LEFT     pod ${name}: it would not go; its own deadline ends it`)
    if (!ephemeral.known) say(`ephemeral containers: unknown, ${ephemeral.why.detail}`)
    else for (const it of ephemeral.value) say(`stays    ephemeral container ${it.container} in pod ${it.namespace}/${it.pod} (${it.state}): Kubernetes removes it with its pod`)
    return left.length === 0 ? 0 : 2
  } finally {
    cluster.close()
  }
}
