import { expect, test } from 'vitest'
import { securesOf, tlsOf } from './server-tls.ts'

const env = (...its: readonly (readonly [string, string])[]) => ({
  env: its.map(([name, value]) => ({ name, value })),
})

test.each([
  [{ port: 5432 }, env(['PGSSLMODE', 'require']), { tls: 'on' }],
  [{ port: 5432 }, env(['DB_SSLMODE', 'disable']), { tls: 'off' }],
  [{ port: 5432 }, env(['BILLING_DATABASE_SSL_MODE', 'verify-full']), { tls: 'on' }],
  [{ port: 5432 }, env(['PGSSLMODE', 'prefer']), {}],
  [{ port: 5432 }, env(['DB_SSLMODE', 'disable'], ['PGSSLMODE', 'require']), {}],
  [{ port: 6379 }, env(['PGSSLMODE', 'require']), {}],
  [{ port: 5432, tls: 'on' as const }, env(['PGSSLMODE', 'disable']), { tls: 'on' }],
])('%j with %j: %j', (call, spec, told) => expect(tlsOf(call, spec)).toEqual(told))

test('a flag of the server', () => {
  expect(securesOf({ image: 'docker.io/library/postgres:16', args: ['-c', 'ssl=off'] })).toEqual({ secures: 'off' })
  expect(securesOf({ image: 'docker.io/library/postgres:16', args: ['-c', 'ssl=on'] })).toEqual({})
})
