import type { Cluster } from '../kube/cluster.ts'

/** What collecting needs of a cluster. */
export type Reader = Pick<Cluster, 'list' | 'get' | 'serverNow'>

/**
 * The same reads, no more than `most` under way. Each concurrent read costs a connection, and a TLS handshake costs
 * more than most lists: a reused connection is the faster way after the first few. First asked, first read.
 */
export function fewAtOnce(cluster: Reader, most: number): Reader {
  const waiting: (() => void)[] = []
  let free = most

  async function inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (free > 0) free -= 1
    else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await read()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }

  return {
    list: (resource, options, project) => inTurn(() => cluster.list(resource, options, project)),
    get: (resource, namespace, name, project) => inTurn(() => cluster.get(resource, namespace, name, project)),
    serverNow: () => cluster.serverNow?.() ?? null,
  }
}
