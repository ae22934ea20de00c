import type { UpstreamWindow } from '../../src/model/counters.ts'
import type { DnsProbe } from '../../src/model/lookups.ts'
import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import { known } from '../../src/model/known.ts'
import type { Counts } from '../../src/probe/plan/plan-dns.ts'
import type { Sources } from '../../src/model/sources.ts'
import { clusterDns, insideView } from './dns.ts'
import {
  type Fate,
  answered,
  conntrackOf,
  coreDnsWindow,
  denied,
  lost,
  never,
  type Network,
  probe,
  refused,
  rejected,
  servfail,
} from './lookups.ts'
import { node } from './node.ts'
import { container, pod } from './pod.ts'
import { serverLog } from './server-log.ts'

/** Everything that the DNS checks may ask for. */
export type DnsSources = Pick<
  Sources,
  'nodes' | 'pods' | 'clusterDns' | 'dnsProbe' | 'coreDnsWindows' | 'dnsServerLogs' | 'conntrack' | 'insideViews'
>

interface About {
  readonly nodes?: readonly string[]
  readonly kernel?: string
  readonly network?: Network
  readonly dns?: ClusterDns
  readonly counts?: Partial<Counts>
  readonly conntrack?: Sources['conntrack']
  /** Cores that each CoreDNS pod used. */
  readonly cores?: number
  /** What each CoreDNS pod had of its upstream. */
  readonly upstreams?: readonly UpstreamWindow[]
  /** Of the probe, beside its lookups. */
  readonly probed?: Partial<DnsProbe>
}

export const workers = ['worker-1', 'worker-2', 'worker-3'] as const

const corefile = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa
    forward . 192.0.2.53
    cache 30
}
`

/** Three nodes, two CoreDNS replicas, everything answered in under a millisecond, unless told otherwise. */
export function cluster(about: About = {}): DnsSources {
  const names = about.nodes ?? workers
  const dns = about.dns ?? withCorefile()
  const counts = hasClashResolve(about.kernel) ? {} : { clash_resolve: null }
  return {
    nodes: names.map((name) => node(name, about.kernel === undefined ? {} : { kernel: about.kernel })),
    pods: [pod('web-1')],
    clusterDns: dns,
    dnsProbe: probe({
      nodes: names,
      dns,
      ...(about.network === undefined ? {} : { network: about.network }),
      ...(about.counts === undefined ? {} : { counts: about.counts }),
      ...(about.probed === undefined ? {} : { about: about.probed }),
    }),
    coreDnsWindows: dns.pods.map((it) => ({
      ...coreDnsWindow(it.name, it.ip ?? '', about.cores ?? 0.02),
      ...(about.upstreams === undefined ? {} : { upstreams: about.upstreams }),
    })),
    dnsServerLogs: dns.pods.map((it) => serverLog(it.name)),
    conntrack: about.conntrack ?? names.map((name) => conntrackOf(name, counts)),
    insideViews: [
      insideView('web-1', {
        resolvConf: known(
          'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
        ),
      }),
    ],
  }
}

function withCorefile(): ClusterDns {
  return clusterDns({ corefile: known(corefile) })
}

function hasClashResolve(kernel = '6.12.9'): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 10)
}

/** CoreDNS with this CPU limit on each pod. */
export function limitedDns(cpuLimitMilli: number | null, about: Partial<ClusterDns> = {}): ClusterDns {
  const dns = withCorefile()
  return {
    ...dns,
    ...about,
    pods: dns.pods.map((it) => ({ ...it, containers: [container({ name: 'coredns', cpuLimitMilli })] })),
  }
}

const every = (n: number, index: number, at = 3): boolean => index % n === at

/**
 * The race: one packet of a pair through the Service's DNAT, either one, now and then. A socket per question, another
 * server address, or TCP leaves it no room.
 */
export const raceOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, server, transport, method, index }) =>
    nodes.includes(at) &&
    server.role === 'service' &&
    transport === 'udp' &&
    method !== 'sequential' &&
    every(11, index)
      ? lost(index % 2 === 0 ? 'a' : 'aaaa')
      : answered()

/** The same, where AAAA always loses, because it always leaves second. */
export const raceThatAaaaLosesOn =
  (...nodes: readonly string[]): Network =>
  (asked) => {
    const fate = raceOn(...nodes)(asked)
    return fate.kind === 'lost' ? lost('aaaa') : fate
  }

/** Every third AAAA question dropped over UDP, whoever is asked, alone or in a pair. */
export const someAaaaDroppedOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, transport, index }) =>
    nodes.includes(at) && transport === 'udp' && index % 3 === 0 ? lost('aaaa') : answered()

/** How many pairs `raceOn` costs a node whose probe made the default number of lookups. */
export const racesPerNode = 18 + 3

/** A rule that drops AAAA questions over UDP by their content, on this node, whatever the server. */
export const filterOn =
  (type: 'a' | 'aaaa', ...nodes: readonly string[]): Network =>
  ({ node: at, transport }) =>
    nodes.includes(at) && transport === 'udp' ? never(type) : answered()

export const blackHoleOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at }) =>
    nodes.includes(at) ? never() : answered()

/**
 * A dead replica: conntrack pins a flow that DNAT gave to it, so half of what goes through the Service is lost for
 * good.
 */
export const replicaDead =
  (ip: string): Network =>
  ({ server, index }) =>
    server.ip === ip || (server.role === 'service' && index % 2 === 0) ? never() : answered()

/**
 * A drop towards one replica before the entry is confirmed, near one client: each packet, repeats too, draws its
 * server anew. That imitates the race.
 */
export const pathToReplicaLost =
  (ip: string, on: string): Network =>
  ({ node: at, server, index }) => {
    if (at !== on) return answered()
    if (server.ip === ip) return never()
    if (server.role !== 'service') return answered()
    const draw = index % 8
    if (draw < 2) return answered()
    if (draw < 5) return lost(draw === 2 ? 'a' : 'aaaa')
    if (draw === 5) return lost('both')
    return draw === 6 ? never('a') : never()
  }

/** CoreDNS gives its upstream 5 s, then answers SERVFAIL; the client has asked again by then. */
export const upstreamDead: Network = ({ zone }) => (zone === 'external' ? servfail(6001) : answered())

export const upstreamSlow: Network = ({ zone }) => (zone === 'external' ? answered(320) : answered())

/** The upstream answers A and says nothing to AAAA. */
export const upstreamIgnoresAaaa: Network = ({ zone }) => (zone === 'external' ? never('aaaa') : answered())

/** CPU used up: late at any server, from any node, and the socket overflows now and then, with no regard to pairs. */
export const starved: Network = ({ index }) => {
  if (every(9, index)) return lost(index % 2 === 0 ? 'both' : 'aaaa')
  return every(9, index, 5) ? lost('a') : answered(40 + (index % 7) * 35)
}

export const slowButAnswering: Network = ({ index }) => answered(90 + (index % 7) * 20)

export const tcpBlockedOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, transport }) =>
    nodes.includes(at) && transport === 'tcp' ? never() : answered()

export const udpBlockedOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, transport }) =>
    nodes.includes(at) && transport === 'udp' ? never() : answered()

export const noEndpoints: Network = () => rejected

/** The DNS Service without a ready endpoint: so the probe has only the Service to ask. */
export function dnsWithoutEndpoints(desired: number): ClusterDns {
  const dns = withCorefile()
  return {
    ...dns,
    pods:
      desired === 0
        ? []
        : dns.pods.map((it) => ({ ...it, ready: false, notReadyReason: 'containers with unready status: [coredns]' })),
    slices: dns.slices.map((it) => ({
      ...it,
      endpoints: desired === 0 ? [] : it.endpoints.map((one) => ({ ...one, ready: false, serving: false })),
    })),
    workload: dns.workload === null ? null : { ...dns.workload, desired, ready: 0 },
  }
}

/** A full table: new flows of one node are refused, both packets of a pair, and the repeats; `drop` counts them. */
export const tableFullOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, index }) =>
    nodes.includes(at) && index % 4 === 0 ? never() : answered()

/** The same counted: the table of these nodes at its limit, and new flows refused. */
export function fullTables(...nodes: readonly string[]): Sources['conntrack'] {
  return workers.map((name) =>
    nodes.includes(name) ? conntrackOf(name, { drop: 412, early_drop: 3 }, 131_070) : conntrackOf(name),
  )
}

/**
 * The node of a server lets port 53 in from its own pods alone. After confirm, so that the flow stays with that server.
 */
export const serverBehindFirewall =
  (ip: string, home: string): Network =>
  ({ node: at, server, index }) =>
    at !== home && (server.ip === ip || (server.role === 'service' && index % 2 === 0)) ? never() : answered()

/** A server that loses 3 in 10 UDP packets, whoever asks; half of the Service's flows are its own. */
export const replicaLossy =
  (ip: string): Network =>
  ({ server, transport, index }) => {
    const there = server.ip === ip || (server.role === 'service' && index % 2 === 0)
    if (!there || transport === 'tcp') return answered()
    if (index % 10 < 2) return lost('a')
    if (index % 10 === 4) return lost('aaaa')
    return index % 10 === 6 ? lost('both') : answered()
  }

/** The Service's address leads nowhere on these nodes. */
export const serviceLostOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, server }) =>
    nodes.includes(at) && server.role === 'service' ? never() : answered()

export const serviceRejectedOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, server }) =>
    nodes.includes(at) && server.role === 'service' ? rejected : answered()

/**
 * Answers of the server on the same node come from its own address: every flow that DNAT gives to it is lost, over UDP.
 */
export const wrongSourceOn =
  (...nodes: readonly string[]): Network =>
  ({ node: at, server, index }) =>
    nodes.includes(at) && server.role === 'service' && index % 2 === 0 ? never() : answered()

/** Outside names that no cache knows; what is asked through the Service is still cached. */
const uncached =
  (fate: Fate): Network =>
  ({ zone, server }) =>
    zone === 'external' && server.role === 'endpoint' ? fate : answered()

export const upstreamRefuses: Network = uncached(refused())

export const upstreamFails: Network = uncached(servfail(3))

export const upstreamLate: Network = uncached(answered(1300))

/** CoreDNS tries again after 2 s; every third name needs that, and every tenth fails. */
export const upstreamLossy: Network = ({ zone, server, index }) => {
  if (zone !== 'external' || server.role !== 'endpoint') return answered()
  return index % 10 === 9 ? servfail(4900) : answered(index % 3 === 0 ? 2004 : 3)
}

export const aaaaDenied: Network = ({ zone, server }) =>
  zone === 'external' && server.role === 'service' ? denied : answered()

/** One upstream as each CoreDNS pod counted it. */
export function upstreamSeen(
  sent: number,
  answers: Readonly<Record<string, number>>,
  seconds = 0.05,
): readonly UpstreamWindow[] {
  return [{ to: '192.0.2.53:53', sent, answers, seconds }]
}

/** The metrics page of each server, fetched by each node: what comes from another node than its own stalls on these. */
export function largeLostOn(...nodes: readonly string[]): NonNullable<DnsProbe['large']> {
  return workers.flatMap((node) =>
    clusterDns().pods.map(({ name, ip, node: home }) => ({
      node,
      ip: ip ?? '',
      pod: name,
      ...(nodes.includes(node) && home !== node
        ? { result: 'stalled' as const, bytes: 0 }
        : { result: 'complete' as const, bytes: 29_787 }),
    })),
  )
}
