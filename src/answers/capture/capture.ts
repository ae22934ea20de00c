import type { Capture, CapturePoint, SignKind } from '../../model/capture.ts'
import {
  destination,
  holds,
  type Packet,
  quotedDestination,
  quotedSource,
  says,
  source,
} from '../../wire/pcap/packet.ts'
import { readWrittenFilter, type Filter } from '../../wire/capture-filter.ts'
import type { Point, Read } from '../../wire/pcap/reader.ts'
import { type Addresses, createAddresses } from './addresses.ts'
import { createClock } from './clock.ts'
import { compare } from './compare.ts'
import { createConnections } from './connections.ts'
import { createFragments } from './fragments.ts'
import { createLookups } from './lookups.ts'
import type { Place } from './place.ts'
import { createRooms, type Room } from './room.ts'
import { createSightings } from './sightings.ts'
import { compareStages, markOf } from './stages.ts'
import { createSigns } from './signs.ts'

/** What one file says, as its packets go by. */
export interface FileAnalysis {
  readonly packet: (packet: Packet) => void
  readonly end: (read: Read) => void
}

export interface CaptureAnalysis {
  /** `points`: those that the file has described by now. */
  readonly file: (name: string, points: () => readonly Point[]) => FileAnalysis
  readonly told: () => Capture
}

interface PointAnalysis {
  readonly packet: (packet: Packet) => void
  readonly finish: () => Analysed
}

type Analysed = Pick<
  CapturePoint,
  | 'packets'
  | 'others'
  | 'shortened'
  | 'unread'
  | 'seconds'
  | 'ways'
  | 'clock'
  | 'notFollowed'
  | 'dns'
  | 'tcp'
  | 'times'
  | 'signs'
> & {
  readonly from: number
  readonly to: number
}

/** Points beyond this many are not set against each other: each pair is a comparison. */
const mostCompared = 8
/** Of one path, as `hopscope capture` writes them. */
const mostStaged = 64

interface Asked {
  /** Whether there is more than one file; else a file tells whether it has several interfaces. */
  readonly compares: boolean
  /** What it may keep in mind. */
  readonly bytes?: number
}

export function analyseCapture({ compares, bytes }: Asked): CaptureAnalysis {
  const addresses = createAddresses()
  const rooms = createRooms(bytes)
  const points: CapturePoint[] = []
  const places: Place[] = []
  let files = 0
  return {
    file(name, described) {
      const file = files++
      const before = places.length
      const open = new Map<number, PointAnalysis & { readonly sightings: Place['sightings'] | null }>()
      let last: (PointAnalysis & { readonly sightings: Place['sightings'] | null }) | undefined
      let lastPoint = -1
      const isCompared = (index: number): boolean => {
        const all = described()
        if (!compares && all.length < 2) return false
        const isStaged = file === 0 && index < mostStaged && markOf(all[index]?.comment ?? null) !== null
        return before + index < mostCompared || isStaged
      }
      const begin = (index: number) => {
        const sightings = isCompared(index) ? createSightings(addresses, rooms.ofAll) : null
        return { ...analysePoint(addresses, rooms.ofPoint()), sightings }
      }
      return {
        packet(packet) {
          if (packet.point !== lastPoint || last === undefined) {
            last = open.get(packet.point) ?? begin(packet.point)
            open.set(packet.point, last)
            lastPoint = packet.point
          }
          last.packet(packet)
          if (last.sightings !== null) last.sightings.see(packet)
        },
        end(read) {
          const several = read.points.length > 1
          const hasPackets = open.size > 0
          for (const [index, point] of read.points.entries()) {
            // Nothing of one without packets is kept.
            const its = open.get(index) ?? begin(index)
            open.delete(index)
            const { from, to, ...analysed } = its.finish()
            const spot = several ? `${name}:${point.name ?? index}` : name
            const told = read.listened.get(index)
            const mark = several ? markOf(point.comment) : null
            const lost = read.droppedAt.get(index) ?? 0
            const isNothing = analysed.packets === 0 && lost === 0 && read.end.kind === 'whole'
            const isIdle = isNothing && hasPackets && point.comment === null
            points.push({
              name: spot,
              comment: point.comment,
              ...endOf(read),
              dropped: read.dropped,
              ...analysed,
              ...(isIdle ? { idle: 'beside-others' as const } : {}),
            })
            if (isIdle) continue
            const isTrusted = !hasTwoTimes(analysed.clock)
            if (its.sightings !== null)
              places.push({
                name: spot,
                file,
                ...(told ?? { from, to }),
                isTold: told !== undefined,
                sightings: its.sightings,
                mark,
                isTrusted,
                dropped: lost,
                filters: filtersOf(point),
              })
          }
          if (read.points.length === 0) points.push(pointless(name, read))
        },
      }
    },
    told: () => ({ points, comparisons: comparisons(places, addresses) }),
  }
}

/** A pcap does not say what it was told to take, and `hopscope capture` always tells its taps something. */
function filtersOf({ filter }: Point): readonly Filter[] | null {
  const its = filter === null ? null : readWrittenFilter(filter)
  return its === null ? null : [its]
}

/** Of one packet it can't be told when it was. */
function hasTwoTimes(clock: CapturePoint['clock']): boolean {
  return clock !== undefined && clock.back + clock.copied + clock.timeless > 0
}

/** Each with the next, in the order in which they were named. */
function comparisons(places: readonly Place[], addresses: Addresses): Capture['comparisons'] {
  const marked = places.filter((it) => it.mark !== null && it.file === places[0]?.file)
  if (marked.length > 1 && marked.length === places.length) return compareStages(marked, addresses)
  const some = places.slice(0, mostCompared)
  return some.slice(1).map((far, index) => compare(some[index] ?? far, far, addresses))
}

function endOf({ end }: Read): Pick<CapturePoint, 'end' | 'why'> {
  if (end.kind === 'cut-off') return { end: 'cut-off', why: `it ends within a record, at byte ${end.at}` }
  if (end.kind === 'damaged') return { end: 'damaged', why: `at byte ${end.at} stands ${end.why}` }
  return { end: 'whole', why: null }
}

/** A section without interfaces. */
function pointless(name: string, read: Read): CapturePoint {
  const times = { lookup: null, handshake: null, firstByte: null }
  const none = { packets: 0, shortened: 0, unread: 0, seconds: null, ways: 'none' as const, notFollowed: 0 }
  return { name, comment: null, ...endOf(read), dropped: read.dropped, ...none, dns: {}, tcp: {}, times, signs: [] }
}

const rejections: Readonly<Record<number, string>> = {
  [says.portUnreachable]: 'port unreachable',
  [says.hostUnreachable]: 'host or network unreachable',
  [says.adminProhibited]: 'administratively prohibited',
  [says.timeExceeded]: 'time exceeded',
}

function analysePoint(addresses: Addresses, room: Room): PointAnalysis {
  const signs = createSigns(room)
  const clock = createClock(room)
  const lookups = createLookups({ addresses, signs, clock, room })
  const connections = createConnections(
    { addresses, signs, clock, room },
    { message: (packet, at, end) => lookups.message(packet, at, end, 'tcp'), hole: lookups.hole },
  )
  const fragments = createFragments(
    addresses,
    {
      whole: (packet, at, end) => isDns(packet) && lookups.message(packet, at, end, 'udp'),
      lost({ number, sport, from, to }) {
        if (sport === 53) lookups.fragmentLost({ number, server: from, client: to })
      },
    },
    room,
  )
  let packets = 0
  let shortened = 0
  let unread = 0
  let first = Infinity
  let last = -Infinity
  // A bit for each direction between two addresses: whether anything at all was answered by anything.
  const directions = new Uint8Array(4096)
  let ways: CapturePoint['ways'] = 'none'

  function noteWay(packet: Packet): void {
    const { words } = packet
    const from = folded(words, source)
    const to = folded(words, destination)
    const slot = (Math.imul(from ^ to, 0x9e3779b1) >>> 20) & 4095
    const bits = (directions[slot] ?? 0) | (from < to ? 1 : 2)
    directions[slot] = bits
    ways = bits === 3 ? 'both' : 'one'
  }

  function icmp(packet: Packet): void {
    if (packet.icmp === says.nothing || packet.quotedProtocol === 0) return
    const from = addresses.idOf(packet.words, quotedSource)
    const to = addresses.idOf(packet.words, quotedDestination)
    const about = { server: to, port: packet.quotedDport, client: from, packet: packet.number }
    if (packet.quotedProtocol === 6) {
      if (!connections.rejected(packet, { from, to }) || packet.icmp === says.fragmentationNeeded) return
      if (packet.icmp === says.portUnreachable)
        signs.see({ ...about, kind: 'connect-refused', detail: 'ICMP port unreachable' })
      else signs.see({ ...about, kind: 'rejected', detail: rejections[packet.icmp] ?? 'unreachable' })
    } else if (packet.quotedProtocol === 17 && isOfServer(packet)) {
      const detail = rejections[packet.icmp] ?? 'unreachable'
      signs.see({ ...about, kind: 'rejected', detail: packet.quotedDport === 53 ? detail : `${detail} (UDP)` })
    }
  }

  function of(kind: SignKind, server: number, port: number): number {
    const tcp = connections.ofServer(server, port)
    switch (kind) {
      case 'pair-half-lost':
        return lookups.pairs(server)
      case 'retransmitted':
      case 'large-lost':
        return tcp.data
      case 'http-error':
        return tcp.answers
      case 'first-byte-late':
      case 'closed-unanswered':
        return tcp.firstBytes
      case 'rejected':
        return port === 53 ? lookups.ofServer(server) : tcp.connections
      default:
        return kind.startsWith('connect') || tcpKinds.has(kind) ? tcp.connections : lookups.ofServer(server)
    }
  }

  /** Packets that no sign is looked for in. */
  const others = { udp: 0, icmp: 0, sctp: 0, otherIp: 0, noIp: 0 }
  function other({ holds: what, icmp: message, protocol }: Packet): void {
    if (what === holds.udp) others.udp++
    else if (what === holds.notIp) others.noIp++
    else if (what === holds.otherIp) others[protocol === sctp ? 'sctp' : 'otherIp']++
    else if (what === holds.icmp && message === says.nothing) others.icmp++
  }

  return {
    packet(packet) {
      packets++
      clock.see(packet)
      if (packet.end - packet.start < packet.length) shortened++
      const { time } = packet
      if (time < first) first = time
      if (time > last) last = time
      const { holds: what } = packet
      if (what === holds.cutShort) unread++
      if (packet.family !== 0 && ways !== 'both') noteWay(packet)
      if (what === holds.udp) {
        if (packet.isFragment) fragments.see(packet)
        else if (isDns(packet)) lookups.message(packet, packet.payload, packet.payloadEnd, 'udp')
        else other(packet)
      } else if (what === holds.tcp) connections.segment(packet)
      else if (what === holds.icmp) icmp(packet)
      else if (what === holds.laterFragment && packet.protocol === 17) fragments.see(packet)
      if (what !== holds.udp && what !== holds.tcp) other(packet)
    },
    finish() {
      fragments.finish()
      connections.finish(last)
      lookups.finish(last)
      const told = signs.told(addresses, of)
      const itsClock = clock.told()
      room.giveAll()
      return {
        packets,
        shortened,
        unread,
        seconds: packets > 1 ? Number(((last - first) / 1000).toFixed(6)) : null,
        ways,
        ...(itsClock === null ? {} : { clock: itsClock }),
        notFollowed: room.missed(),
        others: { ...others },
        dns: lookups.counts(),
        tcp: connections.counts,
        times: {
          lookup: lookups.times.spread(),
          handshake: connections.handshakes.spread(),
          firstByte: connections.firstBytes.spread(),
        },
        signs: told,
        from: first,
        to: last,
      }
    },
  }
}

const sctp = 132

/** Not to the port of a client that has gone, and not a step of traceroute (33434 and up). */
const isOfServer = ({ quotedDport, quotedSport }: Packet): boolean =>
  quotedDport === 53 || (quotedDport < 32_768 && quotedDport < quotedSport)

/** An address as one number; two that are alike are two still. */
function folded(words: Int32Array, at: number): number {
  let it = 0
  for (let word = 0; word < 4; word++) it = Math.imul(it ^ (words[at + word] ?? 0), 0x9e3779b1)
  return it
}

const tcpKinds: ReadonlySet<SignKind> = new Set(['reset', 'zero-window', 'went-silent', 'handshake-late', 'tls-alert'])

function isDns({ sport, dport }: Packet): boolean {
  return sport === 53 || dport === 53
}
