import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { byBlock, contains, isExcepted, isFirstOf } from './cidr-index.ts'

/** As the library has it, with its own objects; `::ffff:10.0.0.1` is an address of IPv4. */
function asLibrary(cidr: string, ip: string): boolean {
  const [address, [range, bits]] = [ipaddr.process(ip), ipaddr.parseCIDR(cidr)]
  return address.kind() === range.kind() && address.match(range, bits)
}

const v4 = fc.ipV4()
const v6 = fc.ipV6()
const near = (ip: string): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 32 }).map((bits) => (ip.includes(':') ? `${ip}/${4 * bits}` : `${ip}/${bits}`))

test('an address is in a block as the library says, of any kind and length', () => {
  const pairs = fc.oneof(v4, v6).chain((ip) => fc.tuple(near(ip), fc.oneof(fc.constant(ip), v4, v6)))
  fc.assert(
    fc.property(pairs, ([cidr, ip]) => {
      expect(contains(cidr, ip)).toBe(asLibrary(cidr, ip))
      expect(byBlock([cidr], (it) => it)(ip).length === 1).toBe(asLibrary(cidr, ip))
    }),
    { numRuns: 3000 },
  )
})

test('an address is read as the library reads it, however it is written', () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom('', '00', '01', '010', '0x0a', '256', '1e1', ' 1', '-0', '4294967295', '\uff11'),
  )
  const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((it) => it.join('.'))
  fc.assert(
    fc.property(text, near('10.0.0.1'), (ip, cidr) => {
      expect(contains(cidr, ip)).toBe(ipaddr.isValid(ip) && asLibrary(cidr, ip))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['255.255.255.255/32', '255.255.255.255', true],
  ['128.0.0.0/1', '200.1.2.3', true],
  ['128.0.0.0/1', '127.255.255.255', false],
  ['0.0.0.0/0', '255.0.0.1', true],
  ['0.0.0.0/0', '::1', false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['10.0.0.0/8', 'nothing', false],
  ['nothing', '10.0.0.1', false],
])('%s has %s: %s', (cidr, ip, is) => expect(contains(cidr, ip)).toBe(is))

test('the first of a range, and what an exception takes out of it', () => {
  expect(isFirstOf('200.1.2.0/24', '200.1.2.1')).toBe(true)
  expect(isFirstOf('200.1.2.0/24', '200.1.2.2')).toBe(false)
  expect(isFirstOf('fd00::/64', 'fd00::1')).toBe(true)
  expect(isExcepted({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }, '10.1.2.3')).toBe(true)
  expect(isExcepted({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }, '10.2.2.3')).toBe(false)
})
