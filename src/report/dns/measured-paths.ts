import type { Model } from '../../model/sources.ts'
import { mapKnown } from '../../model/known.ts'
import { lossOf, quantile, troubled } from '../../relations/dns/lookup-loss.ts'
import { cacheHoldsService } from '../../relations/dns/node-cache.ts'
import type { dns } from '../schemas/diagnosis.ts'
import type { Output } from '../schemas/parts.ts'
import { inOrder } from './path-order.ts'

type Measured = Pick<Output<typeof dns>, 'paths' | 'conntrack' | 'servers'>

/** The table of `hopscope dns` as values: every node and path, and the counters below it. */
export function measuredPaths({ sources }: Model): Measured {
  const { dnsProbe, conntrack, coreDnsWindows, clusterDns } = sources
  return {
    paths: mapKnown(dnsProbe, ({ series }) =>
      series.toSorted(inOrder).map((it) => {
        const { times } = lossOf([it])
        const at = (share: number): number | null => (times.length === 0 ? null : rounded(quantile(times, share)))
        return {
          node: it.node,
          server: it.server,
          throughNodeCache:
            it.server.role === 'service' && clusterDns.known && cacheHoldsService(clusterDns.value, it.node),
          transport: it.transport,
          method: it.method,
          libc: it.libc,
          zone: it.zone,
          lookups: times.length,
          failed: troubled([it]),
          p50Ms: at(0.5),
          p99Ms: at(0.99),
          maxMs: at(1),
        }
      }),
    ),
    conntrack: mapKnown(conntrack, (windows) =>
      windows.map(({ node, windowMs, delta, entries, max }) => ({
        node,
        windowMs,
        insertFailed: delta.insert_failed,
        drop: delta.drop,
        earlyDrop: delta.early_drop,
        clashResolve: delta.clash_resolve,
        entries,
        max,
      })),
    ),
    servers: mapKnown(coreDnsWindows, (windows) =>
      windows.map((it) => ({
        pod: it.pod,
        windowMs: it.windowMs,
        requestsPerSecond: it.requests === null ? null : rounded((1000 * it.requests) / it.windowMs),
        cpuMilli: it.cpuSeconds === null ? null : rounded((1_000_000 * it.cpuSeconds) / it.windowMs),
        responses: it.responses,
      })),
    ),
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
