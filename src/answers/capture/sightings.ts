import { createDnsQuestion, readDnsQuestion } from '../../wire/dns-question.ts'
import { ack, destination, holds, type Packet, rst, says, source, syn } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import type { Room } from './room.ts'

/** What is looked for at the next point: packets that bear a mark which survives the translation of addresses. */
export const sorts = { query: 0, answer: 1, syn: 2, synAck: 3, dataForth: 4, dataBack: 5 } as const

/** Beyond this many the first are compared, and it is said. */
const most = 1 << 18

/** A row each: of a packet that one point saw. */
export interface Columns {
  /** What survives the translation of addresses, the same for each time that it is sent. */
  readonly keys: Float64Array
  /** The key of what asked for it: its own where it asks itself; 0 where nothing tells. */
  readonly requests: Float64Array
  /** The same for a packet and what answers it, at one point. */
  readonly exchanges: Float64Array
  /** Of both directions of one connection, or one socket's lookups, at one point. */
  readonly flows: Float64Array
  readonly sorts: Uint8Array
  readonly times: Float64Array
  readonly numbers: Float64Array
  readonly from: Int32Array
  readonly to: Int32Array
  readonly sports: Uint16Array
  readonly dports: Uint16Array
  readonly ttls: Uint8Array
  /** Tells one time of sending from another, where it is not 0 (RFC 6864). */
  readonly ipIds: Uint16Array
  readonly seqs: Float64Array
  /** Of TCP, bytes on the wire. */
  readonly lengths: Int32Array
}

/** The packets that one point saw, in columns. */
export interface Sightings extends Columns {
  readonly see: (packet: Packet) => void
  readonly count: number
  readonly isFull: boolean
  /** Packets that the capture cut so short that they can't be told: any of them may be one that seems to be missing. */
  readonly blind: { readonly dns: number; readonly any: number }
  /** What was answered by a RST or an ICMP error: of a SYN, its number and one. It is not lost but refused. */
  readonly refusals: ReadonlySet<number>
  /** Every address that sent or was sent anything here. */
  readonly addresses: ReadonlySet<number>
  /** Of UDP that is no DNS, by what survives the translation of addresses, how many: they are counted, and no more. */
  readonly datagrams: ReadonlyMap<number, number>
}

/** A word of 32 bits, mixed. */
function mixed(one: number, other: number): number {
  let it = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ other
  it = Math.imul(it ^ (it >>> 15), 0xc2b2ae35)
  return it ^ (it >>> 13)
}

/** Of two words of 32 bits, 52 bits that are exact in a double. */
function keyOf(one: number, other: number, kind: number): number {
  return (mixed(one, other) >>> 0) * 1_048_576 + (mixed(other, one + kind) & 0xfffff)
}

/** Of a row its columns, and what comparing adds to them; and the addresses that are new in it. */
const rowBytes = 224
const addressBytes = 96
/** Of a datagram as many are kept even by a short snap length. */
const firstBytes = 16

export function emptyColumns(size: number): Columns {
  return {
    keys: new Float64Array(size),
    requests: new Float64Array(size),
    exchanges: new Float64Array(size),
    flows: new Float64Array(size),
    sorts: new Uint8Array(size),
    times: new Float64Array(size),
    numbers: new Float64Array(size),
    from: new Int32Array(size),
    to: new Int32Array(size),
    sports: new Uint16Array(size),
    dports: new Uint16Array(size),
    ttls: new Uint8Array(size),
    ipIds: new Uint16Array(size),
    seqs: new Float64Array(size),
    lengths: new Int32Array(size),
  }
}

export const columnNames = Object.keys(emptyColumns(0)) as readonly (keyof Columns)[]

/** What of a packet is found again elsewhere. */
interface Marks {
  readonly key: number
  readonly request: number
  readonly exchange: number
}

export function createSightings(addresses: Addresses, room: Room): Sightings {
  const question = createDnsQuestion()
  const seenAddresses = new Set<number>()
  const refusals = new Set<number>()
  const datagrams = new Map<number, number>()
  let size = 1 << 6
  const blind = { dns: 0, any: 0 }
  const its = {
    ...emptyColumns(size),
    count: 0,
    isFull: false,
    blind,
    refusals: refusals as ReadonlySet<number>,
    addresses: seenAddresses as ReadonlySet<number>,
    datagrams: datagrams as ReadonlyMap<number, number>,
    see,
  }

  function grow(): void {
    size *= 2
    const larger = emptyColumns(size)
    for (const name of columnNames) larger[name].set(its[name])
    Object.assign(its, larger)
  }

  function keep(packet: Packet, sort: number, { key, request, exchange }: Marks): void {
    if (its.count >= most || (its.count >= size && !room.take(size * rowBytes))) {
      its.isFull = true
      return
    }
    if (its.count >= size) grow()
    const at = its.count
    its.count++
    its.keys[at] = key
    its.requests[at] = request
    its.exchanges[at] = exchange >>> 0
    its.sorts[at] = sort
    its.times[at] = packet.time
    its.numbers[at] = packet.number
    its.ttls[at] = packet.ttl
    its.ipIds[at] = packet.ipId
    its.sports[at] = packet.sport
    its.dports[at] = packet.dport
    its.seqs[at] = packet.seq >>> 0
    its.lengths[at] = packet.payloadLength
    const from = addresses.idOf(packet.words, source)
    const to = addresses.idOf(packet.words, destination)
    its.from[at] = from
    its.to[at] = to
    // The same both ways, and TCP's apart from UDP's.
    its.flows[at] = keyOf(from, packet.sport, packet.holds) + keyOf(to, packet.dport, packet.holds)
    know(from)
    know(to)
  }

  function know(address: number): void {
    if (seenAddresses.has(address)) return
    if (room.take(addressBytes)) seenAddresses.add(address)
    else its.isFull = true
  }

  function refused(next: number): void {
    if (refusals.has(next >>> 0)) return
    if (refusals.size < most && room.take(addressBytes)) refusals.add(next >>> 0)
    else its.isFull = true
  }

  function see(packet: Packet): void {
    if (packet.holds === holds.cutShort) blind.any++
    // A router or a node that says no: it quotes what it refused.
    else if (packet.holds === holds.icmp) {
      const isRefusal = packet.icmp !== says.nothing && packet.icmp !== says.fragmentationNeeded
      if (isRefusal && packet.quotedProtocol === 6) refused(packet.quotedSeq + 1)
    } else if (packet.holds === holds.udp) message(packet)
    else if (packet.holds === holds.tcp && (packet.flags & rst) !== 0) {
      if ((packet.flags & ack) !== 0) refused(packet.ack)
    } else if (packet.holds === holds.tcp) segment(packet)
  }

  function message(packet: Packet): void {
    if (packet.sport !== 53 && packet.dport !== 53) return datagram(packet)
    if (!readDnsQuestion(question, packet.bytes, packet.payload, packet.payloadEnd)) {
      if (packet.payloadEnd - packet.payload < packet.payloadLength) blind.dns++
      return
    }
    const asked = question.hash ^ question.type
    const request = keyOf(question.id, asked, sorts.query)
    const port = question.isAnswer ? packet.dport : packet.sport
    const exchange = mixed((question.id << 16) | port, asked)
    if (question.isAnswer)
      keep(packet, sorts.answer, { key: keyOf(question.id, asked, sorts.answer), request, exchange })
    else keep(packet, sorts.query, { key: request, request, exchange })
  }

  /** Its number of IP, its length, and how it begins; those that are all alike are counted. */
  function datagram({ ipId, payloadLength, bytes, payload, payloadEnd }: Packet): void {
    let begin = payloadLength
    for (let at = payload; at < Math.min(payloadEnd, payload + firstBytes); at++)
      begin = Math.imul(begin ^ (bytes[at] ?? 0), 0x01000193)
    const key = keyOf((ipId << 16) | (payloadLength & 0xffff), begin, sorts.dataBack + 1)
    const before = datagrams.get(key)
    if (before !== undefined) datagrams.set(key, before + 1)
    else if (datagrams.size < most && room.take(addressBytes)) datagrams.set(key, 1)
  }

  function segment(packet: Packet): void {
    const { seq, ack: next, flags } = packet
    const opening = (it: number): number => keyOf(it | 0, 0, sorts.syn)
    if ((flags & (syn | ack)) === syn)
      keep(packet, sorts.syn, { key: opening(seq), request: opening(seq), exchange: seq + 1 })
    else if ((flags & syn) !== 0) {
      const key = keyOf(seq | 0, next | 0, sorts.synAck)
      keep(packet, sorts.synAck, { key, request: opening(next - 1), exchange: next })
    } else if (packet.payloadLength > 0) {
      // Both numbers: of the first alone there are two by chance in any long capture.
      const key = keyOf(seq | 0, next | 0, sorts.dataForth)
      const sort = packet.dport <= packet.sport ? sorts.dataForth : sorts.dataBack
      keep(packet, sort, { key, request: 0, exchange: 0 })
    }
  }
  return its
}
