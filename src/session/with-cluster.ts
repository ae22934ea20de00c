import type { Cluster } from '../kube/cluster.ts'
import { onAccount, type Settled } from '../owed.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk } from './asks.ts'
import type { Caller, Listener } from './events.ts'
import { open } from './open.ts'

/** What a use-case works with. */
export interface Frame {
  readonly cluster: Cluster
  /** Ends with the caller's, and when the time for the whole run is up. */
  readonly signal: AbortSignal
  /** The caller's own: for what a deadline must not cut in two. */
  readonly interrupt: AbortSignal
  readonly tell: Listener
  /** As the caller's. */
  readonly consent?: NonNullable<Caller['consent']>
}

/** How a run ended that did not fail. */
export type Ended<T> =
  | { readonly kind: 'done'; readonly value: T }
  /**
   * The caller wanted no more. `reached`: the cluster had been asked for something. `left`: what was made, and was not
   * seen to go.
   */
  | { readonly kind: 'interrupted'; readonly reached: boolean; readonly left: readonly string[] }

/** For what `work` itself did not take down: a pod's own deadline ends it soon after. */
const settleMs = 10_000

/**
 * The frame of every use-case: opens the cluster, ends it with the caller's signal or at the deadline, removes what
 * `work` made and did not, closes. Throws ToolError `timed-out` when the time was up, and whatever else `work` throws.
 */
export async function withCluster<T>(
  ask: ClusterAsk & { readonly timeout?: number },
  caller: Caller,
  work: (frame: Frame) => Promise<T>,
): Promise<Ended<T>> {
  return onCluster((signal) => open(ask, signal), { ...caller, timeoutMs: ask.timeout ?? null }, work)
}

/** The same over a cluster that somebody else knows how to open. */
export async function onCluster<T>(
  opening: (signal: AbortSignal) => Promise<Cluster>,
  { signal: interrupt, tell, consent, timeoutMs }: Caller & { readonly timeoutMs: number | null },
  work: (frame: Frame) => Promise<T>,
): Promise<Ended<T>> {
  const deadline = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)
  const signal = deadline === null ? interrupt : AbortSignal.any([interrupt, deadline])
  let cluster: Cluster
  try {
    cluster = await opening(signal)
  } catch (error) {
    if (interrupt.aborted) return { kind: 'interrupted', reached: false, left: [] }
    throw error
  }
  try {
    return await onAccount(async (settle) => {
      try {
        const value = await work({ cluster, signal, interrupt, tell, ...(consent === undefined ? {} : { consent }) })
        tellSettled(await settle(settleMs), tell)
        return { kind: 'done', value }
      } catch (error) {
        const settled = await settle(settleMs)
        if (interrupt.aborted) return { kind: 'interrupted', reached: true, left: settled.left }
        tellSettled(settled, tell)
        throw deadline?.aborted === true && !isTimedOut(error) ? timedOut(timeoutMs ?? 0, error) : error
      }
    })
  } finally {
    cluster.close()
  }
}

function tellSettled({ paid, left }: Settled, tell: Listener): void {
  for (const it of paid) tell({ kind: 'announce', line: `${it} took its time; it is removed now` })
  if (left.length > 0) tell({ kind: 'left', what: left })
}

function isTimedOut(error: unknown): boolean {
  return error instanceof ToolError && error.code === 'timed-out'
}

/** `so`: why half a look will not do, where it would for others. */
export function timedOut(timeoutMs: number, cause?: unknown, so = ''): ToolError {
  return new ToolError(
    'timed-out',
    `not done within ${timeoutMs / 1000} s${so}`,
    'give it longer: --timeout 10m',
    cause,
  )
}
