/**
 * How long something takes, by a clock that only goes forward: the one on the wall is set, by people and by NTP, while
 * a run goes on. test/meta/clocks.test.ts has who may look at the wall's.
 */
export interface Stopwatch {
  /** By the wall's clock, for people to find it again. */
  readonly started: Date
  /** Milliseconds since then. */
  readonly ms: () => number
}

export function stopwatch(): Stopwatch {
  const began = performance.now()
  return { started: new Date(), ms: () => Math.round(performance.now() - began) }
}
