import { findLeft, type Left } from '../probe/pods/cleanup.ts'
import { removePods } from '../probe/pods/pods.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk } from './asks.ts'
import type { Caller, SessionEvent } from './events.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export type { Left } from '../probe/pods/cleanup.ts'

export interface CleanupAsk extends ClusterAsk {
  /** The 8 letters of one run; undefined: of every run that must be over. */
  readonly run?: string
}

export type CleanupEvent = SessionEvent | { readonly kind: 'found'; readonly found: Left }

export interface CleanupCaller extends Caller<CleanupEvent> {
  /** Asked once what was found has been told. */
  readonly confirm: (context: string, signal: AbortSignal) => Promise<boolean>
}

export type CleanedUp =
  | { readonly kind: 'nothing' | 'declined' }
  /** Names as `namespace/name`; `left`: not seen to go. */
  | { readonly kind: 'removed'; readonly removed: readonly string[]; readonly left: readonly string[] }

/** Looks for what killed runs left, in one namespace or in every one, asks, and removes it. */
export async function cleanUp(ask: CleanupAsk, caller: CleanupCaller): Promise<Ended<CleanedUp>> {
  const { run = null, namespace = null } = ask
  if (run !== null && !/^[0-9a-f]{8}$/.test(run))
    throw new ToolError(
      'usage',
      `\`${run}\` is no run`,
      "a run has 8 letters of 0-9 and a-f: they stand in its pods' names",
    )
  return withCluster(ask, caller, async ({ cluster, signal }) => {
    const found = await findLeft(cluster, { namespace, run })
    signal.throwIfAborted()
    if (!found.known) {
      const forbidden = found.why.reason === 'forbidden'
      throw new ToolError(
        forbidden ? 'forbidden' : 'unreachable',
        `can't look for leftovers: ${found.why.detail}`,
        forbidden ? 'name a namespace that you may list: hopscope cleanup -n NAMESPACE' : null,
      )
    }
    caller.tell({ kind: 'found', found: found.value })
    const { old } = found.value
    if (old.length === 0) return { kind: 'nothing' }
    const yes = await caller.confirm(cluster.context, signal)
    signal.throwIfAborted()
    if (!yes) return { kind: 'declined' }
    const left = await removePods(cluster, old)
    const names = old.map((it) => `${it.namespace}/${it.name}`)
    return { kind: 'removed', removed: names.filter((it) => !left.includes(it)), left }
  })
}
