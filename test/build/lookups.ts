import type { ConntrackWindow, CoreDnsWindow } from '../../src/model/counters.ts'
import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import type { DnsProbe, Lookup, LookupSeries } from '../../src/model/lookups.ts'
import { defaultCounts, planSeries, type Counts } from '../../src/probe/plan/plan-dns.ts'
import type { SeriesSpec } from '../../src/probe/pod/spec.ts'
import { clusterDns } from './dns.ts'

/** One lookup about to be made: what a network may judge it by. */
export interface Asked extends Omit<LookupSeries, 'lookups'> {
  readonly edns: boolean
  readonly index: number
}

/** `lost`: no answer to the first sending, and one to the repeat. `never`: no answer to any. */
export type Fate =
  | { readonly kind: 'answered'; readonly ms: number }
  | { readonly kind: 'lost'; readonly which: 'a' | 'aaaa' | 'both' }
  | { readonly kind: 'never'; readonly which: 'a' | 'aaaa' | 'both' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'servfail'; readonly ms: number }
  | { readonly kind: 'refused'; readonly ms: number }
  /** There is no such name. */
  | { readonly kind: 'absent' }
  /** A has an address, and AAAA says that there is no such name. */
  | { readonly kind: 'denied' }

/** A cluster's DNS as a function: what becomes of each lookup. */
export type Network = (asked: Asked) => Fate

export const answered = (ms = 0.6): Fate => ({ kind: 'answered', ms })
export const lost = (which: 'a' | 'aaaa' | 'both'): Fate => ({ kind: 'lost', which })
export const never = (which: 'a' | 'aaaa' | 'both' = 'both'): Fate => ({ kind: 'never', which })
/** ICMP port unreachable, or an RST: what kube-proxy answers for a Service without endpoints. */
export const rejected: Fate = { kind: 'rejected' }
export const servfail = (ms: number): Fate => ({ kind: 'servfail', ms })
/** The server says that it does not serve this client. */
export const refused = (ms = 2): Fate => ({ kind: 'refused', ms })
export const denied: Fate = { kind: 'denied' }
export const absent: Fate = { kind: 'absent' }

interface ProbeOf {
  readonly nodes: readonly string[]
  readonly network?: Network
  readonly dns?: ClusterDns
  readonly counts?: Partial<Counts>
  readonly about?: Partial<DnsProbe>
}

/**
 * What a probe of these nodes would have measured: the very series that the probe plans, each lookup judged by
 * `network`.
 */
export function probe({
  nodes,
  network = () => answered(),
  dns = clusterDns(),
  counts = {},
  about = {},
}: ProbeOf): DnsProbe {
  const plan = planSeries(dns, {
    counts: { ...defaultCounts, ...counts },
    clusterName: 'kubernetes.default.svc.cluster.local.',
    externalName: 'example.com.',
    freshName: 'hopscope-k3x9q.example.com.',
  })
  const all = nodes.flatMap((node) =>
    plan.series.map(({ server, transport, method, name, zone, count, apart }) => {
      const it = {
        node,
        server,
        transport,
        method,
        libc: method === 'getaddrinfo' ? ('glibc' as const) : null,
        name,
        zone,
      }
      const series: LookupSeries = {
        ...it,
        lookups: Array.from({ length: count }, (_, index) =>
          lookup({ ...it, index }, network({ ...it, edns: apart === 'edns', index })),
        ),
      }
      return { apart, series }
    }),
  )
  const told = (apart: SeriesSpec['apart']) => all.filter((it) => it.apart === apart).map((it) => it.series)
  const series = told(undefined)
  return {
    from: { namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'hopscope' } },
    nodes,
    missing: [],
    series,
    edns: told('edns'),
    named: told('named'),
    farTcp: told('far-tcp'),
    queriesSent: series.reduce((sum, it) => sum + it.lookups.length * 2, 0),
    cap: { queriesPerSecondPerNode: 50, lookupsPerSeries: 200 },
    stopped: null,
    ...about,
  }
}

/** The record that the probe pod writes for a fate: glibc's `timeout:5 attempts:2` over UDP, one attempt over TCP. */
export function lookup(asked: Pick<Asked, 'method' | 'transport' | 'index'>, fate: Fate): Lookup {
  const at = asked.index * 40
  if (asked.method === 'getaddrinfo') return { at, ...throughLibc(fate) }
  if (asked.transport === 'tcp') return { at, ...overTcp(fate) }
  switch (fate.kind) {
    case 'answered':
      return { at, ms: fate.ms, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }
    case 'lost':
      return { at, ms: 5000.8, a: 'ok', aaaa: 'nodata', retries: fate.which === 'both' ? 2 : 1, firstLost: fate.which }
    case 'never':
      return asked.method === 'sequential' && fate.which !== 'aaaa'
        ? { at, ms: 10_000.2, a: 'timeout', aaaa: 'not-asked', retries: 1, firstLost: 'a' }
        : {
            at,
            ms: 10_000.2,
            a: fate.which === 'aaaa' ? 'ok' : 'timeout',
            aaaa: fate.which === 'a' ? 'nodata' : 'timeout',
            retries: fate.which === 'both' ? 2 : 1,
            firstLost: fate.which,
          }
    case 'rejected':
      return {
        at,
        ms: 0.4,
        a: 'unreachable',
        aaaa: asked.method === 'sequential' ? 'not-asked' : 'unreachable',
        retries: 0,
        firstLost: 'none',
      }
    case 'servfail':
      return {
        at,
        ms: fate.ms,
        a: 'servfail',
        aaaa: 'servfail',
        retries: fate.ms > 5000 ? 2 : 0,
        firstLost: fate.ms > 5000 ? 'both' : 'none',
      }
    case 'refused':
      return { at, ms: fate.ms, a: 'refused', aaaa: 'refused', retries: 0, firstLost: 'none' }
    case 'denied':
      return { at, ms: 0.6, a: 'ok', aaaa: 'nxdomain', retries: 0, firstLost: 'none' }
    case 'absent':
      return { at, ms: 0.6, a: 'nxdomain', aaaa: 'nxdomain', retries: 0, firstLost: 'none' }
  }
}

type Result = Omit<Lookup, 'at'>

function told(ms: number, a: Lookup['a']): Result {
  return { ms, a, aaaa: 'not-asked', retries: 0, firstLost: 'none' }
}

/** getaddrinfo tells neither which question failed nor that one was sent again: only the time shows it. */
function throughLibc(fate: Fate): Result {
  switch (fate.kind) {
    case 'answered':
      return told(fate.ms + 0.5, 'ok')
    case 'lost':
      return told(5004.1, 'ok')
    case 'never':
      return told(10_010, 'timeout')
    case 'rejected':
      return told(1.2, 'servfail')
    case 'servfail':
    case 'refused':
      return told(fate.ms, fate.ms >= 4500 ? 'timeout' : 'servfail')
    case 'denied':
      return told(1.1, 'ok')
    case 'absent':
      return told(1.1, 'not-found')
  }
}

/** TCP sends its own segments again, so a loss costs a second and no retry of ours. */
function overTcp(fate: Fate): Result {
  switch (fate.kind) {
    case 'answered':
      return { ms: fate.ms + 0.3, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }
    case 'lost':
      return { ms: 1004, a: 'ok', aaaa: 'nodata', retries: 0, firstLost: 'none' }
    case 'never':
      return {
        ms: 5000.4,
        a: fate.which === 'aaaa' ? 'ok' : 'timeout',
        aaaa: fate.which === 'a' ? 'nodata' : 'timeout',
        retries: 0,
        firstLost: fate.which,
      }
    case 'rejected':
      return { ms: 0.5, a: 'unreachable', aaaa: 'unreachable', retries: 0, firstLost: 'none' }
    case 'servfail':
    case 'refused':
      return { ms: fate.ms, a: fate.kind, aaaa: fate.kind, retries: 0, firstLost: 'none' }
    case 'denied':
      return { ms: 0.9, a: 'ok', aaaa: 'nxdomain', retries: 0, firstLost: 'none' }
    case 'absent':
      return { ms: 0.9, a: 'nxdomain', aaaa: 'nxdomain', retries: 0, firstLost: 'none' }
  }
}

/** A node's conntrack over the probe: quiet unless told otherwise. Kernels before 5.10 give `clash_resolve: null`. */
export function conntrackOf(
  node: string,
  delta: Partial<ConntrackWindow['delta']> = {},
  entries: number | null = 1200,
): ConntrackWindow {
  return {
    node,
    windowMs: 12_000,
    delta: { insert_failed: 0, drop: 0, early_drop: 0, invalid: 0, clash_resolve: 0, ...delta },
    entries,
    max: 131_072,
  }
}

/** A CoreDNS pod that used this share of one core. */
export function coreDnsWindow(pod: string, ip: string, cores: number): CoreDnsWindow {
  return {
    pod,
    ip,
    windowMs: 10_000,
    cpuSeconds: cores * 10,
    requests: 4000,
    responses: { NOERROR: 4000 },
    slowShare: 0,
    forwardFailures: 0,
  }
}
