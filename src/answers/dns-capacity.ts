import { serverContainer } from '../relations/dns/dns-servers.ts'
import type { Known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Model } from '../model/sources.ts'
import { parseCorefile } from '../wire/corefile.ts'
import type { CoreDnsRates } from '../wire/coredns-metrics.ts'
import { cpuPerQuery, dnsSizing, type Sizing, type SizingInput } from '../relations/dns/dns-sizing.ts'

/** One DNS server with what it may use and what it uses. */
export interface ServerUse {
  readonly pod: string
  readonly node: string | null
  readonly cpuLimitMilli: number | null
  readonly cpuRequestMilli: number | null
  readonly memoryLimitBytes: number | null
  /** Cores of its node, and millicores that pods there have requested; null where not seen. */
  readonly nodeCores: number | null
  readonly nodeRequestedMilli: number | null
  readonly rates: Known<CoreDnsRates>
}

export interface DnsCapacity {
  readonly servers: readonly ServerUse[]
  readonly queriesPerSecond: number | null
  readonly cpuSecondsPerQuery: number | null
  readonly responses: Readonly<Record<string, number>>
  readonly cacheHitShare: number | null
  readonly nxdomainShare: number | null
  readonly servfailShare: number | null
  readonly upstream: { readonly queries: number; readonly meanMs: number | null } | null
  /**
   * The busiest server's rate over the idlest's, which counts as one a second at least; null with fewer than two, or
   * hardly any queries.
   */
  readonly skew: number | null
  readonly pods: number | null
  readonly services: number | null
  readonly nodes: number | null
  readonly cores: number | null
  readonly replicas: number | null
  readonly sizing: Sizing
  /** What is used up; each is ground for exit code 1. */
  readonly usedUp: readonly UsedUp[]
}

export interface UsedUp {
  readonly pod: string
  readonly what: 'cpu-limit' | 'node-cores' | 'memory-limit'
  /** Of 1. */
  readonly share: number
  /** Millicores of a CPU limit, cores of a node; null for memory. */
  readonly of: number | null
}

/** Above this share a peak finds nothing left; DNS103's line too. */
const fullShare = 0.8

/** Facts and needs of the cluster's DNS. `rates` are by pod, over the same seconds. */
export function dnsCapacity(model: Model, rates: ReadonlyMap<string, Known<CoreDnsRates>>): DnsCapacity | null {
  const { clusterDns, nodes, pods, services } = model.sources
  if (!clusterDns.known) return null
  const whole = model.scope.namespace === null
  const servers = clusterDns.value.pods
    .filter((it) => it.phase === 'Running' && !it.deleting && rates.has(it.name))
    .map((it) => useOf(it, model, rates.get(it.name)))
  const seen = servers.flatMap((it) => (it.rates.known ? [it.rates.value] : []))
  const perSecond = servers.flatMap((it) => (it.rates.known ? [rateOf(it.rates.value)] : []))
  const responses = sumByKey(seen.map((it) => it.responses))
  const answers = Object.values(responses).reduce((sum, it) => sum + it, 0)
  const share = (rcode: string): number | null => (answers === 0 ? null : (responses[rcode] ?? 0) / answers)
  const total = (of: (it: CoreDnsRates) => number | null): number | null =>
    seen.length === 0 || seen.some((it) => of(it) === null) ? null : seen.reduce((sum, it) => sum + (of(it) ?? 0), 0)
  const input: SizingInput = {
    // A server that was not seen carries as much as the others, or nobody could say.
    queriesPerSecond:
      perSecond.length === 0 ? null : (perSecond.reduce((sum, it) => sum + it, 0) * servers.length) / perSecond.length,
    cpuSecondsPerQuery: cpuPerQuery(
      total((it) => it.cpuSeconds),
      total((it) => it.requests),
    ),
    atLimit: servers.some((it) => it.cpuLimitMilli !== null && (cpuShareOf(it) ?? 0) >= fullShare),
    nodes: nodes.known ? nodes.value.length : null,
    cores: coresOf(nodes),
    objects: whole && pods.known && services.known ? pods.value.length + services.value.length : null,
    autopath: clusterDns.value.corefile.known && hasAutopath(clusterDns.value.corefile.value),
    residentBytes: seen.some((it) => it.residentBytes !== null)
      ? Math.max(...seen.map((it) => it.residentBytes ?? 0))
      : null,
  }
  return {
    servers,
    queriesPerSecond: input.queriesPerSecond,
    cpuSecondsPerQuery: input.cpuSecondsPerQuery,
    responses,
    cacheHitShare: hitShare(
      total((it) => it.cacheHits),
      total((it) => it.cacheMisses),
    ),
    nxdomainShare: share('NXDOMAIN'),
    servfailShare: share('SERVFAIL'),
    upstream: upstreamOf(
      total((it) => it.upstream?.queries ?? null),
      total((it) => it.upstream?.seconds ?? null),
    ),
    skew: skewOf(perSecond),
    pods: whole && pods.known ? pods.value.length : null,
    services: whole && services.known ? services.value.length : null,
    nodes: input.nodes,
    cores: input.cores,
    replicas: clusterDns.value.workload?.desired ?? null,
    sizing: dnsSizing(input),
    usedUp: servers.flatMap(usedUpBy),
  }
}

/** null where one node does not say how many it has. */
function coresOf(nodes: Model['sources']['nodes']): number | null {
  if (!nodes.known || nodes.value.some((it) => it.cpus === null)) return null
  return nodes.value.reduce((sum, it) => sum + (it.cpus ?? 0), 0)
}

function hitShare(hits: number | null, misses: number | null): number | null {
  return hits === null || misses === null || hits + misses === 0 ? null : hits / (hits + misses)
}

function upstreamOf(queries: number | null, seconds: number | null): DnsCapacity['upstream'] {
  if (queries === null || seconds === null) return null
  return { queries, meanMs: queries === 0 ? null : (seconds / queries) * 1000 }
}

function useOf(pod: Pod, model: Model, rates: Known<CoreDnsRates> | undefined): ServerUse {
  const { nodes, pods } = model.sources
  const container = serverContainer(pod)
  const node = nodes.known ? nodes.value.find((it) => it.name === pod.node) : undefined
  const neighbours =
    model.scope.namespace === null && pods.known
      ? pods.value.filter((it) => it.node === pod.node && (it.phase === 'Running' || it.phase === 'Pending'))
      : null
  return {
    pod: pod.name,
    node: pod.node,
    cpuLimitMilli: container?.cpuLimitMilli ?? null,
    cpuRequestMilli: container?.cpuRequestMilli ?? null,
    memoryLimitBytes: container?.memoryLimitBytes ?? null,
    nodeCores: node?.cpus ?? null,
    nodeRequestedMilli:
      neighbours === null
        ? null
        : neighbours.flatMap((it) => it.containers).reduce((sum, it) => sum + (it.cpuRequestMilli ?? 0), 0),
    rates: rates ?? { known: false, why: { reason: 'not-asked', detail: 'its metrics were not read' } },
  }
}

/** A server that gets nothing is the worst skew of all. */
function skewOf(perSecond: readonly number[]): number | null {
  const [least, most] = [Math.min(...perSecond), Math.max(...perSecond)]
  return perSecond.length < 2 || (least < 1 && most < 10) ? null : most / Math.max(1, least)
}

export function rateOf({ requests, seconds }: CoreDnsRates): number {
  return (requests ?? 0) / seconds
}

/** Millicores used; null where the metric was not seen. */
export function cpuMilliOf({ cpuSeconds, seconds }: CoreDnsRates): number | null {
  return cpuSeconds === null ? null : (cpuSeconds / seconds) * 1000
}

/** CPU as a share of the limit, or of the whole node where there is none. */
export function cpuShareOf(it: ServerUse): number | null {
  const used = it.rates.known ? cpuMilliOf(it.rates.value) : null
  const most = it.cpuLimitMilli ?? (it.nodeCores === null ? null : it.nodeCores * 1000)
  return used === null || most === null || most === 0 ? null : used / most
}

export function memoryShareOf(it: ServerUse): number | null {
  return !it.rates.known || it.rates.value.residentBytes === null || it.memoryLimitBytes === null
    ? null
    : it.rates.value.residentBytes / it.memoryLimitBytes
}

function usedUpBy(it: ServerUse): readonly UsedUp[] {
  const cpu = cpuShareOf(it)
  const memory = memoryShareOf(it)
  const { pod } = it
  const ofCpu: Pick<UsedUp, 'what' | 'of'> =
    it.cpuLimitMilli === null ? { what: 'node-cores', of: it.nodeCores } : { what: 'cpu-limit', of: it.cpuLimitMilli }
  return [
    ...(cpu !== null && cpu >= fullShare ? [{ pod, share: cpu, ...ofCpu }] : []),
    ...(memory !== null && memory >= fullShare
      ? [{ pod, share: memory, what: 'memory-limit' as const, of: null }]
      : []),
  ]
}

function sumByKey(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const one of all) for (const [key, value] of Object.entries(one)) sums[key] = (sums[key] ?? 0) + value
  return sums
}

export function hasAutopath(text: string): boolean {
  return parseCorefile(text).servers.some((block) => block.plugins.some((it) => it.name === 'autopath'))
}
