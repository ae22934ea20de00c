import { expect, test } from 'vitest'
import { toldTwice } from './told-twice.ts'

const web = (resourceVersion: string, name = 'web') => ({
  kind: 'Service',
  metadata: { namespace: 'shop', name, resourceVersion },
})

test('an object in two states, and one that is written twice', () => {
  expect(toldTwice([web('1'), web('2')])).toBe('Service shop/web stands in it in two states')
  expect(toldTwice([web('1'), web('1'), web('2', 'cart')])).toBeNull()
  expect(toldTwice([])).toBeNull()
})

test('more than anybody reads', () => {
  const all = ['a', 'b', 'c', 'd'].flatMap((it) => [web('1', it), web('2', it)])
  expect(toldTwice(all)).toBe('Service shop/a, Service shop/b, Service shop/c and 1 more stand in it in two states')
})
