import { describe, expect, test } from 'vitest'
import { parseQuestion } from './question.ts'

describe('what is looked up', () => {
  test.each([
    ['cart', null, 'cart', ['A', 'AAAA']],
    ['cart.shop', null, 'cart.shop', ['A', 'AAAA']],
    ['example.com.', null, 'example.com.', ['A', 'AAAA']],
    ['_dns._udp.kube-dns.kube-system', 'SRV', '_dns._udp.kube-dns.kube-system', ['SRV']],
    ['cart', 'aaaa', 'cart', ['AAAA']],
    ['10.96.0.10', null, '10.0.96.10.in-addr.arpa', ['PTR']],
    ['10.96.0.10', 'A', '10.96.0.10', ['A']],
  ])('%s %s', (name, type, typed, types) => {
    const question = parseQuestion(name, type)
    expect({ label: question.label, types: question.types }).toEqual({ label: name, types })
    expect(question.typed.replace(/\.$/, '')).toBe(typed.replace(/\.$/, ''))
  })

  test('an IPv6 address is looked up by its nibbles', () => {
    expect(parseQuestion('fd00::1', null)).toMatchObject({
      typed: expect.stringMatching(/^1\.0\.0\..*d\.f\.ip6\.arpa\.?$/) as unknown,
      types: ['PTR'],
    })
  })

  test.each([
    '',
    ' ',
    'a b',
    '$(touch /tmp/x)',
    '-oProxyCommand=x',
    'a..b',
    'a\nb',
    'a\u001b[2J',
    `${'a'.repeat(64)}.b`,
  ])('%j is no name', (name) => expect(() => parseQuestion(name, null)).toThrow(/is no name to look up/))

  test.each(['ANY', 'AXFR', '', 'HTTPS', 'A,AAAA'])('%j is no type', (type) =>
    expect(() => parseQuestion('cart', type)).toThrow(/no record type/),
  )
})
