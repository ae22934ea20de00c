import { lateHandshakes } from '../../model/capture.ts'
import { ack, type Packet } from '../../wire/pcap/packet.ts'
import {
  ackedTo,
  hasSeq,
  isAsked,
  isAskedLate,
  isFinished,
  isFinishedByServer,
  isOpen,
  isRefused,
  isReset,
  isSaid,
  isWaiting,
  nextSeq,
  rejectedNo,
  sawSyn,
  sawSynAck,
  sawOtherAck,
  sideState,
  synAckAgain,
  synAt,
  synCount,
  synNo,
  wasIdle,
} from './connection-columns.ts'
import { type Clock, silentMs } from './clock.ts'
import type { ConnectionCounts } from './connection-counts.ts'
import { type ConnectionTable, sideOf } from './connection-table.ts'
import { after } from './sequence.ts'
import type { Signs } from './signs.ts'
import { createTimes, lateMs, type Times } from './spread.ts'

/** Linux sends a SYN again after 1 s, 3 s, 7 s: who has waited this long for an answer has none. */
const longEnoughMs = 3000
const synAckAgainMs = 500

/** How a connection begins, and whether it does at all: opened, refused, reset, or never answered. */
export interface Handshakes {
  readonly opening: (packet: Packet, row: number, isForth: boolean) => void
  readonly reset: (packet: Packet, row: number, by: ResetBy) => void
  /** What became of it, as seen up to `until`. */
  readonly judge: (row: number, until: number) => void
  readonly times: Times
}

interface ResetBy {
  readonly isForth: boolean
  /** Of the last segment of this side that is no reset, at the same interface; 0 = there was none. */
  readonly usualTtl: number
}

interface Books {
  readonly table: ConnectionTable
  readonly counts: ConnectionCounts
  readonly signs: Signs
  readonly clock: Clock
}

export function createHandshakes({ table, counts, signs, clock }: Books): Handshakes {
  const { int, setInt, float, setFloat, has, mark, about } = table
  const times = createTimes()

  function answered(packet: Packet, row: number): void {
    if (clock.crosses(float(row, synAt), packet.time, silentMs)) return clock.untimed()
    const took = Math.max(0, packet.time - float(row, synAt))
    times.add(took)
    if (took < lateMs) return
    const again = int(row, synCount) > 1 ? lateHandshakes.again : 'late'
    const detail = has(row, sawOtherAck) ? lateHandshakes.otherAck : again
    signs.see({ ...about(row, int(row, synNo)), kind: 'handshake-late', detail, ms: took })
  }

  /** The same one at two devices follows sooner; Linux sends it again after 1 s. */
  function sentAgain(packet: Packet, row: number): void {
    counts.synRetransmissions++
    if (packet.time - float(row, synAt) >= synAckAgainMs) mark(row, synAckAgain)
  }

  function opening(packet: Packet, row: number, isForth: boolean): void {
    if ((packet.flags & ack) === 0) {
      counts.syns++
      setInt(row, synCount, int(row, synCount) + 1)
      if (has(row, sawSyn)) {
        counts.synRetransmissions++
        return
      }
      mark(row, sawSyn)
      setInt(row, synNo, packet.number)
      setFloat(row, synAt, packet.time)
    } else {
      counts.synAcks++
      if (has(row, sawSynAck)) sentAgain(packet, row)
      else if (!isForth) {
        mark(row, sawSynAck)
        if (has(row, sawSyn)) answered(packet, row)
      }
    }
    const side = sideOf(isForth)
    setInt(row, side + nextSeq, (packet.seq + 1) | 0)
    setInt(row, side + sideState, int(row, side + sideState) | hasSeq)
  }

  function reset(packet: Packet, row: number, { isForth, usualTtl }: ResetBy): void {
    counts.resetPackets++
    if (has(row, isReset | isRefused)) return
    // It says that it has no such connection, and sends its SYN again.
    if (isForth && has(row, sawOtherAck) && !has(row, sawSynAck)) return
    if (!isForth && has(row, sawSyn) && !has(row, sawSynAck)) {
      mark(row, isRefused)
      signs.see({ ...about(row, packet.number), kind: 'connect-refused', detail: 'RST' })
      return
    }
    mark(row, isReset)
    // After a FIN of either side a reset only saves the rest of the goodbye. Not so where the client had asked, said
    // that this was all, and got no byte.
    const isRefusal = !isForth && has(row, isAsked) && !has(row, isSaid | isFinishedByServer)
    const isCrossed = !isForth && has(row, isAskedLate)
    if (has(row, isFinished) && !isRefusal && !isCrossed) return
    if (isForth && isContent(packet, row)) return
    counts.resets++
    const side = isForth ? 'client' : 'server'
    // Whatever comes from one machine by one way has crossed as many routers.
    const isOwn = usualTtl === 0 || packet.ttl === usualTtl
    const who = isOwn ? `by the ${side}` : `in the ${side}'s name, with TTL ${packet.ttl} in place of ${usualTtl},`
    const detail = `${who} ${whenOf(row)}`
    signs.see({ ...about(row, packet.number), kind: 'reset', detail })
  }

  /** A probe that only opens; and who has got all of an answer, and ends so in place of a FIN. */
  function isContent({ time }: Packet, row: number): boolean {
    if (!has(row, sawSyn)) return false
    if (!has(row, isAsked)) return has(row, isSaid) || time - float(row, synAt) < lateMs
    const side = sideOf(false)
    const hasAll = after(int(row, side + ackedTo), int(row, side + nextSeq)) >= 0
    return has(row, isSaid) && !has(row, isWaiting) && hasAll
  }

  function whenOf(row: number): string {
    if (has(row, isAskedLate)) return 'for a request that crossed its goodbye'
    const before = has(row, isSaid) ? 'before an answer to the last request' : 'before any answer'
    if (!has(row, isWaiting)) return has(row, isSaid) ? 'after an answer, or a part of one' : 'before any answer'
    return has(row, wasIdle) ? `${before}, on a connection that had been idle` : before
  }

  /** Whoever sends its yes again was not heard, or the ACK was not: for the server there is no connection. */
  function untaken(row: number): void {
    counts.unanswered++
    signs.see({ ...about(row, int(row, synNo)), kind: 'connect-unanswered', detail: 'SYN-ACK sent again' })
  }

  function judge(row: number, until: number): void {
    if (int(row, rejectedNo) !== 0 && !has(row, sawSynAck)) counts.rejected++
    if (!has(row, sawSyn) || has(row, isOpen)) return
    if (has(row, sawSynAck)) {
      if (has(row, synAckAgain) && !has(row, isReset)) untaken(row)
      return
    }
    if (has(row, isRefused)) {
      counts.refused++
      return
    }
    if (int(row, rejectedNo) !== 0 || has(row, isReset)) return
    // Who sends it again says that no answer came; else only time does.
    if (int(row, synCount) < 2 && clock.waited(float(row, synAt), until) < longEnoughMs) {
      counts.unfinished++
      if (until - float(row, synAt) >= longEnoughMs) clock.untimed()
      return
    }
    counts.unanswered++
    const again = int(row, synCount) > 1 ? 'SYN sent again' : 'SYN sent once'
    const detail = has(row, sawOtherAck) ? 'answered by an ACK of another connection' : again
    signs.see({ ...about(row, int(row, synNo)), kind: 'connect-unanswered', detail })
  }

  return { opening, reset, judge, times }
}
