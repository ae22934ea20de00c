import { setTimeout as sleep } from 'node:timers/promises'
import { describeAction, pathOf, queryOf } from './address.ts'
import type { ListOptions, RawObject, Resource } from './cluster.ts'
import { currentVersion } from './list.ts'
import { asRawObject } from './raw-object.ts'
import { eventBytes } from './limits.ts'
import { openLines } from './stream.ts'
import type { Connection } from './transport.ts'

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

export type WatchLine =
  | { readonly type: EventType; readonly raw: RawObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'EXPIRED' }
  | null

// Between two attempts while the server is away: it restarts in seconds, and a watch has nothing better to do.
const pauseMs = 1000

/**
 * Events from now on. Goes on after a server-side end (the API server ends every watch after 30 to 60 minutes) where it
 * stopped, and from now when that is too long ago (410). Ends on abort, and at once when watching is refused: `mayI`
 * tells beforehand.
 */
export async function* watchObjects<T>(
  { transport, timeoutMs }: Connection,
  resource: Resource,
  options: ListOptions & { readonly signal: AbortSignal; readonly onFresh?: () => void },
  project: (raw: RawObject) => T,
): AsyncGenerator<{ readonly type: EventType; readonly object: T }> {
  const { signal, namespace, labelSelector, fieldSelector } = options
  const action = describeAction({ verb: 'watch', resource, namespace: namespace ?? null })
  let from: string | null = null
  while (!signal.aborted) {
    if (from === null) {
      const start = await currentVersion(transport, resource, namespace ?? null, timeoutMs)
      if (!start.known && isFinal(start.why.reason)) return
      if (!start.known) await pause(signal)
      else {
        from = start.value
        options.onFresh?.()
      }
      continue
    }
    const query: string = queryOf({
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      labelSelector,
      fieldSelector,
    })
    const opened = await openLines(transport, {
      path: pathOf(resource, namespace ?? null) + query,
      action,
      timeoutMs,
      signal,
      longestLine: eventBytes,
    })
    if (!opened.known) {
      if (isFinal(opened.why.reason)) return
      // 410 arrives either as the status or as an event; a fresh start is right for both, and harmless after a break.
      if (opened.why.detail.includes('too old')) from = null
      await pause(signal)
      continue
    }
    const began = performance.now()
    for await (const line of opened.value) {
      const event = parseWatchLine(line)
      if (event === null) continue
      if (event.type === 'EXPIRED') {
        from = null
        break
      }
      if (event.type === 'BOOKMARK') {
        from = event.resourceVersion
        continue
      }
      from = event.raw.metadata.resourceVersion ?? from
      yield { type: event.type, object: project(event.raw) }
    }
    if (performance.now() - began < pauseMs) await pause(signal)
  }
}

function isFinal(reason: string): boolean {
  return reason === 'forbidden' || reason === 'not-there'
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(pauseMs, undefined, { signal }).catch(() => {})
}

/**
 * One line of a watch's answer
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes); null for what is none.
 */
export function parseWatchLine(line: string): WatchLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { type, object } = value as {
    readonly type?: unknown
    readonly object?: { readonly metadata?: { readonly resourceVersion?: unknown } } | null
  }
  if (type === 'ERROR') return { type: 'EXPIRED' }
  if (type === 'BOOKMARK') {
    const version = object?.metadata?.resourceVersion
    return typeof version === 'string' ? { type, resourceVersion: version } : null
  }
  const raw = asRawObject(object)
  return raw !== null && (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') ? { type, raw } : null
}
