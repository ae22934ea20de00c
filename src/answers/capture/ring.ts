import type { Room } from './room.ts'

/**
 * Rows of numbers in the order in which they began, found by their hash. There are at most `most`: then the oldest is
 * finished to make room, so that memory does not grow with the file. Rows have numbers that only rise; a chain of one
 * hash is as long as the row that it leads to is alive, and never followed further than `longestChain`.
 */
export interface Ring {
  /** Where a row's integers and floats begin in `ints` and `floats`. */
  intsAt: (row: number) => number
  floatsAt: (row: number) => number
  ints: Int32Array
  floats: Float64Array
  readonly int: (row: number, column: number) => number
  readonly setInt: (row: number, column: number, value: number) => void
  readonly float: (row: number, column: number) => number
  readonly setFloat: (row: number, column: number, value: number) => void
  /** Rows from `oldest` to `next - 1` are alive. */
  oldest: number
  next: number
  /** The newest row of this hash, or -1; then the one before it. */
  first: (hash: number) => number
  before: (row: number) => number
  add: (hash: number) => number
  finishAll: () => void
}

export const longestChain = 32
/** Of a file with hundreds of interfaces, each has two rings; these few rows need no room. */
const fewest = 1 << 6

export interface RingShape {
  readonly ints: number
  readonly floats: number
  /** A power of two. */
  readonly most: number
  /** What becomes of a row; `early` where room was needed. */
  readonly finish: (row: number, why: 'early' | 'end') => void
}

export function createRing(room: Room, { ints, floats, most, finish }: RingShape): Ring {
  /** With its two heads, its link and its hash. */
  const rowBytes = ints * 4 + floats * 8 + 28
  let capacity = fewest
  let mask = capacity - 1
  // Many a point has no DNS, or no TCP.
  let isMade = false
  let heads = new Float64Array(0)
  let chain = new Float64Array(0)
  let hashes = new Int32Array(0)

  function make(): void {
    heads = new Float64Array(capacity * 2).fill(-1)
    chain = new Float64Array(capacity).fill(-1)
    hashes = new Int32Array(capacity)
    ring.ints = new Int32Array(capacity * ints)
    ring.floats = new Float64Array(capacity * floats)
  }

  function grow(): void {
    const old = { mask, ints: ring.ints, floats: ring.floats, hashes }
    capacity *= 2
    mask = capacity - 1
    make()
    for (let row = ring.oldest; row < ring.next; row++) {
      const from = row & old.mask
      const to = row & mask
      for (let it = 0; it < ints; it++) ring.ints[to * ints + it] = old.ints[from * ints + it] ?? 0
      for (let it = 0; it < floats; it++) ring.floats[to * floats + it] = old.floats[from * floats + it] ?? 0
      link(row, old.hashes[from] ?? 0)
    }
  }

  function link(row: number, hash: number): void {
    const slot = row & mask
    const head = hash & (capacity * 2 - 1)
    hashes[slot] = hash
    chain[slot] = heads[head] ?? -1
    heads[head] = row
  }

  const alive = (row: number): number => (row >= ring.oldest ? row : -1)

  const ring: Ring = {
    ints: new Int32Array(0),
    floats: new Float64Array(0),
    oldest: 0,
    next: 0,
    intsAt: (row) => (row & mask) * ints,
    floatsAt: (row) => (row & mask) * floats,
    int: (row, column) => ring.ints[(row & mask) * ints + column] ?? 0,
    setInt(row, column, value) {
      ring.ints[(row & mask) * ints + column] = value
    },
    float: (row, column) => ring.floats[(row & mask) * floats + column] ?? 0,
    setFloat(row, column, value) {
      ring.floats[(row & mask) * floats + column] = value
    },
    first: (hash) => alive(heads[hash & (capacity * 2 - 1)] ?? -1),
    before: (row) => alive(chain[row & mask] ?? -1),
    add(hash) {
      if (!isMade) {
        isMade = true
        make()
      }
      if (ring.next - ring.oldest >= capacity) {
        if (capacity < most && room.take(capacity * rowBytes)) grow()
        else {
          finish(ring.oldest, 'early')
          ring.oldest++
        }
      }
      const row = ring.next
      ring.next++
      const slot = row & mask
      ring.ints.fill(0, slot * ints, slot * ints + ints)
      ring.floats.fill(0, slot * floats, slot * floats + floats)
      link(row, hash)
      return row
    },
    finishAll() {
      for (; ring.oldest < ring.next; ring.oldest++) finish(ring.oldest, 'end')
    },
  }
  return ring
}
