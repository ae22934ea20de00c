/**
 * What all points of all files may keep in mind together, in bytes: a file may have hundreds of interfaces, and each as
 * many connections as there are. hopscope itself takes 80 MiB, and garbage as much as what is kept.
 */
const most = 54 * 2 ** 20
/** What each has anyway, with what becomes of it at its end: its counters, its few first rows, its signs. */
const pointBytes = 104 * 1024

/** Of one point, or of what is kept until all files are read. */
export interface Room {
  /** Whether there is room for so many bytes more: then they are taken. */
  readonly take: (bytes: number) => boolean
  readonly give: (bytes: number) => void
  /** Everything that this one took. */
  readonly giveAll: () => void
  /** A packet, lookup or connection that nothing can be said of: no finding about it, and no "fine" either. */
  readonly miss: () => void
  readonly missed: () => number
}

export interface Rooms {
  readonly ofPoint: () => Room
  readonly ofAll: Room
}

export function createRooms(bytes = most): Rooms {
  let left = bytes
  const part = (own: number): Room => {
    left -= own
    let taken = 0
    let missed = 0
    const give = (some: number): void => {
      taken -= some
      left += some
    }
    return {
      take(some) {
        if (some > left) return false
        taken += some
        left -= some
        return true
      },
      give,
      giveAll: () => give(taken),
      miss() {
        missed++
      },
      missed: () => missed,
    }
  }
  return { ofPoint: () => part(pointBytes), ofAll: part(0) }
}

/** A map that has an end of its own, and none of its entries without room. */
export interface Kept<K, V> {
  readonly get: (key: K) => V | undefined
  /** False where it was not kept. */
  readonly set: (key: K, value: V) => boolean
  readonly delete: (key: K) => void
  readonly size: () => number
  readonly entries: () => Iterable<[K, V]>
}

export interface KeptShape {
  readonly most: number
  /** What an entry costs, with its key: about. */
  readonly each: number
}

export function createKept<K, V>(room: Room, shape: KeptShape): Kept<K, V> {
  const all = new Map<K, V>()
  return {
    get: (key) => all.get(key),
    set(key, value) {
      if (!all.has(key) && (all.size >= shape.most || !room.take(shape.each))) return false
      all.set(key, value)
      return true
    },
    delete(key) {
      if (all.delete(key)) room.give(shape.each)
    },
    size: () => all.size,
    entries: () => all,
  }
}
