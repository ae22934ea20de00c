import type { Evidence } from '../../findings/evidence.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { type UpstreamTotals, upstreamTotals } from '../../relations/dns/upstream.ts'
import { type Upstreams, upstreamsOf } from '../../relations/dns/upstream-servers.ts'
import { latency, ms, shares } from './dns-evidence.ts'

interface Told {
  readonly dns: ClusterDns
  readonly probe: DnsProbe
  readonly asked: readonly LookupSeries[]
  readonly upstreams: Upstreams
  readonly label: string
}

/** The `forward` line with its server marked, who failed and who did not, what CoreDNS counted, and the times. */
export function upstreamEvidence({ dns, probe, asked, upstreams, label }: Told): readonly Evidence[] {
  const totals = upstreamTotals(upstreams.windows)
  const nodes = new Set(asked.map((it) => it.node))
  const all = probe.series.filter((it) => it.method !== 'getaddrinfo' && nodes.has(it.node))
  return [
    ...forwardLine(dns, upstreams, label),
    ...(totals === null ? [] : [{ kind: 'fact' as const, label: 'CoreDNS to its upstream', value: counted(totals) }]),
    shares('look-ups that failed', probe, all, (it) => `${namesOf(it)} names, ${it.server.role} ${it.transport}`),
    latency('look-ups of an outside name', asked),
  ]
}

/** The probe asks each server for names that no cache can have. */
function namesOf({ zone, server }: LookupSeries): string {
  if (zone === 'cluster') return 'cluster'
  return server.role === 'endpoint' ? 'uncached outside' : 'outside'
}

function counted({ sent, answered, answers, meanMs }: UpstreamTotals): string {
  const rcodes = Object.entries(answers)
    .map(([rcode, n]) => `${rcode} ${n}`)
    .join(', ')
  // Those that were under way when the window opened are answered in it.
  return (
    `${answered < sent ? `${sent} queries sent, ` : ''}${answered} answered${rcodes === '' ? '' : ` (${rcodes})`}` +
    (meanMs === null ? '' : `, ${ms(meanMs)} each on average`)
  )
}

function forwardLine(dns: ClusterDns, { forwarding, blamed }: Upstreams, label: string): readonly Evidence[] {
  if (forwarding === null || !dns.corefile.known) return []
  const { plugin } = forwarding
  const line = (dns.corefile.value.split('\n')[plugin.line - 1] ?? '').trim()
  const mark = [...blamed, ...plugin.args.slice(1)].find((it) => line.includes(it)) ?? plugin.name
  return [
    {
      kind: 'config',
      object: corefileObject(dns),
      path: `data.Corefile, line ${plugin.line}`,
      lines: [line],
      at: 0,
      mark,
      label,
    },
  ]
}

/** Whom CoreDNS asks for the name that these look-ups were for. */
export function upstreamsAsked(
  dns: ClusterDns,
  asked: readonly LookupSeries[],
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): Upstreams {
  return upstreamsOf(dns, asked[0]?.name ?? 'example.com.', windows, logs)
}
