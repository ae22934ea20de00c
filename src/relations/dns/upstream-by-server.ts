import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { lossOf, nearlyAll, seriesOf } from './lookup-loss.ts'

/** One DNS server's pod, by the lookups that asked it alone. */
export interface ServerOutside {
  readonly pod: string
  readonly series: readonly LookupSeries[]
  readonly failed: number
  readonly of: number
}

/**
 * The servers that answer names of the cluster, parted by how they do with names outside: where some answer none and
 * others all of them, the difference lies with the server, its node's resolv.conf or its way out, and not with "the"
 * upstream. Servers in between stand in neither list. Of a server that some nodes do not reach, those count that do;
 * where these are not the most of them, it is the way to the server that has to be looked at.
 */
export function outsideByServer(probe: DnsProbe): {
  readonly cut: readonly ServerOutside[]
  readonly well: readonly ServerOutside[]
  /** Servers that answer names of the cluster, and were asked for outside names often enough. */
  readonly asked: number
} {
  const pods = [
    ...new Set(
      probe.series.flatMap((it) => (it.server.role === 'endpoint' && it.server.pod !== null ? [it.server.pod] : [])),
    ),
  ].toSorted()
  const each = pods.flatMap((pod): readonly ServerOutside[] => {
    const its = seriesOf(probe, { role: 'endpoint' }).filter(
      (it) => it.server.pod === pod && it.method !== 'getaddrinfo',
    )
    const nodes = nodesAnswered(its)
    if (nodes.size === 0) return []
    const series = its.filter((it) => it.zone === 'external' && nodes.has(it.node))
    const { unanswered: failed, of } = lossOf(series)
    return [{ pod, series, failed, of }]
  })
  const asked = each.filter((it) => it.of >= least).length
  const cut = each.filter((it) => nearlyAll(it.failed, it.of))
  const well = each.filter((it) => it.of >= least && it.failed / it.of < 0.1)
  return well.length === 0 ? { cut: [], well, asked } : { cut, well, asked }
}

const least = 4

/** The nodes that the server answers about the cluster: all that asked it, else those that it answers one by one. */
function nodesAnswered(series: readonly LookupSeries[]): ReadonlySet<string> {
  const cluster = series.filter((it) => it.zone === 'cluster')
  const isAnswered = (its: readonly LookupSeries[]): boolean => {
    const { of, failed } = lossOf(its)
    return of >= least && failed / of < 0.1
  }
  if (isAnswered(cluster)) return new Set(series.map((it) => it.node))
  const byNode = Map.groupBy(cluster, (it) => it.node)
  const answered = [...byNode].filter(([, its]) => isAnswered(its)).map(([node]) => node)
  return new Set(answered.length * 2 > byNode.size ? answered : [])
}
