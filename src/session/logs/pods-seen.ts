import type { Cluster } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import type { Known } from '../../model/known.ts'
import { type PodSeen, podSeen } from './places.ts'

export interface PodsSeen {
  /** By uid. */
  readonly now: () => ReadonlyMap<string, PodSeen>
  /** As it was at last, also of a pod that went a short while ago. */
  readonly last: (uid: string) => PodSeen | undefined
  /** Resolves at the next change of any pod, after so long, on abort of `until`, or at the end. */
  readonly changed: (ms: number, until?: AbortSignal) => Promise<void>
  /** Ends with the signal. */
  readonly done: Promise<void>
}

export interface PodsAsk {
  readonly namespace: string | null
  readonly labelSelector: string | null
  readonly signal: AbortSignal
  /** The pods have changed. */
  readonly onChange: () => void
  /** Lists take the place of a watch that is refused, so often. */
  readonly listEveryMs: number
}

/**
 * The pods of a namespace, listed once and then watched; listed again where a watch could not go on. Unknown where not
 * even the first list was given.
 */
export async function watchPods(
  cluster: Pick<Cluster, 'list' | 'watch'>,
  { namespace, labelSelector, signal, onChange, listEveryMs }: PodsAsk,
): Promise<Known<PodsSeen>> {
  const now = new Map<string, PodSeen>()
  const gone = new Map<string, PodSeen>()
  const waiting = new Set<() => void>()
  const where = {
    ...(namespace === null ? {} : { namespace }),
    ...(labelSelector === null ? {} : { labelSelector }),
    signal,
  }
  const tell = (): void => {
    for (const it of waiting) it()
    waiting.clear()
    onChange()
  }

  function forget(uid: string, last: PodSeen | undefined): void {
    now.delete(uid)
    if (last === undefined) return
    gone.set(uid, last)
    const [oldest] = gone.keys()
    if (gone.size > mostGone && oldest !== undefined) gone.delete(oldest)
  }

  async function listNow(): Promise<Known<void>> {
    const listed = await cluster.list(pods, where, podSeen)
    if (!listed.known) return listed
    const uids = new Set(listed.value.map((it) => it.uid))
    for (const uid of now.keys()) if (!uids.has(uid)) forget(uid, now.get(uid))
    for (const it of listed.value) now.set(it.uid, it)
    tell()
    return { known: true, value: undefined }
  }

  const first = await listNow()
  if (!first.known) return first

  async function keepUp(): Promise<void> {
    let again: Promise<unknown> = Promise.resolve()
    while (!signal.aborted) {
      // What happened between the list and the watch is told by one more list.
      const onFresh = (): void => void (again = listNow())
      for await (const { type, object } of cluster.watch(pods, { ...where, onFresh }, podSeen)) {
        // An event that is older than a list must not undo it.
        await again
        if (type === 'DELETED') forget(object.uid, object)
        else now.set(object.uid, object)
        tell()
      }
      await wait(listEveryMs)
      if (!signal.aborted) await listNow()
    }
    tell()
  }

  function wait(ms: number, until = signal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        waiting.delete(end)
        for (const it of [signal, until]) it.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      waiting.add(end)
      for (const it of [signal, until]) it.addEventListener('abort', end, { once: true })
      if (signal.aborted || until.aborted) end()
    })
  }

  return {
    known: true,
    value: { now: () => now, last: (uid) => now.get(uid) ?? gone.get(uid), changed: wait, done: keepUp() },
  }
}

const mostGone = 1000
