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

test('values that are written alike are one object, and others are not', () => {
  const intern = createIntern()
  const one = intern.same([{ name: 'app', ready: true }])
  expect(intern.same([{ name: 'app', ready: true }])).toBe(one)
  expect(intern.same([{ name: 'app', ready: false }])).not.toBe(one)
})

test('what never repeats is not kept for ever', () => {
  const intern = createIntern()
  for (let nth = 0; nth < 30_000; nth++) intern.same([nth])
  const late = intern.same(['late'])
  expect(intern.same(['late'])).not.toBe(late)
})

test('texts of one number are told apart, and are as they were written', () => {
  const intern = createIntern()
  const all = Array.from({ length: 5000 }, (_, nth) => intern.same({ host: `h${nth}.example`, is: 'x'.repeat(2000) }))
  expect(all.map((it) => it.host)).toEqual(all.map((_, nth) => `h${nth}.example`))
})
