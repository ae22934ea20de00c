import { expect, test } from 'vitest'
import { createIntern } from './intern.ts'

test('equal labels are one object, whatever the order of their keys', () => {
  const intern = createIntern()
  const one = intern.labels({ app: 'cart', tier: 'web' })
  expect(intern.labels({ tier: 'web', app: 'cart' })).toBe(one)
  expect(Object.keys(one)).toEqual(['app', 'tier'])
  expect(intern.labels({ app: 'cart' })).not.toBe(one)
})

test('keys that objects have by nature are labels like any other', () => {
  expect(createIntern().labels({ constructor: 'acme', toString: 'x' })).toEqual({ constructor: 'acme', toString: 'x' })
})
