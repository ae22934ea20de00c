/** A rate cap. Waiters are served in the order in which they came, so that many series share it evenly. */
export interface TokenBucket {
  /** Waits until `n` tokens are there, and takes them; false when `signal` ended the wait. */
  readonly take: (n: number, signal: AbortSignal) => Promise<boolean>
  /** Takes at once, into debt if need be: a repeat cannot wait, so later lookups do. */
  readonly spend: (n: number) => void
  readonly setRate: (perSecond: number) => void
  readonly rate: () => number
}

/**
 * Starts full, and holds a tenth of a second's worth: a burst stays small even after a pause. What the burst may add is
 * taken off the flow, so that no second, wherever it begins, sees more than the rate.
 */
export function tokenBucket(perSecond: number, now: () => number = () => performance.now()): TokenBucket {
  let rate = perSecond
  let tokens = burst()
  let at = now()
  let turn: Promise<unknown> = Promise.resolve()

  function burst(): number {
    return Math.max(4, rate / 10)
  }
  /** A rate of a few a second has no room for that: there the burst stays on top. */
  function flow(): number {
    return Math.max(rate - burst(), rate / 2)
  }
  function refill(): void {
    const time = now()
    tokens = Math.min(burst(), tokens + ((time - at) / 1000) * flow())
    at = time
  }
  async function wait(n: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false
      refill()
      const want = Math.min(n, burst())
      if (tokens >= want) {
        tokens -= n
        return true
      }
      await pause(Math.min(250, Math.max(1, ((want - tokens) / flow()) * 1000)))
    }
  }
  return {
    take(n, signal) {
      const mine = turn.then(() => wait(n, signal))
      turn = mine
      return mine
    },
    spend(n) {
      refill()
      tokens -= n
    },
    setRate(next) {
      refill()
      rate = next
    },
    rate: () => rate,
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
