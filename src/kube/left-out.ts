import { leftOut, unknown } from '../model/known.ts'
import type { ApiPath } from './address.ts'
import type { Cluster } from './cluster.ts'

/**
 * The same cluster, of which no container is ever entered: whoever asks for it gets the reason, and no request is sent.
 */
export function withoutExec(cluster: Cluster): Cluster {
  return instead(cluster, { exec: () => Promise.resolve(unknown('not-asked', leftOut('--no-exec'))) })
}

/** The same cluster, of which no log is read, by whichever call. */
export function withoutLogs(cluster: Cluster): Cluster {
  const refused = () => Promise.resolve(unknown('not-asked', leftOut('--no-logs')))
  return instead(cluster, {
    logs: refused,
    raw: (path: ApiPath, options) =>
      /^[^?]*\/pods\/[^/?]+\/log(?:\?|$)/.test(path) ? refused() : cluster.raw(path, options),
  })
}

function instead(cluster: Cluster, own: Partial<Cluster>): Cluster {
  return new Proxy(cluster, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
