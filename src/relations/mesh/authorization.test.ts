import { expect, test } from 'vitest'
import { authorizationPolicy } from '../../../test/build/istio.ts'
import { keepOut, type MeshCaller } from './authorization.ts'

const web: MeshCaller = { namespace: 'shop', serviceAccount: 'web', is: 'in-mesh' }
const of = (namespaces: readonly string[], principals: readonly string[] = []) => ({ namespaces, principals })
const allow = (...from: Parameters<typeof of>[]) =>
  authorizationPolicy({ action: 'ALLOW', rules: 1, from: [from.map((it) => of(...it))] })

test.each([
  ['its namespace', [[['shop']]], false],
  ['another namespace', [[['edge']]], true],
  ['one of two sources', [[['edge']], [['shop']]], false],
  ['a prefix', [[['sh*']]], false],
  ['a suffix', [[['*op']]], false],
  ['any', [[['*']]], false],
  ['its principal', [[[], ['cluster.local/ns/shop/sa/web']]], false],
  ['that of another trust domain', [[[], ['td2/ns/shop/sa/web']]], false],
  ['that of another account', [[[], ['cluster.local/ns/shop/sa/old']]], true],
  ['that of another namespace', [[[], ['cluster.local/ns/edge/sa/web']]], true],
  ['accounts of its namespace', [[[], ['cluster.local/ns/shop/*']]], false],
  ['accounts of another', [[[], ['cluster.local/ns/edge/*']]], true],
  ['an ending', [[[], ['*/sa/web']]], false],
  ['another ending', [[[], ['*/ns/edge/sa/web']]], true],
  ['both, of which one is not it', [[['shop'], ['cluster.local/ns/shop/sa/old']]], true],
  ['nothing of these', [[[]]], false],
  ['everybody', [], false],
] as const)('%s', (_, sources, expected) => {
  const policy = allow(...sources.map(([a, b = []]): Parameters<typeof of> => [a, b]))
  expect(keepOut([policy], web)).toBe(expected)
})

test('who has no certificate is in no namespace', () => {
  const outside: MeshCaller = { ...web, is: 'outside' }
  expect(keepOut([allow([['shop']])], outside)).toBe(true)
  expect(keepOut([allow([[]])], outside)).toBe(false)
})

test('one policy of two is enough; none shuts nobody out; an old recording says nothing', () => {
  expect(keepOut([allow([['edge']]), allow([['shop']])], web)).toBe(false)
  expect(keepOut([allow([['edge']]), authorizationPolicy({ action: 'ALLOW', rules: 0, from: [] })], web)).toBe(true)
  expect(keepOut([], web)).toBe(false)
  expect(keepOut([authorizationPolicy({ action: 'ALLOW', rules: 1 })], web)).toBe(false)
})

test('an account that is not known may be any of its namespace', () => {
  const some: MeshCaller = { ...web, serviceAccount: null }
  expect(keepOut([allow([[], ['cluster.local/ns/shop/sa/old']])], some)).toBe(false)
  expect(keepOut([allow([[], ['cluster.local/ns/edge/sa/old']])], some)).toBe(true)
})
