/** Times on a logarithmic scale, eight steps to a doubling: 9 % fine, however many there are. */
export interface Latencies {
  readonly add: (ms: number) => void
  readonly count: () => number
  /** Milliseconds that `share` of the times do not exceed, as the upper end of a step; 0 for none. */
  readonly quantile: (share: number) => number
}

const steps = 8
const finestMs = 0.01

export function latencies(): Latencies {
  const buckets = new Uint32Array(256)
  let count = 0
  return {
    add(ms) {
      const step = ms <= finestMs ? 0 : Math.ceil(Math.log2(ms / finestMs) * steps)
      const bucket = Math.min(step, buckets.length - 1)
      buckets[bucket] = (buckets[bucket] as number) + 1
      count++
    },
    count: () => count,
    quantile(share) {
      if (count === 0) return 0
      const wanted = Math.max(1, Math.ceil(count * share))
      let seen = 0
      for (let step = 0; step < buckets.length; step++) {
        seen += buckets[step] as number
        if (seen >= wanted) return finestMs * 2 ** (step / steps)
      }
      return Infinity
    },
  }
}
