import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { apiServerName, asDnsName, asIpAddress } from './dns-name.ts'

it.each([
  ['cart', true],
  ['cart.shop.svc.cluster.local', true],
  ['_dns._udp.kube-dns.kube-system.svc.corp.example.', true],
  ['10.in-addr.arpa', true],
  ['', false],
  ['.', false],
  ['a..b', false],
  ['-e', false],
  ["cluster.local'; touch x; : '", false],
  ['$(touch x)', false],
  ['a`b`', false],
  ['a\nb', false],
  ['a.b\n', false],
  ['{', false],
  [`${'a'.repeat(64)}.b`, false],
  [`${'a.'.repeat(130)}b`, false],
])('%j as a DNS name', (text, is) => expect(asDnsName(text) !== null).toBe(is))

it.each([
  ['10.96.0.10', true],
  ['fd00::10', true],
  ['::1', true],
  ['None', false],
  ['', false],
  ['10.96.0.256', false],
  ['10.96.0.10;x', false],
  ['-z:', false],
  ['fe80::1%eth0', false],
])('%j as an address', (text, is) => expect(asIpAddress(text) !== null).toBe(is))

test('what passes holds nothing but letters, digits, -, _, . and :', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab01.-_:$`\'";|&<>(){}\n\r\t \\\u001b\u202e') }), (text) => {
      for (const passed of [asDnsName(text), asIpAddress(text), apiServerName(text)])
        if (passed !== null) expect(passed).toMatch(/^[a-z0-9_:][a-z0-9_.:-]*$/i)
    }),
    { numRuns: 2000 },
  )
})
