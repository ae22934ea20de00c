import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'

/** A pod by its name and uid: another of its name, as a StatefulSet makes, is another. */
interface Named {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/**
 * `gone` is aborted when the pod is removed: by the API server's watch, or by one look each few seconds where watching
 * is refused. `enough` ends the looking.
 */
export function untilRemoved(
  cluster: Pick<Cluster, 'watch' | 'get'>,
  { namespace, name, uid }: Named,
  { signal, everyMs = usualMs }: { readonly signal: AbortSignal; readonly everyMs?: number },
): { readonly gone: AbortSignal; readonly enough: () => void } {
  const gone = new AbortController()
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const look = async (): Promise<void> => {
    const its = await cluster.get(pods, namespace, name, (raw) => raw.metadata.uid, { signal: until })
    const isGone = its.known ? its.value !== uid : its.why.reason === 'not-there'
    if (isGone && !until.aborted) gone.abort()
  }
  const looking = async (): Promise<void> => {
    const options = { namespace, fieldSelector: `metadata.name=${name}`, signal: until }
    const onFresh = (): void => void look()
    for await (const { type, object } of cluster.watch(pods, { ...options, onFresh }, (raw) => raw.metadata.uid))
      if (type === 'DELETED' && object === uid) return gone.abort()
    while (!until.aborted && !gone.signal.aborted) {
      await sleep(everyMs, undefined, { signal: until }).catch(() => undefined)
      await look()
    }
  }
  // A watch that fails tells nothing: the capture has a time of its own.
  looking().catch(() => undefined)
  return { gone: gone.signal, enough: () => over.abort() }
}

const usualMs = 3000
