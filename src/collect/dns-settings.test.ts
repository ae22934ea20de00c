import { expect, test } from 'vitest'
import { known } from '../model/known.ts'
import { judgeCustom, readRights } from './dns-settings.ts'

const corefile = `.:53 {
    kubernetes cluster.local
    hosts /etc/coredns/NodeHosts {
      fallthrough
    }
    cache 30
    forward . /etc/resolv.conf
    import /etc/coredns/custom/*.override
}
import /etc/coredns/custom/*.server
`
const release = (numbers: readonly [number, number, number], stock = true) => ({ numbers, stock })
const judged = (keys: Readonly<Record<string, string>>, of = release([1, 14, 0]), text = corefile) =>
  judgeCustom(text, keys, of)
const refused = (keys: Readonly<Record<string, string>>, text = corefile, of = release([1, 14, 0])) =>
  judged(keys, of, text).refused.map((it) => `${it.key}:${it.line} ${it.text}`)

test('what is added and refused: a plugin twice in one block, a block twice for one zone', () => {
  expect(refused({ 'docker.override': 'hosts {\n  192.168.12.6 oracle.fedora.local\n  fallthrough\n}' })).toEqual([
    'docker.override:1 `hosts` may stand once in a server block, and stands there twice',
  ])
  expect(refused({ 'a.override': 'log', 'b.override': 'cache 60' })).toEqual([
    'b.override:1 `cache` may stand once in a server block, and stands there twice',
  ])
  expect(refused({ 'test.server': '.:53 {\n  errors\n}' })).toEqual([
    'test.server:1 another block is there for the same zone and port as `.:53`',
  ])
  expect(refused({ 'x.override': 'example.com {\n forward . 1.1.1.1\n}' })).toEqual([
    'x.override:1 a block for a zone stands inside the server block that imports it',
  ])
  expect(
    refused({ 'one.server': 'corp.example:53 {\n  errors\n', 'two.server': 'x.example {\n errors\n}' }),
  ).not.toEqual([])
})

test('what is added and fits', () => {
  expect(
    refused({ 'log.override': 'log', 'corp.server': 'corp.example:53 {\n  cache 30\n  forward . 10.20.0.53\n}' }),
  ).toEqual([])
  expect(refused({ 'ignored.conf': 'hosts {\n}' })).toEqual([])
  expect(refused({})).toEqual([])
})

test('a second `forward`: CoreDNS takes it since 1.9.4, and where the release is not known nothing is said', () => {
  const added = { 'up.override': 'forward . 10.10.10.1' }
  const says = 'up.override:1 before CoreDNS 1.9.4 `forward` may stand once in a server block, and stands there twice'
  expect(refused(added, corefile, release([1, 9, 3]))).toEqual([says])
  expect(judged(added, release([1, 9, 4]))).toEqual({
    refused: [],
    doubts: [],
    unasked: [{ key: 'up.override', line: 1, zone: '.', to: ['10.10.10.1'], before: ['/etc/resolv.conf'] }],
  })
  const first = corefile.replace('    cache 30\n', '    import custom/*.override\n')
  expect(
    judged(added, release([1, 9, 4]), first.replace('    import /etc/coredns/custom/*.override\n', '')).unasked,
  ).toEqual([])
  expect(judged(added, release([1, 9, 3], false))).toMatchObject({
    refused: [],
    doubts: ['`forward` twice in a block is refused before CoreDNS 1.9.4, and which one this is is not known'],
  })
})

test('what is neither right nor wrong is a doubt: a plugin that this CoreDNS may be built with', () => {
  expect(judged({ 'x.override': 'any\nourown' }).doubts).toEqual([
    '`ourown` is no plugin that CoreDNS is built with by itself',
  ])
})

test('what the Corefile breaks by itself is no matter of the keys', () => {
  expect(refused({ 'log.override': 'log' }, corefile.replace('cache 30', 'cache 30\n    cache 60'))).toEqual([])
})

const rule = (group: string, resources: readonly string[], verbs = ['list', 'watch']) => ({
  apiGroups: [group],
  resources,
  verbs,
})
const reading = (rules: readonly object[], subjects: readonly object[]) => {
  const objects = [
    { metadata: { name: 'system:coredns' }, rules },
    { metadata: { name: 'coredns' }, roleRef: { kind: 'ClusterRole', name: 'system:coredns' }, subjects },
  ]
  const reader = {
    list: (resource: { readonly plural: string }, _: unknown, project: (raw: never) => unknown) =>
      Promise.resolve(known([project(objects[resource.plural === 'clusterroles' ? 0 : 1] as never)])),
  }
  const none = { unread: () => [], strangers: () => [], withStatus: () => [] }
  const held = { what: 'kubectl get', holds: () => true, isWhole: () => true, ...none }
  return readRights(reader as never, held, { namespace: 'kube-system', account: 'coredns' })
}
const account = { kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }

test('rights of the DNS servers: what their roles do not name', async () => {
  const core = rule('', ['services', 'namespaces', 'pods'])
  const lacks = async (...given: Parameters<typeof reading>) => (await reading(...given)).rights
  expect(await lacks([core], [account])).toEqual({
    account: 'coredns',
    role: 'system:coredns',
    lacks: ['endpointslices'],
  })
  expect(await lacks([core, rule('discovery.k8s.io', ['endpointslices'])], [account])).toMatchObject({ lacks: [] })
  expect(await lacks([rule('*', ['*'], ['*'])], [account])).toMatchObject({ lacks: [] })
  expect(await lacks([core, rule('discovery.k8s.io', ['endpointslices'], ['list'])], [account])).toMatchObject({
    lacks: ['endpointslices'],
  })
  expect(await lacks([core], [{ ...account, namespace: 'other' }])).toMatchObject({
    role: null,
    lacks: ['endpointslices', 'services', 'namespaces'],
  })
  // Roles of one chart alone, none of which speaks of it: the list of the cluster has others.
  expect(await lacks([core], [{ ...account, name: 'other' }])).toBeUndefined()
})
