import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { known, unknown } from '../model/known.ts'
import { nsswitchOf } from './nsswitch.ts'

describe('the hosts line of nsswitch.conf', () => {
  it.each([
    ['files dns', 'asked', true],
    ['dns files', 'asked', false],
    ['dns', 'asked', null],
    ['files', 'missing', true],
    ['', 'missing', null],
    ['files [NOTFOUND=return] dns', 'stopped', true],
    ['files[NOTFOUND=return]dns', 'stopped', true],
    ['files [UNAVAIL=return NOTFOUND=return] dns', 'stopped', true],
    ['files [SUCCESS=return] dns', 'asked', true],
    ['files [!NOTFOUND=return] dns', 'asked', true],
    ['files [!success=return] dns', 'stopped', true],
    ['files mdns4_minimal [NOTFOUND=return] dns mdns4', 'mdns', true],
    ['files mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns', 'mdns', true],
    ['mymachines resolve [!UNAVAIL=return] files myhostname dns', 'asked', true],
    ['files resolve', 'asked', true],
    ['files dns [NOTFOUND=return] wins', 'asked', true],
  ] as const)('%s', (line, dns, filesFirst) => {
    expect(nsswitchOf(known(line))).toMatchObject({ dns, filesFirst })
  })

  it('is nothing to go by where it is not there', () => {
    expect(nsswitchOf(unknown('not-there', 'no file'))).toBeNull()
  })

  it('says of any line either that DNS is asked or why not', () => {
    const word = fc.constantFrom(
      'files',
      'dns',
      'resolve',
      'mdns4',
      'sss',
      '[NOTFOUND=return]',
      '[!UNAVAIL=return]',
      '[SUCCESS=continue]',
      '[',
      ']',
      '=',
    )
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const order = nsswitchOf(known(words.join(' ')))
        expect(order?.dns === 'stopped' || order?.dns === 'mdns' ? order.stop : null).toBe(
          order?.stop === null || order?.dns === 'missing' || order?.dns === 'asked' ? null : order?.stop,
        )
        expect(order?.steps.some((it) => it.source === 'dns' || it.source === 'resolve')).toBe(order?.dns !== 'missing')
      }),
    )
  })
})
