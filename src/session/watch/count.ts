import type { Cluster } from '../../kube/cluster.ts'

/** The same cluster, with every request counted: what a watch costs is told as a number, not as a promise. */
export function countRequests(cluster: Cluster): { readonly cluster: Cluster; readonly count: () => number } {
  let count = 0
  const asking = new Set([
    'list',
    'get',
    'raw',
    'exec',
    'create',
    'delete',
    'logs',
    'watch',
    'version',
    'mayI',
    'replace',
  ])
  const counted = new Proxy(cluster, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name !== 'string' || !asking.has(name)) return value
      return (...args: unknown[]): unknown => {
        count++
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { cluster: counted, count: () => count }
}
