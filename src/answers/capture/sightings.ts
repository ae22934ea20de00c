import { createDnsQuestion, readDnsQuestion } from '../../wire/dns-question.ts'
import { ack, destination, holds, type Packet, rst, says, source, syn } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import type { Room } from './room.ts'

/** What is looked for at the next point: packets that bear a mark which survives the translation of addresses. */
export const sorts = { query: 0, answer: 1, syn: 2, synAck: 3, dataForth: 4, dataBack: 5 } as const

/** Beyond this many the first are compared, and it is said. */
const most = 1 << 18
/** Smaller segments are merged and split by offloads on the way (GRO, TSO), so that no number stands for one. */
const largePacket = 1000

/** The packets that one point saw, in columns. */
export interface Sightings {
  readonly see: (packet: Packet) => void
  readonly keys: Float64Array
  /** The same for a packet and what answers it. */
  readonly exchanges: Float64Array
  readonly sorts: Uint8Array
  readonly times: Float64Array
  readonly numbers: Float64Array
  readonly from: Int32Array
  readonly to: Int32Array
  readonly ttls: Uint8Array
  readonly count: number
  readonly isFull: boolean
  /** What was answered by a RST or an ICMP error: of a SYN, its number and one. It is not lost but refused. */
  readonly refusals: ReadonlySet<number>
  /** Every address that sent or was sent anything here. */
  readonly addresses: ReadonlySet<number>
}

/** A word of 32 bits, mixed. */
function mixed(one: number, other: number): number {
  let it = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ other
  it = Math.imul(it ^ (it >>> 15), 0xc2b2ae35)
  return it ^ (it >>> 13)
}

/** Of a row its columns, and what comparing adds to them; and the addresses that are new in it. */
const rowBytes = 128
const addressBytes = 96

export function createSightings(addresses: Addresses, room: Room): Sightings {
  const question = createDnsQuestion()
  const seenAddresses = new Set<number>()
  const refusals = new Set<number>()
  let size = 1 << 6
  const its = {
    keys: new Float64Array(size),
    exchanges: new Float64Array(size),
    sorts: new Uint8Array(size),
    times: new Float64Array(size),
    numbers: new Float64Array(size),
    from: new Int32Array(size),
    to: new Int32Array(size),
    ttls: new Uint8Array(size),
    count: 0,
    isFull: false,
    refusals: refusals as ReadonlySet<number>,
    addresses: seenAddresses as ReadonlySet<number>,
    see,
  }

  function grow(): void {
    size *= 2
    const larger = <T extends { set(from: T): void }>(made: T, old: T): T => {
      made.set(old)
      return made
    }
    its.keys = larger(new Float64Array(size), its.keys)
    its.exchanges = larger(new Float64Array(size), its.exchanges)
    its.sorts = larger(new Uint8Array(size), its.sorts)
    its.times = larger(new Float64Array(size), its.times)
    its.numbers = larger(new Float64Array(size), its.numbers)
    its.from = larger(new Int32Array(size), its.from)
    its.to = larger(new Int32Array(size), its.to)
    its.ttls = larger(new Uint8Array(size), its.ttls)
  }

  function keep(packet: Packet, sort: number, [one, other, exchange]: readonly [number, number, number]): void {
    if (its.count >= most || (its.count >= size && !room.take(size * rowBytes))) {
      its.isFull = true
      return
    }
    if (its.count >= size) grow()
    const at = its.count
    its.count++
    its.keys[at] = (mixed(one, other) >>> 0) * 1_048_576 + (mixed(other, one + sort) & 0xfffff)
    its.exchanges[at] = exchange >>> 0
    its.sorts[at] = sort
    its.times[at] = packet.time
    its.numbers[at] = packet.number
    its.ttls[at] = packet.ttl
    const from = addresses.idOf(packet.words, source)
    const to = addresses.idOf(packet.words, destination)
    its.from[at] = from
    its.to[at] = to
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
    // A router or a node that says no: it quotes what it refused.
    if (packet.holds === holds.icmp) {
      const isRefusal = packet.icmp !== says.nothing && packet.icmp !== says.fragmentationNeeded
      if (isRefusal && packet.quotedProtocol === 6) refused(packet.quotedSeq + 1)
      return
    }
    if (packet.holds === holds.udp) {
      if (packet.sport !== 53 && packet.dport !== 53) return
      if (!readDnsQuestion(question, packet.bytes, packet.payload, packet.payloadEnd)) return
      // Each time that it is sent is another packet: the number of IP tells them apart, where there is one.
      const sort = question.isAnswer ? sorts.answer : sorts.query
      const asked = question.hash ^ question.type
      const port = question.isAnswer ? packet.dport : packet.sport
      keep(packet, sort, [(question.id << 16) | packet.ipId, asked, mixed((question.id << 16) | port, asked)])
    } else if (packet.holds === holds.tcp && (packet.flags & rst) !== 0) {
      if ((packet.flags & ack) !== 0) refused(packet.ack)
    } else if (packet.holds === holds.tcp) {
      const isOpening = (packet.flags & (syn | ack)) === syn
      if (isOpening) keep(packet, sorts.syn, [packet.seq, packet.ipId, packet.seq + 1])
      else if ((packet.flags & syn) !== 0) keep(packet, sorts.synAck, [packet.seq, packet.ipId, packet.ack])
      else if (packet.ipLength >= largePacket && packet.payloadLength > 0)
        keep(packet, packet.dport <= packet.sport ? sorts.dataForth : sorts.dataBack, [packet.seq, 0, 0])
    }
  }
  return its
}
