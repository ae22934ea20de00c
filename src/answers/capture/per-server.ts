import { createKept, type Room } from './room.ts'

/** What a server's signs are out of, by its address and port. */
export interface ServerCounts {
  connections: number
  data: number
  firstBytes: number
  answers: number
}

export interface PerServer<Counts> {
  /** To count in. */
  readonly of: (id: number, port: number) => Counts
  readonly seen: (id: number, port: number) => Readonly<Counts>
}

/** Whoever scans a network has more, and needs no list of them. */
const most = 1 << 18

/**
 * Servers beyond what there is room for are counted as one: a share is then rather too small than too large, and
 * nothing is called fine.
 */
export function createPerServer<Counts>(room: Room, none: () => Counts): PerServer<Counts> {
  const all = createKept<number, Counts>(room, { most, each: 200 })
  const others = none()
  const keyOf = (id: number, port: number): number => id * 65_536 + port
  return {
    of(id, port) {
      const key = keyOf(id, port)
      const before = all.get(key)
      if (before !== undefined) return before
      const its = none()
      if (all.set(key, its)) return its
      room.miss()
      return others
    },
    seen: (id, port) => all.get(keyOf(id, port)) ?? others,
  }
}

export const noneOfServer = (): ServerCounts => ({ connections: 0, data: 0, firstBytes: 0, answers: 0 })
