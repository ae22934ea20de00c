import { setTimeout as wait } from 'node:timers/promises'

/** The time by which a load goes: a test has one of its own, which no busy machine slows down. */
export interface Clock {
  /** Milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Returns what ends it. */
  readonly every: (ms: number, act: () => void) => () => void
}

export const machineClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => wait(ms),
  every(ms, act) {
    const timer = setInterval(act, ms)
    return () => clearInterval(timer)
  },
}
