import type { Spread } from '../../model/capture.ts'

/** A sixteenth of an octave a bucket: quantiles of any number of times in 4 kB, right to 4.5 %. */
const perOctave = 16
const buckets = 640

/** An answer later than this is a sign: a client that sends again does so after a second (Linux: the SYN). */
export const lateMs = 1000

export interface Times {
  readonly add: (ms: number) => void
  readonly spread: () => Spread | null
}

export function createTimes(): Times {
  // Hundreds of points have none.
  let counts = new Float64Array(0)
  let count = 0
  let max = 0
  const quantile = (share: number): number => {
    let left = Math.ceil(count * share)
    for (let bucket = 0; bucket < buckets; bucket++) {
      left -= counts[bucket] ?? 0
      // The middle of the bucket; nothing took longer than the longest.
      if (left <= 0) return Math.min(max, rounded((2 ** ((bucket + 0.5) / perOctave) - 1) / 1000))
    }
    return max
  }
  return {
    add(ms) {
      if (count === 0) counts = new Float64Array(buckets)
      const bucket = Math.min(buckets - 1, Math.max(0, Math.floor(Math.log2(ms * 1000 + 1) * perOctave)))
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count++
      if (ms > max) max = rounded(ms)
    },
    spread: () => (count === 0 ? null : { count, p50: quantile(0.5), p99: quantile(0.99), max }),
  }
}

function rounded(ms: number): number {
  return Number(ms.toPrecision(3))
}
