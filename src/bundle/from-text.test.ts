import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Resource } from '../kube/cluster.ts'
import * as resource from '../kube/resources.ts'
import type { Bundle } from './bundle.ts'
import { bundleFromText } from './from-text.ts'

const sample = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../test/fixtures/bundles', name), 'utf8')

/** `3` objects, or why they are not known. */
function told(bundle: Bundle, kind: Resource, namespace: string | null): string {
  const read = bundle.read(kind, namespace)
  return read.known ? String(read.value.length) : read.why.detail
}

const object = (kind: string, at: string, more: object = {}, apiVersion = 'v1'): object => {
  const [name = '', namespace] = at.split('/').toReversed()
  const { labels = {}, ownerReferences, ...rest } = more as Record<string, unknown>
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels, ownerReferences },
    ...rest,
  }
}
const list = (...items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items })

test('what kubectl get wrote of a namespace is known of that namespace, kind by kind', () => {
  const bundle = bundleFromText(sample('get-shop.json'), 'get-shop.json')
  expect(bundle.namespaces).toEqual(['shop'])
  expect(bundle.isWhole).toBe(false)
  expect(told(bundle, resource.services, 'shop')).toBe('4')
  expect(told(bundle, resource.pods, 'shop')).toBe('5')
  expect(told(bundle, resource.pods, 'kube-system')).toBe('kubectl get holds no pods of namespace kube-system')
  expect(told(bundle, resource.pods, null)).toBe('kubectl get holds no pods of every namespace')
  // Asked for, and there was none: kubectl writes nothing of it.
  expect(told(bundle, resource.networkPolicies, 'shop')).toBe('kubectl get holds no networkpolicies.networking.k8s.io')
})

test('a dump on standard output is one namespace after the other, with the logs between left out', () => {
  const bundle = bundleFromText(sample('dump.txt'), 'dump.txt')
  expect(bundle.namespaces).toEqual(['default', 'kube-system'])
  expect(told(bundle, resource.nodes, null)).toBe('3')
  expect(told(bundle, resource.pods, 'kube-system')).toBe('5')
  expect(told(bundle, resource.pods, 'default')).toBe('2')
  // An empty list of a dump is a list: here there is none.
  expect(told(bundle, resource.daemonSets, 'default')).toBe('0')
  expect(told(bundle, resource.pods, null)).toBe('kubectl cluster-info dump holds no pods of every namespace')
  expect(told(bundle, resource.networkPolicies, 'default')).toMatch(/holds no networkpolicies/)
})

const web = object('Pod', 'shop/web-1', { labels: { app: 'web' } })
const cart = object('Pod', 'shop/cart-1', { labels: { app: 'cart' } })
const other = object('Pod', 'shop/other-1')
const far = object('Pod', 'kube-system/coredns-1', { labels: { 'k8s-app': 'kube-dns' } })
const slice = (pod: string): object =>
  object(
    'EndpointSlice',
    'shop/web-x',
    { endpoints: [{ addresses: ['10.1.1.1'], targetRef: { kind: 'Pod', name: pod } }] },
    'discovery.k8s.io/v1',
  )
const owned = object('Pod', 'shop/web-1', {
  ownerReferences: [{ kind: 'ReplicaSet', name: 'web-5d', controller: true }],
})
const set = (name: string): object => object('ReplicaSet', `shop/${name}`, {}, 'apps/v1')

test.each([
  ['two namespaces: it was -A', list(web, far, cart), 'shop', '2'],
  ['two namespaces: of one that has none as well', list(web, far), 'lost', '0'],
  [
    'one namespace: of another nothing is known',
    list(web, cart),
    'lost',
    'kubectl get holds no pods of namespace lost',
  ],
  [
    'all bear a label',
    list(web, { ...web }),
    'shop',
    'all that kubectl get wrote bears app=web, as -l would choose it',
  ],
  ['a lone one bears labels', list(web), 'shop', 'all that kubectl get wrote bears app=web, as -l would choose it'],
  ['a lone one bears none', list(object('Pod', 'shop/a')), 'shop', '1'],
  ['one by its name', JSON.stringify(web), 'shop', 'kubectl get wrote one of the pods by its name, and not all'],
  ['one by its name, after all of them', `${list(web, cart)}${JSON.stringify(web)}`, 'shop', '2'],
  ['two lists, one after the other', `${list(web, cart)}\n${list(cart, other)}`, 'shop', '3'],
  ['the same list twice', `${list(web, cart)}\n${list(web, cart)}`, 'shop', '2'],
  ['a slice names one of them', list(web, cart, slice('web-1')), 'shop', '2'],
  [
    'a slice names one that is not there',
    list(web, cart, slice('web-2')),
    'shop',
    'kubectl get wrote a part of the pods: an EndpointSlice names shop/web-2, which is not among them',
  ],
])('%s', (_it, text, namespace, expected) => {
  expect(told(bundleFromText(text, 'FILE'), resource.pods, namespace)).toBe(expected)
})

/** As an API server has it; a manifest has no such thing. */
const live = (name: string): object => {
  const { metadata, ...rest } = object('Pod', `shop/${name}`) as { readonly metadata: object }
  return { ...rest, metadata: { ...metadata, uid: '1f0c' } }
}
const ten = Array.from({ length: 10 }, (_, index) => live(`web-${index}`))
const one = 'kubectl get wrote one of the pods by its name, and not all'
const manifests = ten.map((_, index) => object('Pod', `shop/web-${index}`))

test.each([
  ['lists, one after the other', [JSON.parse(list(web, cart)), JSON.parse(list(other))], '3'],
  ['every object by itself', ten, '10'],
  ['some of them', ten.slice(0, 3), one],
  ['manifests, of which others may be', manifests, one],
])('documents of YAML: %s', (_it, all, expected) => {
  const text = all.map((it: unknown) => stringify(it)).join('---\n')
  expect(told(bundleFromText(text, 'FILE'), resource.pods, 'shop')).toBe(expected)
})

test.each([
  ['its owner is there', list(owned, set('web-5d')), '1'],
  [
    'its owner is not among the owners',
    list(owned, set('cart-7f')),
    'kubectl get wrote a part of the replicasets.apps: a pod names shop/web-5d, which is not among them',
  ],
])('%s', (_it, text, expected) => {
  expect(told(bundleFromText(text, 'FILE'), resource.replicaSets, 'shop')).toBe(expected)
})

const batch = (kind: string): object => object(kind, 'shop/mail', {}, 'batch/v1')
const apps = (kind: string): object => object(kind, 'shop/store', {}, 'apps/v1')
const made = { ownerReferences: [{ kind: 'CronJob', name: 'nightly', controller: true }] }

test.each([
  ['kinds that make pods beside it: there is none', [set('web-5d'), apps('Deployment')], resource.cronJobs, '0'],
  ['one kind alone', [apps('Deployment')], resource.cronJobs, 'kubectl get holds no cronjobs.batch'],
  [
    'a Job that one made',
    [set('web-5d'), apps('Deployment'), object('Job', 'shop/nightly-1', made, 'batch/v1')],
    resource.cronJobs,
    'kubectl get holds no cronjobs.batch',
  ],
  [
    'StatefulSets, which are not listed by all who list Deployments',
    [set('web-5d'), apps('Deployment'), apps('DaemonSet')],
    resource.statefulSets,
    'kubectl get holds no statefulsets.apps',
  ],
  [
    'StatefulSets, where Jobs are listed as well',
    [set('web-5d'), apps('Deployment'), apps('DaemonSet'), batch('Job')],
    resource.statefulSets,
    '0',
  ],
  ['objects asked for by name', null, resource.cronJobs, 'kubectl get holds no cronjobs.batch'],
])('a kind of workloads that is not in it: %s', (_it, all, kind, expected) => {
  const alone = [set('web-5d'), apps('Deployment')].map((it) => JSON.stringify(it)).join('\n')
  const bundle = bundleFromText(all === null ? alone : list(...all), 'FILE')
  expect(told(bundle, kind, 'shop')).toBe(expected)
  expect(bundle.taken).toMatch(
    expected === '0' ? /but for .*Jobs.*: beside so many workloads, none/ : /it is unknown$|but for /,
  )
})

test.each([
  ['nothing', '', 'FILE is neither a hopscope snapshot nor Kubernetes objects in JSON or YAML'],
  ['a word', 'hello', 'FILE is neither'],
  ['a log', '2026-11-29T10:00:00Z error: no route: to host', 'FILE is neither'],
  [
    'broken YAML',
    'apiVersion: v1\nkind: List\nitems: [',
    'FILE is not valid YAML (line 3: unexpected end of the stream within a flow collection)',
  ],
  ['YAML cut off', stringify(JSON.parse(list(web))).split('items:')[0] ?? '', 'kubectl get is no list'],
  ['objects and values', 'apiVersion: v1\nkind: Pod\n---\nreplicas: 2\n', 'holds YAML that is no Kubernetes object'],
  ['cut off', list(web).slice(0, -5), 'FILE is cut off: it ends too early'],
  ['something behind it', `${list(web)} and so on`, 'FILE is no JSON'],
  ['a report', '{"schema":"hopscope/v1","findings":[]}', 'FILE holds JSON that is no Kubernetes object'],
  [
    'a page of a list',
    list(web).replace('"resourceVersion":""', '"continue":"abc"'),
    'kubectl get is the first part of a list',
  ],
  ['a list with holes', list(web, {}), 'kubectl get holds what is no object: items[1] has no name'],
  ['a list without items', '{"apiVersion":"v1","kind":"List"}', 'kubectl get is no list'],
])('is refused: %s', (_it, text, expected) => {
  expect(() => bundleFromText(text, 'FILE')).toThrow(expected)
})

/** What a container of `default` may write, so that it reads as if the dump had gone on. */
const start = (at: string): string => `==== START logs for container busybox of pod ${at} ====`
const end = (at: string): string => `==== END logs for container busybox of pod ${at} ====`
const lists = sample('dump.txt').slice(sample('dump.txt').lastIndexOf('{\n "kind": "EventList"'))
const own = 'default/busybox-6bf456dd7f-cp7qk'

test.each([
  ['ends its own log and goes on', `${end(own)}\n${lists.replaceAll('default', 'forged')}`],
  ['ends its own log without a line of its own', `x${end(own)}`],
  ['begins another log', start('shop/web-1')],
  ['begins and ends another log', `${end(own)}\n${start('shop/web-1')}\n${end('shop/web-1')}`],
  ['ends a log that is none', end('shop/web-1')],
])('a log that %s is not believed', (_it, written) => {
  const dump = sample('dump.txt')
  const forged = dump.replace(`${start(own)}\n`, `${start(own)}\n${written}\n`)
  expect(forged).not.toBe(dump)
  expect(() => bundleFromText(forged, 'dump.txt')).toThrow(/^dump.txt: the log of busybox of default/)
})

test('a log without an end of its last line, or with lists in it, is a log', () => {
  const dump = sample('dump.txt')
  const forged = dump.replace(`${end(own)}\n`, `${lists.slice(0, 500)}${end(own)}\n`)
  expect(forged).not.toBe(dump)
  expect(told(bundleFromText(forged, 'dump.txt'), resource.pods, 'default')).toBe('2')
})

test('a namespace that stands in a dump twice is not believed', () => {
  expect(() =>
    bundleFromText(`${sample('dump.txt').split('====', 1)[0]}${lists.split('====', 1)[0]}${lists}`, 'dump.txt'),
  ).toThrow('namespace default does not stand by itself')
})

test('Endpoints that no slice mirrors stand beside the slices, if their Service chooses no pods', () => {
  const spec = { ports: [{ port: 3306 }] }
  const subsets = [{ addresses: [{ ip: '192.168.50.20' }], ports: [{ port: 3306 }] }]
  const mirrored = object(
    'EndpointSlice',
    'shop/mail-x1',
    { labels: { 'kubernetes.io/service-name': 'mail' }, addressType: 'IPv4', endpoints: [] },
    'discovery.k8s.io/v1',
  )
  const bundle = bundleFromText(
    list(
      mirrored,
      object('Service', 'shop/db', { spec }),
      object('Service', 'shop/web', { spec: { ...spec, selector: { app: 'web' } } }),
      ...['db', 'db-external', 'web', 'mail'].map((it) => object('Endpoints', `shop/${it}`, { subsets })),
      object('Endpoints', 'shop/leader'),
    ),
    'all.json',
  )
  const read = bundle.read(resource.endpointSlices, 'shop')
  expect(read.known ? read.value.map((it) => `${it.kind} ${it.metadata.name}`) : read.why).toEqual([
    'EndpointSlice mail-x1',
    'Endpoints db',
    'Endpoints db-external',
  ])
  // Where no slices were written, nobody knows which Endpoints have none.
  const bare = bundleFromText(list(object('Endpoints', 'shop/db', { subsets })), 'all.json')
  expect(told(bare, resource.endpointSlices, 'shop')).toMatch(/holds no endpointslices/)
})

test('what has a status is there as what it is, though items of a list leave their kind out', () => {
  const status = { conditions: [] }
  const named = { metadata: { name: 'web', namespace: 'shop' }, status }
  const deployments = JSON.stringify({ apiVersion: 'apps/v1', kind: 'DeploymentList', items: [named] })
  const others = list(
    object('Certificate', 'shop/tls', { status }, 'cert-manager.io/v1'),
    object('Certificate', 'lost/tls', { status }, 'cert-manager.io/v1'),
    object('Pod', 'shop/web-1', { status }),
    object('Secret', 'shop/tls'),
  )
  const found = bundleFromText(`${deployments}${others}`, 'FILE').withStatus('shop')
  expect(found.map((it) => `${it.kind}/${it.metadata.name}`)).toEqual(['Deployment/web', 'Certificate/tls'])
})
