/** Beyond this many addresses a capture is of the internet, or an attack on whoever reads it. */
const most = 1 << 18
/** A chain of collisions that somebody made is not followed. */
const longestProbe = 64

/** Addresses as small numbers: what is hashed, compared and counted a million times is one integer. */
export interface Addresses {
  /** -1 where there are too many. */
  readonly idOf: (words: Int32Array, at: number) => number
  readonly textOf: (id: number) => string
}

export function createAddresses(): Addresses {
  let capacity = 1 << 12
  let slots = new Int32Array(capacity).fill(-1)
  let words = new Int32Array(capacity * 2)
  let count = 0

  function hash(a: number, b: number, c: number, d: number): number {
    let mixed = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ c
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4eb2f) ^ d
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x165667b1)
    return mixed ^ (mixed >>> 15)
  }

  function grow(): void {
    capacity *= 2
    slots = new Int32Array(capacity).fill(-1)
    const larger = new Int32Array(capacity * 2)
    larger.set(words)
    words = larger
    for (let id = 0; id < count; id++) {
      const at = id * 4
      let slot = hash(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0) & (capacity - 1)
      while (slots[slot] !== -1) slot = (slot + 1) & (capacity - 1)
      slots[slot] = id
    }
  }

  return {
    idOf(from, at) {
      const a = from[at] ?? 0
      const b = from[at + 1] ?? 0
      const c = from[at + 2] ?? 0
      const d = from[at + 3] ?? 0
      let slot = hash(a, b, c, d) & (capacity - 1)
      for (let probes = 0; probes < longestProbe; probes++) {
        const id = slots[slot] ?? -1
        if (id === -1) {
          if (count >= most) return -1
          const its = count * 4
          words[its] = a
          words[its + 1] = b
          words[its + 2] = c
          words[its + 3] = d
          slots[slot] = count
          count++
          if (count * 2 > capacity) grow()
          return count - 1
        }
        const its = id * 4
        if (words[its + 3] === d && words[its + 2] === c && words[its + 1] === b && words[its] === a) return id
        slot = (slot + 1) & (capacity - 1)
      }
      return -1
    },
    textOf(id) {
      const at = id * 4
      return id < 0 || id >= count ? 'unknown' : addressText([0, 1, 2, 3].map((it) => (words[at + it] ?? 0) >>> 0))
    },
  }
}

/** IPv6 as RFC 5952 writes it: the longest run of zeros is `::`. */
function addressText(words: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = words
  if (a === 0 && b === 0 && c === 0xffff) return [d >>> 24, (d >>> 16) & 255, (d >>> 8) & 255, d & 255].join('.')
  const groups = words.flatMap((it) => [(it >>> 16).toString(16), (it & 0xffff).toString(16)])
  let best = { at: 0, length: 0 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (groups[at + length] === '0') length++
    if (length > best.length) best = { at, length }
  }
  if (best.length < 2) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}
