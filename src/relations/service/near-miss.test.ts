import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Labels, labelOf } from '../selector.ts'
import { closest, editDistance } from '../../closest.ts'
import { type Carrier, type NearMiss, nearMisses } from './near-miss.ts'

const nearMiss = (selector: Labels, its: readonly Carrier[]): NearMiss | null => nearMisses(its)(selector)
const carriers = (...labels: Record<string, string>[]) => labels.map((it) => ({ labels: it }))

test('a value that is nearly theirs', () => {
  expect(nearMiss({ app: 'check-out' }, carriers({ app: 'checkout' }, { app: 'checkout' }, { app: 'db' }))).toEqual({
    kind: 'value',
    key: 'app',
    wanted: 'check-out',
    theirs: 'checkout',
    carriers: 2,
  })
})
test('case alone', () => expect(nearMiss({ app: 'Cart' }, carriers({ app: 'cart' }))).toMatchObject({ theirs: 'cart' }))
test('one pair of several, whatever its value', () => {
  expect(nearMiss({ app: 'cart', version: 'v1' }, carriers({ app: 'cart', version: '2026-08' }))).toMatchObject({
    kind: 'value',
    key: 'version',
    theirs: '2026-08',
  })
})
test('one key of several that nobody has', () => {
  expect(nearMiss({ app: 'cart', track: 'stable' }, carriers({ app: 'cart' }))).toMatchObject({
    kind: 'absent',
    key: 'track',
  })
})
test('the same value under the other usual key', () => {
  expect(nearMiss({ app: 'cart' }, carriers({ 'app.kubernetes.io/name': 'cart' }))).toMatchObject({
    kind: 'key',
    theirs: 'app.kubernetes.io/name',
  })
})
test('a different application is not near', () =>
  expect(nearMiss({ app: 'cart' }, carriers({ app: 'warehouse' }, { job: 'x' }))).toBeNull())
test('two pairs off is not near', () =>
  expect(nearMiss({ app: 'cart', tier: 'web' }, carriers({ app: 'carts', tier: 'wep' }))).toBeNull())

test('among hundreds of names, a slip of one letter or of two swapped ones is found', () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ app: `service-${i}-api`, tier: 'web' }))
  for (const slip of ['servce-77-api', 'service-77-apj', 'sevrice-77-api', 'service-77-apii', 'Service-77-API']) {
    expect(nearMiss({ app: slip, tier: 'web' }, carriers(...many))).toMatchObject({
      kind: 'value',
      theirs: 'service-77-api',
      carriers: 1,
    })
    expect(nearMiss({ app: slip }, carriers(...many))).toMatchObject({ theirs: 'service-77-api' })
  }
  expect(nearMiss({ app: 'srevice-77-apii', tier: 'web' }, carriers(...many))).toMatchObject({
    kind: 'value',
    key: 'app',
  })
  expect(nearMiss({ app: 'warehouse' }, carriers(...many))).toBeNull()
})

/** What a near miss is, each carrier looked at by itself. */
function slowly(selector: Labels, its: readonly Carrier[]): readonly string[] {
  const pairs = Object.entries(selector)
  const names = ['app', 'name', 'k8s-app', 'app.kubernetes.io/name']
  const nameLike = (a: string, b: string): boolean =>
    (names.includes(a) && names.includes(b)) || closest(b, [a]).length > 0
  const counts = new Map<string, { distance: number; carriers: number }>()
  for (const { labels } of its) {
    const missing = pairs.filter(([key, value]) => labelOf(labels, key) !== value)
    const [only] = missing
    if (missing.length !== 1 || only === undefined) continue
    const [key, wanted] = only
    const theirs = labelOf(labels, key)
    const other = Object.keys(labels)
      .toSorted()
      .find((it) => labels[it] === wanted && nameLike(it, key))
    const said = saying()
    if (said === null) continue
    const [at, distance] = said
    counts.set(at, { distance, carriers: (counts.get(at)?.carriers ?? 0) + 1 })

    function saying(): readonly [string, number] | null {
      if (theirs !== undefined && (pairs.length > 1 || closest(wanted, [theirs]).length > 0))
        return [`value ${key} ${theirs}`, editDistance(wanted.toLowerCase(), theirs.toLowerCase())]
      if (other !== undefined) return [`key ${key} ${other}`, 1]
      return theirs === undefined && pairs.length > 1 ? [`absent ${key} null`, wanted.length] : null
    }
  }
  const sorted = [...counts].toSorted(([, a], [, b]) => a.distance - b.distance || b.carriers - a.carriers)
  const [best] = sorted
  if (best === undefined) return []
  return sorted
    .filter(([, it]) => it.distance === best[1].distance && it.carriers === best[1].carriers)
    .map(([at, it]) => `${at} ${it.carriers}`)
}

test('put together by value, it is what each carrier says by itself', () => {
  const key = fc.constantFrom('app', 'name', 'tier', 'tear', 'constructor')
  const value = fc.constantFrom('cart', 'Cart', 'carts', 'db', 'web', 'wep', 'checkout')
  const labels = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })
  fc.assert(
    fc.property(
      fc.dictionary(key, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      fc.array(labels, { maxLength: 8 }),
      (selector, its) => {
        const found = nearMiss(selector, carriers(...its))
        const want = slowly(selector, carriers(...its))
        if (found === null) expect(want).toEqual([])
        else expect(want).toContain(`${found.kind} ${found.key} ${found.theirs} ${found.carriers}`)
      },
    ),
    { numRuns: 2000 },
  )
})
