import { expect, test } from 'vitest'
import { nearNames, nearValues } from './near-value.ts'

/** Enough names that not all are compared, on both sides of what is looked for. */
const crowd = (...own: readonly string[]): readonly string[] => [
  ...own,
  ...['a', 'q', 'z'].flatMap((letter) => Array.from({ length: 30 }, (_, at) => `${letter}${at}${letter.repeat(9)}`)),
]

test('of few names each is compared, once', () => {
  expect(nearValues(['cart', 'web', 'cart'])('carts')).toEqual([
    { value: 'cart', distance: 1 },
    { value: 'web', distance: 5 },
  ])
  expect(nearNames(Array.from({ length: 64 }, (_, at) => `n${at}`))('x')).toHaveLength(64)
  expect(nearNames(Array.from({ length: 65 }, (_, at) => `n${at}`))('x').length).toBeLessThan(64)
})

test.each<[string, string, string, number]>([
  ['a letter more', 'payments', 'paymentss', 1],
  ['a letter less', 'payments', 'paymnts', 1],
  ['another letter', 'payments', 'paymemts', 1],
  ['capitals', 'payments', 'Payments', 0],
  ['the same beginning', 'payments-gateway', 'payments-entrance', 7],
  ['the same end', 'payments-gateway', 'x-gateway', 8],
])('of many those that are near are found: %s', (_what, name, wanted, most) => {
  const found = nearValues(crowd(name))(wanted).find((it) => it.value === name)
  expect(found?.distance).toBeLessThanOrEqual(most)
})

test('where one is a letter off, no other is compared', () =>
  expect(nearNames(crowd('payments', 'payment'))('paymentz').toSorted()).toEqual(['payment', 'payments']))
test('of many no more than some are compared', () => expect(nearNames(crowd())('m').length).toBeLessThanOrEqual(48))
test('of none there is none', () => expect(nearNames([])('web')).toEqual([]))
