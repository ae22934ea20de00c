import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closest, editDistance } from './closest.ts'

describe('closest', () => {
  it('offers what a typing slip meant, nearest first', () => {
    expect(closest('chekout', ['cart', 'checkout-db', 'checkout', 'web'])).toEqual(['checkout', 'checkout-db'])
    expect(closest('checkout', ['checkout-db', 'checkout-v2', 'web'])).toEqual(['checkout-db', 'checkout-v2'])
    expect(closest('PROD', ['prod-eu', 'staging', 'prod'])).toEqual(['prod', 'prod-eu'])
  })

  it('offers nothing when nothing is near', () => {
    expect(closest('prod', ['kind-lab', 'minikube'])).toEqual([])
    expect(closest('', ['a', 'bb'])).toEqual([])
  })

  it('returns at most max distinct candidates, and a name that is there comes first', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), fc.nat(5), (name, others, max) => {
        const found = closest(name, [...others, name.toLowerCase(), name.toLowerCase()], max)
        expect(found.length).toBeLessThanOrEqual(max)
        expect(new Set(found).size).toBe(found.length)
        if (max > 0) expect(found[0]?.toLowerCase()).toBe(name.toLowerCase())
      }),
    )
  })
})

describe('editDistance', () => {
  const word = fc.string({ maxLength: 12 })
  it('is a metric', () => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0)
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
      }),
    )
  })
})
