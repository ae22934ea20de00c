import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Lock, packagesOf, sbom } from './sbom.ts'

test('packages by the files that were bundled, nested and scoped ones as what they are', () => {
  expect(
    packagesOf([
      'src/cli/main.ts',
      'node_modules/yaml/dist/index.js',
      'node_modules/yaml/dist/cst.js',
      'node_modules/@leichtgewicht/ip-codec/index.js',
      'node_modules/a/node_modules/b/c.js',
      '../elsewhere/node_modules/ws/lib/ws.js',
    ]),
  ).toEqual([
    'node_modules/@leichtgewicht/ip-codec',
    'node_modules/a/node_modules/b',
    'node_modules/ws',
    'node_modules/yaml',
  ])
})

const own = { name: 'hopscope', version: '1.2.3', license: 'Apache-2.0' }
const root = join(import.meta.dirname, '..')
const lock: Lock = {
  packages: { 'node_modules/yaml': { version: '2.0.0', integrity: `sha512-${'A'.repeat(86)}==`, license: 'ISC' } },
}

test('a package whose bytes or terms nobody knows stops the build', () => {
  expect(() => sbom(['node_modules/ws/index.js'], lock, own, root)).toThrow(/node_modules\/ws/)
  expect(sbom(['node_modules/yaml/index.js'], lock, own, root).components).toMatchObject([
    { purl: 'pkg:npm/yaml@2.0.0', hashes: [{ alg: 'SHA-512', content: '00'.repeat(64) }] },
  ])
})
