import type { ClusterDns } from '../model/cluster-dns.ts'
import { localIps } from '../wire/node-cache-args.ts'

/** Whether what pods of a node send to the DNS Service ends at a cache on that node. In IPVS mode it does not. */
export function cacheHoldsService({ nodeCaches, service }: ClusterDns, node: string): boolean {
  const vip = service?.clusterIP ?? null
  return vip !== null && nodeCaches.some((it) => it.node === node && it.phase === 'Running' && it.containers.some(({ args }) => localIps(args).includes(vip)))
}
