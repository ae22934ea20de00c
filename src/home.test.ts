import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { home } from './home.ts'

test('a home is a place, wherever one stands', () => {
  expect(home('/home/ann')).toBe('/home/ann')
  for (const odd of ['', '.', '..', 'home', '~', './a']) expect(home(odd)).toBe(userInfo().homedir)
})
