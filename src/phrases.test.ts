import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, full, hearsayOfLast, ms, percent, readable, some } from './phrases.ts'

test.each([
  [count(1, 'pod'), '1 pod'],
  [count(0, 'pod'), '0 pods'],
  [count(2, 'query', 'queries'), '2 queries'],
  [some(['a', 'b', 'c']), 'a, b, c'],
  [some(['a', 'b', 'c', 'd']), 'a, b, c and 1 more'],
  [some([]), ''],
  [full({ namespace: 'shop', name: 'cart' }), 'shop/cart'],
  [full({ namespace: null, name: 'worker-1' }), 'worker-1'],
  [ms(0), '0.00 ms'],
  [ms(0.417), '0.42 ms'],
  [ms(0.996), '1.0 ms'],
  [ms(4.17), '4.2 ms'],
  [ms(9.96), '10 ms'],
  [ms(417), '417 ms'],
  [ms(1299), '1.30 s'],
  [percent(0), '0 %'],
  [percent(0.004), '0.4 %'],
  [percent(0.0996), '10 %'],
  [percent(1), '100 %'],
])('%s', (said, expected) => expect(said).toBe(expected))

test.each([
  ['a'.repeat(256), 'a'.repeat(256)],
  ['a'.repeat(257), `${'a'.repeat(120)}… (257 characters)`],
  [
    `routes shop.example.com/${'b'.repeat(300)} to cart.`,
    `routes shop.example.com/${'b'.repeat(103)}… (317 characters) to cart.`,
  ],
  [`says “${'c'.repeat(300)}”.`, `says “${'c'.repeat(119)}… (301 characters)”.`],
])('a word longer than any name is cut in a sentence: %s', (sentence, expected) => {
  expect(readable(sentence)).toBe(expected)
})

const sandbox =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "4f5e": ' +
  'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container'

test.each([
  [
    sandbox,
    'an Event says “… plugin type="aws-cni" name="aws-cni" failed (add): ' +
      'add cmd: failed to assign an IP address to container”',
  ],
  ['MountVolume.SetUp failed: no', 'an Event says “MountVolume.SetUp failed: no”'],
  ['a'.repeat(200), `an Event says “${'a'.repeat(48)}… ${'a'.repeat(110)}”`],
  [
    `Failed to create pod sandbox: failed to construct FQDN, FQDN ${'x'.repeat(150)} is too long (64 is the max)`,
    `an Event says “Failed to create pod sandbox: failed to… ${'x'.repeat(82)} is too long (64 is the max)”`,
  ],
  [
    `Failed: plugin type="multus" failed (add): Multus: [shop/edge]: ${'a'.repeat(120)}: cannot find macvlan-lan`,
    `an Event says “… [shop/edge]: ${'a'.repeat(120)}: cannot find macvlan-lan”`,
  ],
])('of an error in others the last words are told: %s', (said, expected) => {
  expect(hearsayOfLast(said)).toBe(expected)
})

test('a longer time is never written as a shorter one', () => {
  const value = (text: string): number => Number.parseFloat(text) * (text.endsWith(' s') ? 1000 : 1)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), (a, b) => {
      const [short, long] = a < b ? [a, b] : [b, a]
      expect(value(ms(short))).toBeLessThanOrEqual(value(ms(long)))
    }),
  )
})

test('one lost of a thousand is not none', () => {
  const anyCount = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(anyCount, anyCount, (bad, well) => {
      expect(percent(bad, bad + well)).not.toBe('0 %')
    }),
  )
})
test('nothing of nothing is no share', () => expect(percent(0, 0)).toBe('none'))
