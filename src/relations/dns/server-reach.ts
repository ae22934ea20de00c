import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { once } from '../once.ts'
import { lossOf, nearlyAll, notable, seriesOf, troubled } from './lookup-loss.ts'

/**
 * What one node has of one DNS server that it asks by its own address. `silent`: next to nothing is answered, over UDP
 * or TCP. `erring`: it answers SERVFAIL or REFUSED. `lossy`: some lookups lose a packet or fail. `untold`: too few
 * ended, or too few of them went wrong to say.
 */
export interface Reach {
  readonly node: string
  readonly ip: string
  readonly pod: string | null
  readonly state: 'well' | 'silent' | 'erring' | 'lossy' | 'untold'
  readonly of: number
  readonly troubled: number
  readonly series: readonly LookupSeries[]
}

/** One packet in twenty: less is a busy node's, and says nothing of one server. */
const lossyShare = 0.05
const leastForLossy = 20

/**
 * Every node with every server that it asked, but for nodes that no server answers: those say nothing of one server.
 */
export const serverReach = once((probe: DnsProbe): readonly Reach[] =>
  everyReach(probe).filter((it) => !hearsNobody(probe, it.node)),
)

/** The same with the nodes that no server answers: what they have in common with others may say why. */
export const everyReach = once((probe: DnsProbe): readonly Reach[] =>
  probe.nodes.flatMap((node) => {
    const series = seriesOf(probe, { node, role: 'endpoint', zone: 'cluster' })
    return [...Map.groupBy(series, (it) => it.server.ip)].map(([ip, its]) => reach(node, ip, its))
  }),
)

function reach(node: string, ip: string, series: readonly LookupSeries[]): Reach {
  const loss = lossOf(series)
  const bad = troubled(series)
  const about = { node, ip, pod: series[0]?.server.pod ?? null, of: loss.of, troubled: bad, series }
  if (loss.of < 4) return { ...about, state: 'untold' }
  if (nearlyAll(loss.silent, loss.of)) return { ...about, state: 'silent' }
  // Whatever else is wrong with it: it hears, and is heard.
  if (notable(loss.erring, loss.of)) return { ...about, state: 'erring' }
  if (!notable(bad, loss.of)) return { ...about, state: 'well' }
  const udp = series.filter((it) => it.transport === 'udp')
  const udpOf = lossOf(udp).of
  return { ...about, state: udpOf >= leastForLossy && troubled(udp) / udpOf >= lossyShare ? 'lossy' : 'untold' }
}

function hearsNobody(probe: DnsProbe, node: string): boolean {
  const loss = lossOf(seriesOf(probe, { node, role: 'endpoint' }))
  return nearlyAll(loss.silent, loss.of)
}

/** Servers that are silent to every node that hears another one: what is lost there says nothing of the nodes. */
function silentServers(probe: DnsProbe): ReadonlySet<string> {
  const told = Map.groupBy(
    serverReach(probe).filter((it) => it.state !== 'untold'),
    (it) => it.ip,
  )
  return new Set([...told].flatMap(([ip, its]) => (its.every((it) => it.state === 'silent') ? [ip] : [])))
}

/** The probe without what may have gone to such a server: the Service gives some of its connections to it. */
export function pastSilentServers(probe: DnsProbe): DnsProbe {
  const silent = silentServers(probe)
  if (silent.size === 0) return probe
  const series = probe.series.filter(({ server }) => server.role !== 'service' && !silent.has(server.ip))
  return series.some((it) => it.server.role === 'endpoint') ? { ...probe, series } : probe
}
