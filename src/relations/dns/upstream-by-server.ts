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
 * upstream. Servers in between stand in neither list.
 */
export function outsideByServer(probe: DnsProbe): {
  readonly cut: readonly ServerOutside[]
  readonly well: readonly ServerOutside[]
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
    const cluster = lossOf(its.filter((it) => it.zone === 'cluster'))
    if (cluster.of < 4 || cluster.failed / cluster.of >= 0.1) return []
    const series = its.filter((it) => it.zone === 'external')
    const { unanswered: failed, of } = lossOf(series)
    return [{ pod, series, failed, of }]
  })
  const cut = each.filter((it) => nearlyAll(it.failed, it.of))
  const well = each.filter((it) => it.of >= 4 && it.failed / it.of < 0.1)
  return well.length === 0 ? { cut: [], well } : { cut, well }
}
