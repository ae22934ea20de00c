import { largeLost } from '../../model/capture.ts'
import { fin, type Packet } from '../../wire/pcap/packet.ts'
import {
  ackedTo,
  hasAcked,
  hasSeq,
  holeAt,
  holeFrom,
  holeTo,
  largePassed,
  mtu,
  nextSeq,
  roundTrip,
  sideState,
  stuckCount,
  stuckLength,
  stuckNo,
  stuckSeq,
} from './connection-columns.ts'
import type { ConnectionCounts } from './connection-counts.ts'
import { type ConnectionTable, floatsOf, sideOf } from './connection-table.ts'
import { after } from './sequence.ts'
import type { Signs } from './signs.ts'

/** Packets that overtake each other do so by less, or by less than a round trip where one was seen, as in Wireshark. */
const reorderedMs = 3
/** IPv6 promises 1280 bytes, and nobody's tunnel takes more than a quarter of 1500. */
const largePacket = 1000
/** Linux: after 0.2, 0.6, 1.4, 3 s at the soonest. */
const goneAfter = 4
/** Of Ethernet, less the heads of IP and TCP. */
const usualSegment = 1448

/** Which bytes of a side are new, which were overtaken on the way, and which were lost and sent again. */
export interface SentAgain {
  /** How many bytes are missing before these; below 0 where they were seen, or were overtaken on the way. */
  readonly ahead: (packet: Packet, row: number, isForth: boolean) => number
  /** Whether these bytes are new. */
  readonly isNew: (packet: Packet, row: number, isForth: boolean) => boolean
  /** What the other side has got: its stuck segment went through. */
  readonly acked: (packet: Packet, row: number, isForth: boolean) => void
  /** At the end: a segment that never went through, for its size or for all. */
  readonly judge: (row: number, isForth: boolean) => void
}

export function createSentAgain(table: ConnectionTable, counts: ConnectionCounts, signs: Signs): SentAgain {
  const { int, setInt, float, setFloat, about } = table

  function ahead({ seq }: Packet, row: number, isForth: boolean): number {
    const side = sideOf(isForth)
    return (int(row, side + sideState) & hasSeq) === 0 ? 0 : after(seq, int(row, side + nextSeq))
  }

  function isNew(packet: Packet, row: number, isForth: boolean): boolean {
    const side = sideOf(isForth)
    const { seq, payloadLength } = packet
    const next = (seq + payloadLength + (packet.flags & fin ? 1 : 0)) | 0
    const its = int(row, side + nextSeq)
    const missing = ahead(packet, row, isForth)
    let speaks = payloadLength > 0
    if (missing < 0) {
      speaks = isOvertaken(packet, row, isForth) && speaks
      if (after(next, its) <= 0) return speaks
    } else if (missing > 0 && int(row, side + holeFrom) === int(row, side + holeTo)) {
      setInt(row, side + holeFrom, its)
      setInt(row, side + holeTo, seq | 0)
      setFloat(row, floatsOf(isForth) + holeAt, packet.time)
    }
    setInt(row, side + nextSeq, next)
    setInt(row, side + sideState, int(row, side + sideState) | hasSeq)
    return speaks
  }

  /** Bytes before those that were seen: overtaken on the way, so new; or lost, and sent again. */
  function isOvertaken(packet: Packet, row: number, isForth: boolean): boolean {
    const side = sideOf(isForth)
    // One byte before the next, or none: asks whether anybody is there (RFC 1122, 4.2.3.6).
    if (packet.payloadLength <= 1 && after(packet.seq, int(row, side + nextSeq)) === -1) return false
    const inHole = after(packet.seq, int(row, side + holeFrom)) >= 0 && after(packet.seq, int(row, side + holeTo)) < 0
    if (inHole) setInt(row, side + holeFrom, (packet.seq + packet.payloadLength) | 0)
    const since = packet.time - float(row, floatsOf(isForth) + holeAt)
    const trip = float(row, roundTrip)
    if (inHole && since < (trip === 0 ? reorderedMs : Math.min(reorderedMs, trip))) {
      counts.reordered++
      return true
    }
    counts.retransmissions++
    const detail = isForth ? 'by the client' : 'by the server'
    signs.see({ ...about(row, packet.number), kind: 'retransmitted', detail })
    if (int(row, side + stuckCount) > 0 && int(row, side + stuckSeq) === (packet.seq | 0)) {
      setInt(row, side + stuckCount, int(row, side + stuckCount) + 1)
      return false
    }
    setInt(row, side + stuckSeq, packet.seq | 0)
    setInt(row, side + stuckCount, 1)
    setInt(row, side + stuckNo, packet.number)
    setInt(row, side + stuckLength, packet.ipLength)
    return false
  }

  function acked(packet: Packet, row: number, isForth: boolean): void {
    const theirs = sideOf(!isForth)
    notePassed(packet.ack, row, theirs)
    if (int(row, theirs + stuckCount) > 0 && after(packet.ack, int(row, theirs + stuckSeq)) > 0)
      setInt(row, theirs + stuckCount, 0)
  }

  /** By how much it goes on: a step of a full segment's size was one, or several. */
  function notePassed(ack: number, row: number, theirs: number): void {
    const states = int(row, theirs + sideState)
    const by = (states & hasAcked) === 0 ? 0 : after(ack, int(row, theirs + ackedTo))
    if ((states & hasAcked) !== 0 && by <= 0) return
    if (by >= largePacket)
      setInt(row, theirs + largePassed, int(row, theirs + largePassed) + Math.max(1, Math.floor(by / usualSegment)))
    setInt(row, theirs + ackedTo, ack | 0)
    setInt(row, theirs + sideState, states | hasAcked)
  }

  /** Lost once or twice is lost; so often, with the double wait each time, is gone. */
  function silent(row: number, isForth: boolean): void {
    const side = sideOf(isForth)
    if (int(row, side + stuckCount) < goneAfter) return
    const detail = `by the ${isForth ? 'client' : 'server'} again and again`
    signs.see({ ...about(row, int(row, side + stuckNo)), kind: 'went-silent', detail })
  }

  function judge(row: number, isForth: boolean): void {
    const side = sideOf(isForth)
    if (int(row, side + stuckCount) < 2) return
    // As large ones went through before: it is not the size, or not of most.
    const isOfSize = int(row, side + largePassed) <= int(row, side + stuckCount)
    if (int(row, side + stuckLength) < largePacket || !isOfSize) {
      silent(row, isForth)
      return
    }
    const said = int(row, mtu)
    const icmp = said > 0 ? `an ICMP message named ${said} bytes` : largeLost.unsaid
    const detail = `${largeLost[isForth ? 'client' : 'server']}, ${icmp}`
    signs.see({ ...about(row, int(row, side + stuckNo)), kind: 'large-lost', detail, ms: null })
  }

  return { ahead, isNew, acked, judge }
}
