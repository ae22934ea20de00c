import {
  client,
  floats,
  floatsOfSide,
  integers,
  integersOfSide,
  perSide,
  perSideFloats,
  ports,
  server,
  state,
} from './connection-columns.ts'
import { createRing, longestChain } from './ring.ts'
import type { Room } from './room.ts'

/** Beyond it the oldest connection is finished to make room. */
const mostConnections = 1 << 17

/** The connections of a capture: a row of numbers each, found by the two ends in either direction. */
export interface ConnectionTable {
  readonly find: (one: number, other: number, port: number, otherPort: number) => number
  readonly add: (ends: Ends) => number
  readonly int: (row: number, column: number) => number
  readonly setInt: (row: number, column: number, value: number) => void
  readonly float: (row: number, column: number) => number
  readonly setFloat: (row: number, column: number, value: number) => void
  /** Whether one of these flags of its state is set. */
  readonly has: (row: number, flags: number) => boolean
  readonly mark: (row: number, flag: number) => void
  readonly unmark: (row: number, flags: number) => void
  readonly portOf: (row: number) => number
  /** What a sign says of where it was seen. */
  readonly about: (row: number, packet: number) => Where
  readonly finishAll: () => void
}

interface Ends {
  readonly client: number
  readonly server: number
  readonly clientPort: number
  readonly serverPort: number
}

interface Where {
  readonly server: number
  readonly port: number
  readonly client: number
  readonly packet: number
}

/** Where the columns of a side begin: the client's where it is the one that sends. */
export const sideOf = (isClient: boolean): number => perSide + (isClient ? 0 : integersOfSide)
export const floatsOf = (isClient: boolean): number => perSideFloats + (isClient ? 0 : floatsOfSide)

/** The same for both directions. */
function hashOf(one: number, other: number, port: number, otherPort: number): number {
  const sum = Math.imul(one ^ 0x51ed270b, 0x85ebca6b) + Math.imul(other ^ 0x51ed270b, 0x85ebca6b)
  const mixed =
    Math.imul(sum ^ (sum >>> 15), 0xc2b2ae35) ^ Math.imul((port ^ otherPort) + (port + otherPort), 0x27d4eb2f)
  return mixed ^ (mixed >>> 13)
}

export function createConnectionTable(
  room: Room,
  finish: (row: number, why: 'early' | 'end') => void,
): ConnectionTable {
  const ring = createRing(room, { ints: integers, floats, most: mostConnections, finish })
  const { int, setInt, float, setFloat } = ring
  const portOf = (row: number): number => int(row, ports) & 0xffff

  return {
    find(one, other, port, otherPort) {
      let row = ring.first(hashOf(one, other, port, otherPort))
      const forth = (port << 16) | otherPort
      const back = (otherPort << 16) | port
      for (let length = 0; row >= 0 && length < longestChain; length++) {
        const at = ring.intsAt(row)
        const { ints } = ring
        if (ints[at + client] === one && ints[at + server] === other && ints[at + ports] === forth) return row
        if (ints[at + client] === other && ints[at + server] === one && ints[at + ports] === back) return row
        row = ring.before(row)
      }
      return -1
    },
    add(ends) {
      const row = ring.add(hashOf(ends.client, ends.server, ends.clientPort, ends.serverPort))
      setInt(row, client, ends.client)
      setInt(row, server, ends.server)
      setInt(row, ports, (ends.clientPort << 16) | ends.serverPort)
      return row
    },
    int,
    setInt,
    float,
    setFloat,
    has: (row, flags) => (int(row, state) & flags) !== 0,
    mark: (row, flag) => setInt(row, state, int(row, state) | flag),
    unmark: (row, flags) => setInt(row, state, int(row, state) & ~flags),
    portOf,
    about: (row, packet) => ({ server: int(row, server), port: portOf(row), client: int(row, client), packet }),
    finishAll: ring.finishAll,
  }
}
