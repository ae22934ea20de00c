import { expect, test } from 'vitest'
import { nearMiss } from './near-miss.ts'

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
