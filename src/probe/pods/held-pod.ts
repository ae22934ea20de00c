import type { Cluster } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import type { HeldSpec } from '../pod/spec.ts'
import { beat, beatEveryMs, holdingCommand } from './hold-script.ts'

/**
 * A beat takes 6 s to be missed; a connection that was cut is opened anew in less than `aloneMs`. `must`: nothing can
 * be done in the pod without exec, or more harm than good without somebody who looks after it. What measures is given
 * longer: on a node that is short of CPU the next exec takes seconds to begin, and what was measured would be lost.
 */
export const heldSpecs: Readonly<Record<'must' | 'may', HeldSpec>> = {
  must: { aloneMs: 5000, aloneFirstMs: 30_000 },
  may: { aloneMs: 10_000, aloneFirstMs: null },
}

const longestPauseMs = 16_000
/** Of one that was held: less than `aloneMs`. */
const longestBetweenMs = 2000

export interface Held {
  readonly namespace: string
  readonly pod: string
  /** As long as the pod may live. */
  readonly seconds: number
  readonly until: AbortSignal
  /** Whether it has come to its end by itself. */
  readonly isOver?: () => boolean
}

/**
 * Holds a pod from its start until it is taken away. The pod ends itself soon after nobody does: when this process was
 * killed, when its machine sleeps, when the network between is cut.
 */
export async function holdPod(cluster: Pick<Cluster, 'exec'>, it: Held): Promise<void> {
  const { namespace, pod, seconds, until, isOver = () => false } = it
  const live = { out: () => {}, beat, everyMs: beatEveryMs, enough: until }
  let pauseMs = 500
  let wasHeld = false
  while (!until.aborted && !isOver()) {
    const began = performance.now()
    const ran = await cluster.exec(namespace, pod, {
      command: holdingCommand(seconds),
      timeoutMs: seconds * 1000,
      signal: until,
      live,
    })
    // Who may not, will not a moment later: the pod was told that it may be so.
    if (!ran.known && ['not-asked', 'forbidden'].includes(ran.why.reason)) return
    // One that held for a while was cut, and is no sign that the next will not.
    if (performance.now() - began > beatEveryMs) {
      wasHeld = true
      pauseMs = 500
    }
    await pause(pauseMs, until)
    pauseMs = Math.min(2 * pauseMs, wasHeld ? longestBetweenMs : longestPauseMs)
  }
}

/**
 * Whether a pod of this user's can be held for sure. Before Kubernetes 1.35 a WebSocket exec takes `get pods/exec`, and
 * `create` from then on (https://github.com/kubernetes/kubernetes/pull/134577).
 */
export async function mayHold(cluster: Pick<Cluster, 'mayI'>, namespace: string): Promise<boolean> {
  const answers = await Promise.all(['get', 'create'].map((verb) => cluster.mayI(verb, pods, namespace, 'exec')))
  return answers.every((it) => it.known && it.value)
}

function pause(ms: number, until: AbortSignal): Promise<void> {
  if (until.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    until.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
