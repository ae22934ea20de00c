import { dnsNameText } from '../../wire/dns-question.ts'
import type { Room } from './room.ts'

const most = 1 << 17
const mostBytes = 1 << 23

/**
 * Names as they were asked for, kept once each; the hash of a name is its identity, this is only what it reads
 * like.
 */
export interface Names {
  /** A number for the name, or -1 where no more are kept. */
  readonly idOf: (hash: number, bytes: Uint8Array, at: number, end: number) => number
  readonly textOf: (id: number) => string | null
  /** Whether one is the other's first labels with something else behind: steps along a search list. */
  readonly isStep: (one: number, other: number) => boolean
}

export function createNames(room: Room): Names {
  let slots = new Int32Array(0)
  let hashes = new Int32Array(0)
  let ends = new Int32Array(0)
  let pool = new Uint8Array(0)
  let used = 0
  let count = 0

  /** A number costs its hash, its end and two slots. */
  function grow(): boolean {
    const larger = Math.max(1 << 6, hashes.length * 2)
    if (!room.take((larger - hashes.length) * 16)) return false
    const longer = new Int32Array(larger)
    longer.set(hashes)
    hashes = longer
    const further = new Int32Array(larger)
    further.set(ends)
    ends = further
    slots = new Int32Array(larger * 2).fill(-1)
    for (let id = 0; id < count; id++) {
      let slot = (hashes[id] ?? 0) & (slots.length - 1)
      while (slots[slot] !== -1) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = id
    }
    return true
  }

  function hasRoomFor(bytes: number): boolean {
    if (used + bytes <= pool.length) return true
    const size = Math.max(1 << 10, pool.length * 2)
    if (!room.take(size - pool.length)) return false
    const larger = new Uint8Array(size)
    larger.set(pool)
    pool = larger
    return true
  }

  const startOf = (id: number): number => (id === 0 ? 0 : (ends[id - 1] ?? 0))

  return {
    idOf(hash, bytes, at, end) {
      if (count >= hashes.length && !grow()) return -1
      let slot = hash & (slots.length - 1)
      for (let probes = 0; probes < 64; probes++) {
        const id = slots[slot] ?? -1
        if (id >= 0) {
          if (hashes[id] === hash) return id
          slot = (slot + 1) & (slots.length - 1)
          continue
        }
        if (count >= most || used + end - at > mostBytes || !hasRoomFor(end - at)) return -1
        pool.set(bytes.subarray(at, end), used)
        used += end - at
        hashes[count] = hash
        ends[count] = used
        slots[slot] = count
        count++
        return count - 1
      }
      return -1
    },
    textOf: (id) => (id < 0 ? null : dnsNameText(pool.subarray(startOf(id), ends[id]))),
    isStep(one, other) {
      if (one < 0 || other < 0 || one === other) return false
      let a = startOf(one)
      let b = startOf(other)
      let same = 0
      for (;;) {
        const size = pool[a] ?? 0
        if (size !== pool[b]) break
        // One spelling of a name follows the other within one lookup: letters need not be folded.
        for (let it = 1; it <= size; it++) if (pool[a + it] !== pool[b + it]) return same > 0
        if (size === 0) return false
        same++
        a += size + 1
        b += size + 1
      }
      return same > 0
    },
  }
}
