import { expect, test } from 'vitest'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import { lookupKeys, serviceLookupKeys } from './lookups-in-pod.ts'

const view = (libc: 'glibc' | 'musl', options = 'options ndots:5\n'): InsideView => ({
  namespace: 'shop',
  pod: 'crm-1',
  container: 'app',
  libc,
  resolvConf: known(`search shop.svc.cluster.local corp.example\nnameserver 10.96.0.10\n${options}`),
  lookup: unknown('not-there', 'no tool'),
  tcp53: unknown('not-there', 'no tool'),
})
const searched = 'searched-in-pod:shop/crm-1'

test.each([
  ['glibc', 'example.com', [searched]],
  ['glibc', 'example.com.', []],
  ['glibc', '192.0.2.7', []],
  ['glibc', 'a.b.c.d.e.example.com', []],
  ['glibc', null, [searched]],
  ['musl', 'Example.com', ['musl-denied:example.com', searched]],
  ['musl', null, ['musl-denied:?', searched]],
] as const)('a program of %s that looks for %s', (libc, host, keys) => {
  expect(lookupKeys([view(libc)], host)).toEqual(keys)
})

test('without ndots a name with a dot is asked as it is', () => {
  expect(lookupKeys([view('glibc', '')], 'example.com')).toEqual([])
})

test.each([
  ['web.shop', []],
  ['web.shop.svc.cluster.local', [searched]],
] as const)('a Service by the name %s', (typed, keys) => {
  expect(serviceLookupKeys(view('glibc'), typed)).toEqual(keys)
})
