/**
 * Upper ends of the buckets of a lookup's time, in seconds. The last four are the resolver's comb: what was lost is
 * asked for again after 2.5 s (musl, half of its 5 s) or 5 s (glibc), and once more at 10 s, so that a lookup whose
 * first packet was lost falls between 5 and 10, and hardly anything else does.
 */
export const comb: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

/** How many fell under each bound and above the one before; the last of them above all. */
export interface Histogram {
  readonly counts: readonly number[]
  readonly sum: number
}

export const emptyHistogram: Histogram = { counts: Array.from({ length: comb.length + 1 }, () => 0), sum: 0 }

/** With one more. A timer may end a little early, and 4.9996 s is a lookup that waited for its repeat all the same. */
export function counted({ counts, sum }: Histogram, seconds: number): Histogram {
  const at = comb.findIndex((bound) => isWithin(seconds, bound))
  return { counts: counts.with(at === -1 ? comb.length : at, (counts.at(at) ?? 0) + 1), sum: sum + seconds }
}

/** From one second on, bounds are waits of a resolver: what ends within 5 ms of one has waited for it. */
const earlySeconds = 0.005

function isWithin(seconds: number, bound: number): boolean {
  return bound > 1 ? seconds < bound - earlySeconds : seconds <= bound
}

/** How many took longer than `seconds`, which is one of the bounds. */
export function above({ counts }: Histogram, seconds: number): number {
  return counts.slice(comb.indexOf(seconds) + 1).reduce((sum, it) => sum + it, 0)
}

export function countOf({ counts }: Histogram): number {
  return counts.reduce((sum, it) => sum + it, 0)
}
