import { ack, destination, fin, type Packet, rst, says, source, syn } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import {
  client,
  isAsked,
  isFinished,
  isFinishedByServer,
  isLeftByServer,
  isAskedLate,
  isOpen,
  isRefused,
  isWaiting,
  sawOtherAck,
  wasIdle,
  isReset,
  isSaid,
  lastAt,
  lastIpId,
  lastLink,
  lastSaid,
  lastTtl,
  mtu,
  nextSeq,
  perSide,
  sideState,
  hasSeq,
  ports,
  rejectedNo,
  roundTrip,
  sawSyn,
  sawSynAck,
  server,
  synAt,
} from './connection-columns.ts'
import { type Clock } from './clock.ts'
import { connectionCounts } from './connection-counts.ts'
import { createConnectionTable, sideOf } from './connection-table.ts'
import { createHandshakes } from './handshakes.ts'
import { createPerServer, noneOfServer, type ServerCounts } from './per-server.ts'
import type { Room } from './room.ts'
import type { DnsListener } from './dns-streams.ts'
import { createSayings } from './sayings.ts'
import { createSentAgain } from './sent-again.ts'
import { after } from './sequence.ts'
import type { Signs } from './signs.ts'
import type { Times } from './spread.ts'
import { createWindows } from './windows.ts'

export interface Connections {
  readonly segment: (packet: Packet) => void
  /** An ICMP error about a connection; false where it is not the first one, or about none that is known. */
  readonly rejected: (packet: Packet, ends: { readonly from: number; readonly to: number }) => boolean
  readonly finish: (end: number) => void
  readonly counts: Readonly<Record<string, number>>
  readonly handshakes: Times
  readonly firstBytes: Times
  readonly ofServer: (id: number, port: number) => Readonly<ServerCounts>
}

/** Who was heard this lately is not over. */
const lately = 3000
/** One packet takes less to pass all interfaces of a machine. */
const sightedMs = 1000
/** And two taps beside each other have it together: nobody sends again so soon (RFC 6298: 200 ms at the least). */
const mirroredMs = 20

/** A segment of one side, by what it says. */
interface Spoken {
  readonly row: number
  readonly side: number
  readonly said: number
}

interface Books {
  readonly addresses: Addresses
  readonly signs: Signs
  readonly clock: Clock
  readonly room: Room
}

function saidBy({ seq, ack: acked, payloadLength, flags }: Packet): number {
  return Math.imul(seq ^ Math.imul(acked, 0x9e3779b1), 0x85ebca6b) ^ ((payloadLength << 8) | flags)
}

/** From here on an idle timeout of somebody on the way is worth a thought. */
const idleMs = 30_000

/** Follows each TCP connection of a capture: which one a segment belongs to, and what it means there. */
export function createConnections({ addresses, signs, clock, room }: Books, onDns: DnsListener): Connections {
  const perServer = createPerServer(room, noneOfServer)
  const counts = connectionCounts()
  const table = createConnectionTable(room, finish)
  const { int, setInt, float, setFloat, has, mark, unmark } = table
  const handshakes = createHandshakes({ table, counts, signs, clock })
  const sentAgain = createSentAgain(table, counts, signs)
  const windows = createWindows(table, counts, signs)
  const sayings = createSayings({ table, counts, perServer, signs, clock, room }, onDns)
  let ends = 0
  let lastTime = 0

  const serverOf = (row: number): ServerCounts => perServer.of(int(row, server), table.portOf(row))

  function begin({ flags, sport, dport }: Packet, one: number, other: number): number {
    const isOpening = (flags & (syn | ack)) === syn
    // Whose beginning was not seen: the lower port is the server's.
    const isForth = isOpening || ((flags & syn) === 0 && dport <= sport)
    const row = isForth
      ? table.add({ client: one, server: other, clientPort: sport, serverPort: dport })
      : table.add({ client: other, server: one, clientPort: dport, serverPort: sport })
    if (isOpening) {
      counts.connections++
      serverOf(row).connections++
    } else counts.joinedLate++
    return row
  }

  function segment(packet: Packet): void {
    lastTime = packet.time
    counts.segments++
    const one = addresses.idOf(packet.words, source)
    const other = addresses.idOf(packet.words, destination)
    if (one < 0 || other < 0) {
      room.miss()
      return
    }
    let row = table.find(one, other, packet.sport, packet.dport)
    const isOpening = (packet.flags & (syn | ack)) === syn
    // A port is used again: the connection before it is over.
    if (row >= 0 && isOpening && has(row, sawSynAck | isRefused | isReset | isFinished) && isNewSyn(row, packet, one))
      row = -1
    if (row < 0) row = begin(packet, one, other)
    const isForth = int(row, client) === one && int(row, ports) >>> 16 === packet.sport
    const side = sideOf(isForth)
    const said = saidBy(packet)
    if (isSighting(packet, { row, side, said })) {
      counts.sightings++
      return
    }
    const usualTtl = passedHere(packet, row, side) ? int(row, side + lastTtl) : 0
    setInt(row, side + lastIpId, packet.ipId)
    setInt(row, side + lastLink, packet.link * 8 + packet.direction + 1)
    setInt(row, side + lastSaid, said)
    if (packet.flags & syn) handshakes.opening(packet, row, isForth)
    else if (packet.flags & rst) handshakes.reset(packet, row, { isForth, usualTtl })
    else body(packet, row, isForth)
    if ((packet.flags & rst) === 0) setInt(row, side + lastTtl, packet.ttl)
    setFloat(row, lastAt, packet.time)
  }

  /** At the same interface as the last of this side: another is a hop more or less away. */
  const passedHere = ({ link, direction }: Packet, row: number, side: number): boolean =>
    int(row, side + lastLink) === link * 8 + direction + 1

  function isNewSyn(row: number, packet: Packet, one: number): boolean {
    return int(row, client) !== one || after(packet.seq + 1, int(row, perSide + nextSeq)) !== 0
  }

  /**
   * At another interface than where its side's segments are seen first, and nothing new: what is sent again would pass
   * that one again.
   */
  function isCopy({ link, direction, flags, seq, payloadLength }: Packet, row: number, side: number): boolean {
    const last = int(row, side + lastLink)
    if (last === 0 || link * 8 + direction + 1 === last || payloadLength === 0 || (flags & (rst | syn)) !== 0)
      return false
    return (int(row, side + sideState) & hasSeq) !== 0 && after(seq + payloadLength, int(row, side + nextSeq)) <= 0
  }

  /** The same packet at another interface of the node. */
  function isSighting(packet: Packet, { row, side, said }: Spoken): boolean {
    if (isCopy(packet, row, side)) return true
    const { ipId, time, link, direction, flags, payloadLength } = packet
    const since = time - float(row, lastAt)
    if (ipId !== 0) {
      // Some write the same id into each packet.
      if (ipId !== int(row, side + lastIpId) || said !== int(row, side + lastSaid) || (flags & rst) !== 0) return false
      // Frames that do not say where they passed come twice from a mirror port, or from files put together.
      return since < (int(row, side + lastLink) === 0 ? mirroredMs : sightedMs)
    }
    return (
      since < 1 &&
      int(row, side + lastLink) !== 0 &&
      direction >= 0 &&
      link * 8 + direction + 1 !== int(row, side + lastLink) &&
      payloadLength === 0 &&
      (flags & syn) !== 0
    )
  }

  function notePayload({ time }: Packet, row: number, isForth: boolean): void {
    if (!isForth) {
      mark(row, isSaid)
      unmark(row, isWaiting | wasIdle)
      return
    }
    if (!has(row, isWaiting) && has(row, isOpen) && time - float(row, lastAt) >= idleMs) mark(row, wasIdle)
    mark(row, has(row, isFinishedByServer) ? isAsked | isWaiting | isAskedLate : isAsked | isWaiting)
  }

  /** RFC 5961, 4: who has an old connection of these ports answers a SYN by an ACK of that, and waits for a RST. */
  function isChallenge(packet: Packet, row: number, isForth: boolean): boolean {
    const isAnswer = !isForth && has(row, sawSyn) && !has(row, sawSynAck | isOpen)
    return isAnswer && packet.payloadLength === 0 && packet.ack !== int(row, sideOf(true) + nextSeq) >>> 0
  }

  function body(packet: Packet, row: number, isForth: boolean): void {
    if (isChallenge(packet, row, isForth)) {
      mark(row, sawOtherAck)
      return
    }
    if (!has(row, isOpen)) {
      mark(row, isOpen)
      if (has(row, sawSyn)) counts.opened++
      if (has(row, sawSyn) && has(row, sawSynAck))
        setFloat(row, roundTrip, Math.max(1e-3, packet.time - float(row, synAt)))
    }
    if (packet.flags & fin) {
      if (!isForth && !has(row, isFinished)) mark(row, isLeftByServer)
      // It says goodbye, and has not got the request yet.
      if (!isForth && has(row, isWaiting) && after(int(row, sideOf(true) + nextSeq), packet.ack) > 0)
        mark(row, isAskedLate)
      mark(row, isForth ? isFinished : isFinished | isFinishedByServer)
    }
    if (packet.payloadLength > 0) notePayload(packet, row, isForth)
    if (packet.flags & ack) sentAgain.acked(packet, row, isForth)
    windows.window(packet, row, isForth)
    if (packet.payloadLength > 0) {
      if (isCutShort(packet)) counts.wordless++
      counts.data++
      serverOf(row).data++
    } else if ((packet.flags & fin) === 0) return
    const ahead = sentAgain.ahead(packet, row, isForth)
    if (sentAgain.isNew(packet, row, isForth)) sayings.hear(packet, row, { isForth, ahead })
  }

  function rejected(packet: Packet, { from, to }: { readonly from: number; readonly to: number }): boolean {
    const row = table.find(from, to, packet.quotedSport, packet.quotedDport)
    if (row < 0) return false
    if (packet.icmp === says.fragmentationNeeded) {
      setInt(row, mtu, packet.icmpMtu)
      return true
    }
    if (int(row, rejectedNo) !== 0) return false
    setInt(row, rejectedNo, packet.number)
    return true
  }

  function finish(row: number, why: 'early' | 'end'): void {
    for (const isForth of [true, false]) {
      windows.judge(row, isForth)
      sentAgain.judge(row, isForth)
    }
    const until = why === 'end' ? ends : lastTime
    handshakes.judge(row, until)
    sayings.judge(row, until)
    sayings.over(row)
    const isOver = has(row, isFinished | isReset | isRefused)
    if (why === 'early' && !isOver && lastTime - float(row, lastAt) < lately) room.miss()
  }

  return {
    segment,
    rejected,
    finish(end) {
      ends = end
      table.finishAll()
    },
    counts,
    handshakes: handshakes.times,
    firstBytes: sayings.firstBytes,
    ofServer: perServer.seen,
  }
}

/** Less is kept of what it says than tells what it is. */
const isCutShort = ({ payload, payloadEnd, payloadLength }: Packet): boolean =>
  payloadEnd - payload < Math.min(payloadLength, fewestWords)

/** The head of a record of TLS with its first byte, or of an answer of HTTP. */
const fewestWords = 7
