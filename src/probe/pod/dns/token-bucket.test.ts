import { describe, expect, it, vi } from 'vitest'
import { tokenBucket } from './token-bucket.ts'

const never = new AbortController().signal

describe('token bucket', () => {
  it('keeps the rate in every second, the first with its burst as well', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    try {
      const bucket = tokenBucket(100)
      let taken = 0
      const taking = (async () => {
        while (taken < 300 && (await bucket.take(2, never))) taken += 2
      })()
      await vi.advanceTimersByTimeAsync(1000)
      expect(taken).toBeGreaterThanOrEqual(94)
      expect(taken).toBeLessThanOrEqual(100)
      bucket.setRate(50)
      const before = taken
      await vi.advanceTimersByTimeAsync(1000)
      expect(taken - before).toBeLessThanOrEqual(56)
      await vi.advanceTimersByTimeAsync(10_000)
      await taking
    } finally {
      vi.useRealTimers()
    }
  })

  it('lets debts be paid by those who come later', async () => {
    let now = 0
    const bucket = tokenBucket(100, () => now)
    bucket.spend(110)
    const waiting = bucket.take(1, AbortSignal.timeout(30))
    now = 500
    expect(await waiting).toBe(false)
  })

  it('serves its waiters in order, and none after the end', async () => {
    const ending = new AbortController()
    const bucket = tokenBucket(1000)
    const order: number[] = []
    await Promise.all([1, 2, 3, 4].map(async (it) => (await bucket.take(50, never)) && order.push(it)))
    expect(order).toEqual([1, 2, 3, 4])
    ending.abort()
    expect(await bucket.take(1, ending.signal)).toBe(false)
  })
})
