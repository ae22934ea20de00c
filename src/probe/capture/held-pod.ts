import type { Cluster } from '../../kube/cluster.ts'
import { beat, beatEveryMs, holdingCommand } from './capture-script.ts'

/** A beat takes 6 s to be missed; a connection that was cut is opened anew in less than `aloneMs`. */
export const alone = { aloneMs: 5000, aloneFirstMs: 30_000 } as const

const longestPauseMs = 16_000

export interface Held {
  readonly namespace: string
  readonly pod: string
  /** As long as the pod may live. */
  readonly seconds: number
  readonly until: AbortSignal
}

/**
 * Holds a pod of a capture from its start to the capture's end. The pod ends itself soon after nobody does: when this
 * process was killed, when its machine sleeps, when the network between is cut.
 */
export async function holdPod(cluster: Pick<Cluster, 'exec'>, it: Held): Promise<void> {
  const { namespace, pod, seconds, until } = it
  const live = { out: () => {}, beat, everyMs: beatEveryMs, enough: until }
  for (let pauseMs = 500; !until.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const began = performance.now()
    await cluster.exec(namespace, pod, {
      command: holdingCommand(seconds),
      timeoutMs: seconds * 1000,
      signal: until,
      live,
    })
    // One that held for a while was cut, and is no sign that the next will not.
    if (performance.now() - began > longestPauseMs) pauseMs = 500
    await pause(pauseMs, until)
  }
}

function pause(ms: number, until: AbortSignal): Promise<void> {
  if (until.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    until.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
