import { type Known, unknown } from '../model/known.ts'
import type { Cluster } from './cluster.ts'

/**
 * The same cluster, whose reads end when `signal` does, each with its reason: the run's time was up (timed-out), or it
 * was interrupted (cut-off). Writes go on: what takes something down must not be stopped by what made it necessary.
 */
export function readUntil(cluster: Cluster, signal: AbortSignal): Cluster {
  const within = <T>(what: string, read: () => Promise<Known<T>>): Promise<Known<T>> => ended(what, read, signal)
  const both = (own: AbortSignal | undefined): AbortSignal =>
    own === undefined ? signal : AbortSignal.any([own, signal])
  return {
    ...cluster,
    version: () => within('get /version', () => cluster.version({ signal })),
    list: (resource, options, project) =>
      within(`list ${resource.plural}`, () =>
        cluster.list(resource, { ...options, signal: both(options.signal) }, project),
      ),
    get: (resource, namespace, name, project) =>
      within(`get ${resource.plural}`, () => cluster.get(resource, namespace, name, project, { signal })),
    raw: (path, options = {}) =>
      within(`get ${path.split('?', 1)[0] ?? path}`, () =>
        cluster.raw(path, { ...options, signal: both(options.signal) }),
      ),
    mayI: (verb, resource, namespace, subresource) =>
      within(`may I ${verb} ${resource.plural}`, () => cluster.mayI(verb, resource, namespace, subresource)),
  }
}

/** Whether `signal` ended since a time was up, and not since somebody wanted it. */
export function isLate(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
}

/** At once, whatever the read waits for: a proxy that is silent, a plugin that does not end. */
function ended<T>(what: string, read: () => Promise<Known<T>>, signal: AbortSignal): Promise<Known<T>> {
  const why = (): Known<T> =>
    isLate(signal)
      ? unknown('timed-out', `${what}: the time for the whole run was up`)
      : unknown('cut-off', `${what}: stopped`)
  if (signal.aborted) return Promise.resolve(why())
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(why())
    signal.addEventListener('abort', stop, { once: true })
    read()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}
