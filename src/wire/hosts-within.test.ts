import { expect, test } from 'vitest'
import { hostsWithin } from './hosts-within.ts'

test.each([
  [{ host: 'Web.example.com' }, ['web.example.com']],
  [{ routes: [{ match: 'HostSNI(`a.example.com`) || HostSNI(`*.b.example`)' }] }, ['*.b.example', 'a.example.com']],
  [{ url: 'https://api.example.org:8443/x' }, ['api.example.org']],
  [{ image: 'nginx:1.27', ip: '192.0.2.1', version: 'v1.2.3', name: 'web' }, []],
  ['a.example.com.', ['a.example.com']],
  [null, []],
  [7, []],
])('%j', (value, expected) => expect(hostsWithin(value)).toEqual(expected))

test('what is deep, long or much is left', () => {
  let deep: unknown = 'a.example.com'
  for (let n = 0; n < 50; n += 1) deep = { deep }
  expect(hostsWithin(deep)).toEqual([])
  expect(hostsWithin(Array.from({ length: 10_000 }, (_, n) => `a${n}.example.com`)).length).toBeLessThanOrEqual(50)
  expect(hostsWithin('a.'.repeat(100_000))).toEqual([])
})
