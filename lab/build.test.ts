import { expect, test } from 'vitest'
import { compilerEnv } from './build.ts'

const GiB = 2 ** 30

test.each([
  ['a small machine: the collector stays', 4 * GiB, 2, undefined],
  ['just too little for the linker', 6 * GiB - 4, 2, undefined],
  ['enough: each of two compilers may have a quarter', 6 * GiB, 2, String(1.5 * GiB)],
  ['many cores share', 64 * GiB, 32, undefined],
])('%s', (_, bytes, cores, limit) => {
  const env = compilerEnv(bytes, cores)
  expect([env['GOMEMLIMIT'], env['GOGC']]).toEqual([limit, limit === undefined ? undefined : 'off'])
  expect(env['GOFLAGS']).toContain('-gcflags=all=-dwarf=false')
})
