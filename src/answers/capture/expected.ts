import { asIpAddress, type IpAddress } from '../../wire/dns-name.ts'
import { passes, type Passing } from '../../wire/capture-filter-passes.ts'
import type { Addresses } from './addresses.ts'
import type { Place } from './place.ts'
import type { Seen } from './seen.ts'
import { sorts } from './sightings.ts'

/** Whether another place must have a packet; null: nobody can tell, as its filter may not let it through there. */
export type Expected = (row: number) => boolean | null

export interface Between {
  readonly at: Seen
  readonly other: Seen
  readonly addresses: Addresses
  /** Of one path: where packets go that must pass the place that is further from the client; null: wherever they go. */
  readonly hears: ReadonlySet<string> | null
  /** Whether addresses can be translated between the two. */
  readonly isTranslated: boolean
}

/** Packets of one connection pass two places within this. */
const passingMs = 1000

/**
 * What passes a filter at one point may have another address and another port at the next, which that one's filter
 * keeps out. A packet is expected there where its connection was seen there, or where every address that it may have
 * there passes.
 */
export function expectedAt(between: Between): Expected {
  const { at, other, addresses, hears } = between
  const { sightings } = at.place
  const twins = twinsOf(at, other)
  const known = new Map<string, boolean | null>()
  const isMarked = other.place.mark !== null
  const textOf = (id: number): IpAddress | null => asIpAddress(addresses.textOf(id))
  let withData: ReadonlySet<number> | null = null
  /** Connections of the other place of which it saw data: a filter for SYN and FIN alone keeps it out. */
  const hasData = (): ReadonlySet<number> => (withData ??= flowsWithData(other))
  const isTurning = (row: number): boolean | null => (at.isData(row) ? null : true)

  function asTwin(row: number): boolean | null {
    const flow = sightings.flows[row] ?? 0
    const twin = twins.get(sideOf(flow, sightings.from[row])) ?? twins.get(String(flow))
    if (twin === undefined) return null
    const its = other.place.sightings
    const isSame =
      sightings.from[row] === sightings.from[twin.here] && sightings.sports[row] === sightings.sports[twin.here]
    const src = textOf(its[isSame ? 'from' : 'to'][twin.there] ?? -1)
    const dst = textOf(its[isSame ? 'to' : 'from'][twin.there] ?? -1)
    if (src === null || dst === null || other.place.filters === null)
      return isSame && !isMarked && isTaken(row, twin) ? true : null
    const sport = its[isSame ? 'sports' : 'dports'][twin.there] ?? 0
    const dport = its[isSame ? 'dports' : 'sports'][twin.there] ?? 0
    return throughAll(other.place, { protocol: protocolOf(row), src, dst, sport, dport, isTurning: isTurning(row) })
  }

  /** A filter that nobody here can read may keep out what opens a connection and take the rest, or the other way. */
  function isTaken(row: number, { isFirst, flow }: Twin): boolean {
    return isFirst || !at.isData(row) || hasData().has(flow)
  }

  function protocolOf(row: number): 'tcp' | 'udp' {
    return (sightings.sorts[row] ?? 0) <= sorts.answer ? 'udp' : 'tcp'
  }

  function asAnything(row: number): boolean | null {
    const [src, dst] = [textOf(sightings.from[row] ?? -1), textOf(sightings.to[row] ?? -1)]
    if (src === null || dst === null || other.place.filters === null) return null
    const [sport, dport] = [sightings.sports[row] ?? 0, sightings.dports[row] ?? 0]
    const its = { protocol: protocolOf(row), src, dst, sport, dport, isTurning: isTurning(row) }
    const forms = between.isTranslated ? formsOf(its, at.isForth(row), between) : [its]
    const all = forms.map((it) => throughAll(other.place, it))
    if (all.length === 0) return null
    if (all.every((it) => it === true)) return true
    return all.every((it) => it === false) ? false : null
  }

  return (row) => {
    const server = at.isForth(row) ? sightings.to[row] : sightings.from[row]
    if (hears !== null && !hears.has(addresses.textOf(server ?? -1))) return false
    const { flows, sorts: its, from } = sightings
    const about = `${flows[row]} ${its[row]} ${from[row]}`
    const before = known.get(about)
    if (before !== undefined) return before
    const told = asTwin(row) ?? (isMarked || other.place.filters !== null ? asAnything(row) : null)
    // What nobody is told of the filter of: a query or SYN without an answer is asked for all the same.
    const isExpected = told ?? (isMarked || at.isData(row) || other.place.filters !== null ? null : true)
    known.set(about, isExpected)
    return isExpected
  }
}

function throughAll({ filters }: Place, it: Passing): boolean | null {
  const all = (filters ?? []).map((filter) => passes(filter, it))
  if (all.every((one) => one === true)) return true
  return all.includes(false) ? false : null
}

/** Each address that a packet may have at the other place, and which of its ports stay. */
function formsOf(it: Passing, isForth: boolean, { at, other }: Between): readonly Passing[] {
  const marks = [at.place.mark, other.place.mark].filter((mark) => mark !== null)
  const servers = new Set(marks.flatMap((mark) => mark.hears ?? []))
  const leads = marks.some((mark) => mark.leads === null) ? servers : new Set(marks.flatMap((mark) => mark.leads ?? []))
  const masks = marks.flatMap((mark) => mark.masks)
  const [server, client] = isForth ? [it.dst, it.src] : [it.src, it.dst]
  // A Service leads to one of its pods, and what comes from a pod may have come through a Service.
  const isLed = isForth ? leads.has(server) : leads.size > 0 && servers.has(server)
  // Whose address stands behind a node's is not known from here.
  if (masks.includes(client)) return []
  const ofServer = isLed ? [server, ...servers] : [server]
  const ofClient = [client, ...masks]
  const [serverPort, clientPort] = isForth ? [it.dport, it.sport] : [it.sport, it.dport]
  const isKept = !isLed || marks.every(({ moves }) => moves !== null && !moves.includes(serverPort ?? -1))
  const ports = { server: isKept ? serverPort : null, client: masks.length > 0 ? null : clientPort }
  return ofServer.flatMap((one) =>
    ofClient.flatMap((another) => {
      const [src, dst] = [asIpAddress(isForth ? another : one), asIpAddress(isForth ? one : another)]
      if (src === null || dst === null || src.includes(':') !== dst.includes(':')) return []
      const [sport, dport] = isForth ? [ports.client, ports.server] : [ports.server, ports.client]
      return [{ ...it, src, dst, sport, dport }]
    }),
  )
}

interface Twin {
  readonly here: number
  readonly there: number
  /** Of the other place. */
  readonly flow: number
  /** The first of its connection, whoever sent it. */
  readonly isFirst: boolean
}

const sideOf = (flow: number, from: number | undefined): string => `${flow} ${from}`

/** By connection here, and by each side of it, the first packet that is there as well. */
function twinsOf(at: Seen, other: Seen): ReadonlyMap<string, Twin> {
  const twins = new Map<string, Twin>()
  const [here, there] = [at.place.sightings, other.place.sightings]
  for (let row = 0; row < here.count; row++) {
    const flow = here.flows[row] ?? 0
    const side = sideOf(flow, here.from[row])
    if (twins.has(side)) continue
    const twin = other
      .rows(here.keys[row] ?? 0)
      .find((its) => Math.abs((there.times[its] ?? 0) - (here.times[row] ?? 0)) < passingMs)
    if (twin === undefined) continue
    const its = { here: row, there: twin, flow: there.flows[twin] ?? 0, isFirst: !twins.has(String(flow)) }
    twins.set(side, its)
    if (its.isFirst) twins.set(String(flow), its)
  }
  return twins
}

function flowsWithData({ place: { sightings }, isData }: Seen): ReadonlySet<number> {
  const { flows, count } = sightings
  return new Set(
    Array.from({ length: count }, (_, row) => row).flatMap((row) => (isData(row) ? [flows[row] ?? 0] : [])),
  )
}
