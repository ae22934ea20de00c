import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import {
  failureOf,
  type Outside,
  outside,
  outsideFails,
  type UpstreamTotals,
  upstreamTotals,
} from '../../relations/dns/upstream.ts'
import { type Upstreams, upstreamsOf } from '../../relations/dns/upstream-servers.ts'
import { latency, shares } from './dns-evidence.ts'
import { ms } from '../../phrases.ts'

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
    shares('lookups that failed', all, (it) => `${namesOf(it)} names, ${it.server.role} ${it.transport}`),
    latency('lookups of an outside name', asked),
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

/** Whom CoreDNS asks for the name that these lookups were for. */
export function upstreamsAsked(
  dns: ClusterDns,
  asked: readonly LookupSeries[],
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): Upstreams {
  return upstreamsOf(dns, asked[0]?.name ?? 'example.com.', windows, logs)
}

/** What tells a fault of outside names. */
export interface OutsideSources {
  readonly dnsProbe: DnsProbe
  readonly clusterDns: ClusterDns
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
}

/** Names of the cluster are answered, and outside names are not: whom CoreDNS asked, and what came of it. */
export interface OutsideFailure {
  readonly kind: 'failing'
  readonly asked: Outside
  readonly upstreams: Upstreams
  readonly failure: ReturnType<typeof failureOf>
}

/**
 * What is said where it is another matter: too few lookups, outside names that work, nobody that they are passed to.
 */
export function outsideFailure({
  dnsProbe,
  clusterDns,
  coreDnsWindows,
  dnsServerLogs,
}: OutsideSources): OutsideFailure | Verdict<never> {
  const asked = outside(dnsProbe)
  const few = tooFewOutside(asked)
  if (few !== null) return few
  if (!outsideFails(asked)) return ok(asked.lookups.length)
  const upstreams = upstreamsAsked(clusterDns, asked.series, coreDnsWindows, dnsServerLogs)
  if (upstreams.none) return notApplicable('the Corefile passes outside names on to nobody: DNS114 is about that')
  return { kind: 'failing', asked, upstreams, failure: failureOf(asked, upstreamTotals(upstreams.windows)) }
}

export function tooFewOutside({ lookups }: Outside) {
  if (lookups.length >= 4) return null
  return cannotTell('too-few', `${lookups.length} lookups of an outside name ended on nodes where cluster names work`)
}
