import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { familyOf, isIpv6 } from './ip-family.ts'

describe('the family of an address', () => {
  it.each([
    ['10.96.0.10', 'IPv4'],
    ['169.254.20.10', 'IPv4'],
    ['::1', 'IPv6'],
    ['fd00:10:96::a', 'IPv6'],
    ['::ffff:10.0.0.1', 'IPv6'],
    ['fe80::1%eth0', 'IPv6'],
  ])('%s is %s', (ip, family) => expect(familyOf(ip)).toBe(family))

  it('is right for every address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), (v4, v6) => {
        expect([isIpv6(v4), isIpv6(v6)]).toEqual([false, true])
        expect([familyOf(v4), familyOf(v6)]).toEqual(['IPv4', 'IPv6'])
      }),
    )
  })
})
