/** Eight steps for each doubling: what is told of them is off by 5 % at most. */
const perDoubling = 8
/** From a tenth of a millisecond to a day. */
const least = 0.1
const steps = Math.ceil(Math.log2(86_400_000 / least) * perDoubling)

/** How long things took, without keeping each: memory does not grow with the lines. */
export interface Durations {
  readonly add: (ms: number | null) => void
  readonly count: () => number
  /** null: none was told. */
  readonly quantile: (share: number) => number | null
}

export function durations(): Durations {
  let counts: Uint32Array | null = null
  let [all, largest] = [0, 0]
  return {
    add(ms) {
      if (ms === null) return
      counts ??= new Uint32Array(steps + 1)
      const at = ms <= least ? 0 : Math.min(steps, Math.ceil(Math.log2(ms / least) * perDoubling))
      counts[at] = (counts[at] ?? 0) + 1
      all++
      if (ms > largest) largest = ms
    },
    count: () => all,
    quantile(share) {
      if (counts === null) return null
      let left = Math.max(1, Math.ceil(all * share))
      for (const [at, count] of counts.entries()) {
        left -= count
        if (left <= 0) return at === 0 ? 0 : Math.min(largest, least * 2 ** ((at - 0.5) / perDoubling))
      }
      return largest
    },
  }
}
