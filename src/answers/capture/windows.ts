import type { Packet } from '../../wire/pcap/packet.ts'
import { isZero, lastAt, sideState, zeroLongest, zeroNo, zeroSince } from './connection-columns.ts'
import type { ConnectionCounts } from './connection-counts.ts'
import { type ConnectionTable, floatsOf, sideOf } from './connection-table.ts'
import type { Signs } from './signs.ts'

/** A window that opens again at once is how TCP works. */
const standsMs = 200

/** How long a side took nothing more: its program does not read. */
export interface Windows {
  readonly window: (packet: Packet, row: number, isForth: boolean) => void
  readonly judge: (row: number, isForth: boolean) => void
}

export function createWindows(table: ConnectionTable, counts: ConnectionCounts, signs: Signs): Windows {
  const { int, setInt, float, setFloat, about } = table

  function stood(row: number, isForth: boolean, until: number): void {
    const its = floatsOf(isForth)
    const since = until - float(row, its + zeroSince)
    if (since > float(row, its + zeroLongest)) setFloat(row, its + zeroLongest, since)
  }

  return {
    window(packet, row, isForth) {
      const side = sideOf(isForth)
      const flags = int(row, side + sideState)
      if (packet.window === 0) {
        counts.zeroWindows++
        if ((flags & isZero) !== 0) return
        setInt(row, side + sideState, flags | isZero)
        setFloat(row, floatsOf(isForth) + zeroSince, packet.time)
        if (int(row, side + zeroNo) === 0) setInt(row, side + zeroNo, packet.number)
      } else if ((flags & isZero) !== 0) {
        setInt(row, side + sideState, flags & ~isZero)
        stood(row, isForth, packet.time)
      }
    },
    judge(row, isForth) {
      const side = sideOf(isForth)
      if ((int(row, side + sideState) & isZero) !== 0) stood(row, isForth, float(row, lastAt))
      const longest = float(row, floatsOf(isForth) + zeroLongest)
      if (longest < standsMs) return
      const detail = `the ${isForth ? 'client' : 'server'} does not read`
      signs.see({ ...about(row, int(row, side + zeroNo)), kind: 'zero-window', detail, ms: longest })
    },
  }
}
