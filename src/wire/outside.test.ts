import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromOutside } from './outside.ts'
import { mask } from './secrets.ts'
import { sha512 } from './sha512.ts'

describe('what bears the name of a name', () => {
  test.each([
    ['a header', 'Authorization: Bearer abcdef', `Authorization:_Bearer_${mask}`],
    ['an assignment', 'password=hunter2', `password=${mask}`],
    ['a key', `ghp_${'aB3'.repeat(12)}`, mask],
  ])('is no name for that: %s', (_, name, kept) => expect(fromOutside({ name })).toEqual({ name: kept }))

  test.each(['web-7d9f8c6b5-x2x4z', 'token-issuer', 'team/token:v2', '3b18e512dba79e4c8300dd08aeb37f8e728b8dad'])(
    '%s stays',
    (image) => expect(fromOutside({ image })).toEqual({ image }),
  )
})

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

test('of what commands are made of, nothing is heeded by a shell', () => {
  const bad = fc.string({ unit: fc.constantFrom(...'a-.;&|<>(){}[]`$\\\'"!*?#~ \t'), minLength: 1, maxLength: 20 })
  const fields = ['namespace', 'name', 'pod', 'node', 'service', 'container', 'controllerPod', 'className', 'volume']
  fc.assert(
    fc.property(bad, bad, (one, other) => {
      const world = { it: Object.fromEntries(fields.map((it) => [it, one])), labels: { [one]: other } }
      const after = fromOutside(world)
      const words = [...Object.values(after.it), ...Object.entries(after.labels).flat()]
      for (const word of words) expect(word).toMatch(/^(?!-)[a-zA-Z0-9._-]*$/)
    }),
  )
})
