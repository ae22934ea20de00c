import type { Evidence } from '../../findings/evidence.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { corefileObject } from '../../relations/corefile-text.ts'
import { forwardLine, type UpstreamTotals } from '../../relations/upstream.ts'
import { latency, ms, shares } from './dns-evidence.ts'

/** The `forward` line with its server marked, who failed and who did not, what CoreDNS counted, and the times. */
export function upstreamEvidence(dns: ClusterDns, probe: DnsProbe, asked: readonly LookupSeries[], totals: UpstreamTotals | null, label: string): readonly Evidence[] {
  const forward = forwardLine(dns)
  const nodes = new Set(asked.map((it) => it.node))
  const all = probe.series.filter((it) => it.method !== 'getaddrinfo' && nodes.has(it.node))
  return [
    ...(forward === null ? [] : [{ kind: 'config' as const, object: corefileObject(dns), path: 'data.Corefile', lines: [forward.line], at: 0, mark: forward.to, label }]),
    ...(totals === null ? [] : [{ kind: 'fact' as const, label: 'CoreDNS to its upstream', value: counted(totals) }]),
    shares('look-ups that failed', probe, all, (it) => `${it.zone === 'cluster' ? 'cluster' : it.server.role === 'endpoint' ? 'uncached outside' : 'outside'} names, ${it.server.role} ${it.transport}`),
    latency('look-ups of an outside name', asked),
  ]
}

function counted({ sent, answered, answers, meanMs }: UpstreamTotals): string {
  const rcodes = Object.entries(answers).map(([rcode, n]) => `${rcode} ${n}`).join(', ')
  // Those that were under way when the window opened are answered in it.
  return `${answered < sent ? `${sent} queries sent, ` : ''}${answered} answered${rcodes === '' ? '' : ` (${rcodes})`}${meanMs === null ? '' : `, ${ms(meanMs)} each on average`}`
}

/** The upstream as a reader knows it. */
export function upstreamName(dns: ClusterDns): string {
  return forwardLine(dns)?.to ?? 'unknown'
}
