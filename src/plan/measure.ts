import type { Model } from '../model/sources.ts'
import type { LookupSeries } from '../model/lookups.ts'
import { lossOf, quantile, seriesOf, troubled } from '../relations/dns/lookup-loss.ts'
import type { InsideLookups } from '../probe/inside/inside-lookups.ts'

/** What one place saw: a node's probe pod, or the pods of a workload. */
export interface Part {
  readonly where: string
  readonly lookups: number
  readonly lost: number
  /** Took longer than a second. */
  readonly slow: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What a verification compares: lookups of cluster names as pods make them, in all and for each place. */
export interface Measure extends Omit<Part, 'where'> {
  readonly parts: readonly Part[]
  /** Packets that conntrack lost meanwhile, over the nodes that were read; null where the counters were not read. */
  readonly insertFailed: number | null
}

/**
 * Lookups at each place before and after a remedy: a fault that meets one lookup in a hundred shows five times, and
 * to miss it altogether has a chance of 0.7 %.
 */
export const enoughLookups = 500

/**
 * By probe pods: through the server that pods have in their resolv.conf, the DNS Service or a cache of its own address.
 * null where nothing was probed.
 */
export function measure(model: Model): Measure | null {
  const { dnsProbe: probe, conntrack } = model.sources
  if (!probe.known) return null
  const parts = probe.value.nodes.flatMap((node) => {
    const own = seriesOf(probe.value, { node, method: 'getaddrinfo' })[0]?.server.ip
    const series = seriesOf(
      probe.value,
      own === undefined ? { node, role: 'service', zone: 'cluster' } : { node, ip: own, zone: 'cluster' },
    )
    return lossOf(series).of === 0 ? [] : [{ part: partOf(node, series), series }]
  })
  if (parts.length === 0) return null
  const { where: _where, ...total } = partOf(
    '',
    parts.flatMap((it) => it.series),
  )
  return {
    ...total,
    parts: parts.map((it) => it.part),
    insertFailed: conntrack.known ? conntrack.value.reduce((sum, it) => sum + it.delta.insert_failed, 0) : null,
  }
}

/** By the workloads' own pods and C library. null where none of them could. */
export function measureInside(all: readonly InsideLookups[]): Measure | null {
  const able = all.filter((it) => it.times.length > 0)
  if (able.length === 0) return null
  const part = (where: string, its: readonly InsideLookups[]): Part => {
    const times = its.flatMap((it) => it.times).toSorted((a, b) => a - b)
    return {
      where,
      lookups: times.length,
      lost: its.reduce((sum, it) => sum + it.failed, 0),
      slow: times.filter((it) => it > 1000).length,
      p50Ms: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
    }
  }
  const { where: _where, ...total } = part('', able)
  const workloads = [...new Set(able.map((it) => it.workload))]
  return {
    ...total,
    parts: workloads.map((it) =>
      part(
        it,
        able.filter((one) => one.workload === it),
      ),
    ),
    insertFailed: null,
  }
}

function partOf(where: string, series: readonly LookupSeries[]): Part {
  const { of, times } = lossOf(series)
  return {
    where,
    lookups: of,
    lost: troubled(series),
    slow: times.filter((it) => it > 1000).length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
  }
}
