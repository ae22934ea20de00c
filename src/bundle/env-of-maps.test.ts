import { expect, test } from 'vitest'
import type { RawObject } from '../kube/cluster.ts'
import { mapsIn, withEnvOfMaps } from './env-of-maps.ts'

const map = (name: string, data: unknown, namespace = 'shop') => ({ metadata: { namespace, name }, data })
const maps = mapsIn([
  map('app', { DB_HOST: 'db', PORT: '8080', REDIS_URL: 'redis://cache:6379' }),
  map('more', { PORT: '9090' }),
  map('app', { DB_HOST: 'other' }, 'tools'),
  map('odd', 'text'),
])
const pod = (container: object): RawObject => ({
  metadata: { namespace: 'shop', name: 'web-1' },
  spec: { nodeName: 'a', containers: [container] },
})
const envOf = (it: RawObject): unknown =>
  (it['spec'] as { readonly containers: readonly { readonly env?: unknown }[] }).containers[0]?.env

test('one key of a map stands as if it were in the spec', () => {
  const ref = { name: 'DATABASE', valueFrom: { configMapKeyRef: { name: 'app', key: 'DB_HOST' } } }
  expect(envOf(withEnvOfMaps(pod({ env: [ref] }), maps))).toEqual([{ name: 'DATABASE', value: 'db', map: 'app' }])
})

test('whole maps: with their prefix, a later one over an earlier, the own environment over all', () => {
  const own = { name: 'DB_HOST', value: 'mine' }
  const from = (name: string, prefix?: string) => ({
    configMapRef: { name },
    ...(prefix === undefined ? {} : { prefix }),
  })
  expect(envOf(withEnvOfMaps(pod({ env: [own], envFrom: [from('app'), from('more')] }), maps))).toEqual([
    { name: 'PORT', value: '9090', map: 'more' },
    { name: 'REDIS_URL', value: 'redis://cache:6379', map: 'app' },
    own,
  ])
  expect(envOf(withEnvOfMaps(pod({ envFrom: [from('more', 'X_')] }), maps))).toEqual([
    { name: 'X_PORT', value: '9090', map: 'more' },
  ])
})

test.each([
  ['no such map', { name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'DB_HOST' } } }],
  ['no such key', { name: 'A', valueFrom: { configMapKeyRef: { name: 'app', key: 'toString' } } }],
  ['a Secret', { name: 'A', valueFrom: { secretKeyRef: { name: 'app', key: 'DB_HOST' } } }],
  ['a map that is no map', { name: 'A', valueFrom: { configMapKeyRef: { name: 'odd', key: 'length' } } }],
  ['no variable at all', 7],
])('%s: it stays as it was', (_, variable) => {
  expect(envOf(withEnvOfMaps(pod({ env: [variable] }), maps))).toEqual([variable])
})

test('a pod that asks no map is the same one, and none is changed', () => {
  const plain = pod({ env: [{ name: 'A', value: 'b' }] })
  expect(withEnvOfMaps(plain, maps)).toBe(plain)
  const asking = pod({ envFrom: [{ configMapRef: { name: 'app' } }] })
  const before = JSON.stringify(asking)
  withEnvOfMaps(asking, maps)
  expect(JSON.stringify(asking)).toBe(before)
  for (const spec of [null, 7, { containers: 'a' }, { containers: [null] }])
    expect(withEnvOfMaps({ metadata: { name: 'x' }, spec }, maps)).toEqual({ metadata: { name: 'x' }, spec })
})

test('an optional key that its map has not: the kubelet leaves the variable out', () => {
  const of = (name: string, optional: boolean) => ({
    name,
    valueFrom: { configMapKeyRef: { name: 'argocd-cmd-params-cm', key: 'server.insecure', optional } },
  })
  const pod = {
    metadata: { namespace: 'argocd', name: 'server-1' },
    spec: { containers: [{ name: 'server', env: [of('A', true), of('B', false)] }] },
  }
  const held = mapsIn([{ metadata: { namespace: 'argocd', name: 'argocd-cmd-params-cm' }, data: {} }])
  const namesOf = (it: object) => [...JSON.stringify(it).matchAll(/"name":"([AB])"/g)].map(([, name]) => name)
  expect(namesOf(withEnvOfMaps(pod, held))).toEqual(['B'])
  expect(namesOf(withEnvOfMaps(pod, mapsIn([])))).toEqual(['A', 'B'])
})
