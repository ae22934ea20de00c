import type { Cluster } from '../kube/cluster.ts'
import { findLeft, type Left } from '../probe/pods/cleanup.ts'
import { removePods } from '../probe/pods/pods.ts'
import { ToolError } from '../tool-error.ts'
import { askLine } from './terminal/ask-line.ts'
import type { ClusterFlags } from './flags.ts'
import { open } from '../session/open.ts'
import { interruptedCode, interruptible } from './terminal/interrupt.ts'
import { say, tell } from './terminal/say.ts'

export interface CleanupFlags extends ClusterFlags {
  readonly yes?: boolean
  readonly run?: string
}

/** Lists what killed runs left, in `-n`'s namespace or in every one, asks, and removes it. Returns 0, 2, 130 or 141. */
export async function cleanupCommand(flags: CleanupFlags): Promise<number> {
  const { run = null, namespace = null } = flags
  if (run !== null && !/^[0-9a-f]{8}$/.test(run))
    throw new ToolError(
      'usage',
      `\`${run}\` is no run`,
      "a run has 8 letters of 0-9 and a-f: they stand in its pods' names",
    )
  const interrupt = interruptible()
  const cluster = await open(flags, interrupt.signal)
  try {
    const found = await findLeft(cluster, { namespace, run })
    if (interrupt.interrupted()) return interruptedCode()
    if (!found.known) {
      const forbidden = found.why.reason === 'forbidden'
      throw new ToolError(
        forbidden ? 'forbidden' : 'unreachable',
        `can't look for leftovers: ${found.why.detail}`,
        forbidden ? 'name a namespace that you may list: hopscope cleanup -n NAMESPACE' : null,
      )
    }
    for (const line of lines(found.value)) say(line)
    if (found.value.old.length === 0) return 0
    if (!(await confirmed(cluster, flags, interrupt.signal))) {
      tell('not confirmed; nothing was removed')
      return interrupt.interrupted() ? interruptedCode() : 2
    }
    const left = await removePods(cluster, found.value.old)
    for (const it of found.value.old.map((one) => `${one.namespace}/${one.name}`))
      say(
        left.includes(it)
          ? `LEFT     pod ${it}: it was not seen to go; its own deadline ends it`
          : `removed  pod ${it}`,
      )
    return left.length === 0 ? 0 : 2
  } finally {
    interrupt.release()
    cluster.close()
  }
}

function lines({ old, young, foreign, ephemeral }: Left): readonly string[] {
  const stays = ephemeral.known
    ? ephemeral.value.map(
        (it) =>
          `stays    ephemeral container ${it.container} in pod ${it.namespace}/${it.pod} (${it.state}): Kubernetes removes it with its pod`,
      )
    : [`ephemeral containers: unknown, ${ephemeral.why.detail}`]
  return [
    ...(old.length === 0 ? ['nothing left behind by a run that is over'] : []),
    ...old.map((it) => `left     pod ${it.namespace}/${it.name} (run ${it.run})`),
    ...young.map(
      (it) =>
        `young    pod ${it.namespace}/${it.name}: its run may go on; if not, its deadline ends it soon, or: hopscope cleanup --run ${it.run}`,
    ),
    ...foreign.map(
      (it) => `foreign  pod ${it}: it bears hopscope's label, and is not what hopscope makes; not touched`,
    ),
    ...stays,
  ]
}

async function confirmed(cluster: Cluster, flags: CleanupFlags, signal: AbortSignal): Promise<boolean> {
  if (flags.yes === true) return true
  if (!process.stdin.isTTY)
    throw new ToolError('usage', 'there is no terminal to ask on', '--yes, if what is listed as left may go')
  return /^y(es)?$/i.test((await askLine(`Remove them from context ${cluster.context}? Type yes: `, signal)) ?? '')
}
