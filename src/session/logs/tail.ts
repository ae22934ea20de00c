import type { Cluster } from '../../kube/cluster.ts'
import { ToolError } from '../../tool-error.ts'
import { followContainer } from './follow.ts'
import type { ContainerState, PodSeen } from './places.ts'
import { type PodsSeen, watchPods } from './pods-seen.ts'
import { type Pace, usualPace } from './track.ts'
import type { Place, TailLine, TailMark } from '../../answers/tail/events.ts'

export interface TailAsk {
  readonly namespace: string | null
  readonly labelSelector: string | null
  /** Which containers of which pods. */
  readonly wants: (pod: PodSeen, container: string) => boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  /** How many logs are read at once; others wait. */
  readonly most: number
  readonly pace?: Pace
}

export interface Tail {
  readonly cluster: Pick<Cluster, 'logs' | 'get' | 'list' | 'watch' | 'serverNow'>
  readonly signal: AbortSignal
  readonly deliver: (line: TailLine) => Promise<void> | undefined
  readonly mark: (mark: TailMark) => void
}

/** Requests for logs in a second, after the first few: an API server that comes back is not met by all at once. */
const perSecond = 20
const listEveryMs = 5000

/** Follows the logs of all containers that are wanted, those that come later included, until `signal` aborts. */
export async function tailPods(ask: TailAsk, { cluster, signal, deliver, mark }: Tail): Promise<void> {
  const pace = ask.pace ?? usualPace
  const turn = turns(perSecond, signal)
  const places = slotsFor(ask.most)
  const followed = new Map<string, Promise<void>>()
  let isFirst = true
  let seen: PodsSeen | null = null

  const found = await watchPods(cluster, { ...ask, signal, listEveryMs, onChange: () => seen !== null && look() })
  if (!found.known)
    throw new ToolError(
      found.why.reason === 'forbidden' ? 'forbidden' : 'unreachable',
      `the pods could not be listed: ${found.why.detail}`,
      'deploy/rbac-read.yaml',
    )
  seen = found.value
  look()
  isFirst = false
  await seen.done
  await Promise.all(followed.values())

  function look(): void {
    for (const pod of seen?.now().values() ?? [])
      for (const container of pod.containers.keys()) {
        const key = `${pod.uid} ${container}`
        if (followed.has(key) || !ask.wants(pod, container)) continue
        const { namespace, name, uid, node } = pod
        const hasStarted = isStarted(pod.containers.get(container))
        followed.set(key, follow({ namespace, pod: name, uid, container, node }, { wasThere: isFirst, hasStarted }))
      }
  }

  async function follow(
    place: Place,
    { wasThere, hasStarted }: { readonly wasThere: boolean; readonly hasStarted: boolean },
  ): Promise<void> {
    const state = (): ContainerState | 'gone' => {
      const pod = seen?.now().get(place.uid)
      return pod?.containers.get(place.container) ?? (pod === undefined ? 'gone' : notYet)
    }
    if (places.isFull()) mark({ kind: 'waiting', place, most: ask.most })
    const release = await places.take(signal)
    if (release === null) return
    mark({ kind: 'joined', place })
    const first = {
      ...(ask.tailLines === undefined ? {} : { tailLines: ask.tailLines }),
      ...(ask.sinceSeconds === undefined ? {} : { sinceSeconds: ask.sinceSeconds }),
    }
    try {
      await followContainer({
        cluster,
        place,
        isNew: !wasThere,
        hasStarted,
        // What comes later is read from its beginning.
        first: wasThere && Object.keys(first).length > 0 ? first : null,
        state,
        lastState: () => seen?.last(place.uid)?.containers.get(place.container) ?? null,
        changed: (ms, until) => seen?.changed(ms, until) ?? Promise.resolve(),
        turn,
        signal,
        pace,
        deliver,
        mark,
      })
    } finally {
      release()
    }
  }
}

function isStarted(state: ContainerState | undefined): boolean {
  return state !== undefined && (state.phase !== 'waiting' || state.exit !== null)
}

const notYet: ContainerState = { run: 0, phase: 'waiting', exit: null, started: null, finished: null }

/** Room for so many at once; whoever comes later waits in turn. */
function slotsFor(most: number): {
  readonly isFull: () => boolean
  readonly take: (signal: AbortSignal) => Promise<(() => void) | null>
} {
  let taken = 0
  const waiting = new Set<() => void>()
  const release = (): void => {
    const [next] = waiting
    if (next === undefined) taken--
    // The place goes from hand to hand.
    else next()
  }
  return {
    isFull: () => taken >= most,
    take(signal) {
      if (signal.aborted) return Promise.resolve(null)
      if (taken < most) {
        taken++
        return Promise.resolve(release)
      }
      return new Promise((resolve) => {
        const end = (got: (() => void) | null): void => {
          waiting.delete(given)
          signal.removeEventListener('abort', stop)
          resolve(got)
        }
        const given = (): void => end(release)
        const stop = (): void => end(null)
        waiting.add(given)
        signal.addEventListener('abort', stop, { once: true })
      })
    },
  }
}

/** A turn each so many milliseconds; the first second's are given at once. */
function turns(perSecond: number, signal: AbortSignal): () => Promise<void> {
  let next = 0
  return () => {
    const now = performance.now()
    next = Math.max(next + 1000 / perSecond, now - 1000)
    const wait = next - now
    return new Promise((resolve) => {
      if (wait <= 0 || signal.aborted) return resolve()
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, wait)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
