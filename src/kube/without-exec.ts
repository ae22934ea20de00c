import { leftOut, unknown } from '../model/known.ts'
import type { Cluster } from './cluster.ts'

/**
 * The same cluster, of which no container is ever entered: whoever asks for it gets the reason, and no request is sent.
 */
export function withoutExec(cluster: Cluster): Cluster {
  const exec: Cluster['exec'] = () => Promise.resolve(unknown('not-asked', leftOut('--no-exec')))
  return new Proxy(cluster, {
    get: (target, name) => {
      if (name === 'exec') return exec
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
