import { describe, expect, test } from 'vitest'
import { fromOutside } from './outside.ts'
import { mask } from './secrets.ts'
import { sha512 } from './sha512.ts'

describe('the hash of the configuration that runs', () => {
  test('is kept: DNS114 compares it', () => {
    const log = { pod: 'coredns-1', config: sha512('.:53 {}') }
    expect(fromOutside(log)).toEqual(log)
  })

  test.each([
    ['too short', sha512('a').slice(1)],
    ['in capitals', sha512('a').toUpperCase()],
  ])('is no hash: %s', (_, config) => expect(fromOutside({ config })).toEqual({ config: mask }))

  test('under another name it may be a key', () => {
    expect(fromOutside({ said: sha512('a') })).toEqual({ said: mask })
  })
})
