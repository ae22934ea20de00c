import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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

test.each([
  ['nothing', '', 'FILE is empty'],
  ['cut off', list(web).slice(0, -5), 'FILE is cut off: it ends too early'],
  ['something behind it', `${list(web)} and so on`, 'FILE is no JSON'],
  ['a report', '{"schema":"hopscope/v1","findings":[]}', 'FILE holds JSON that is no Kubernetes object'],
  [
    'a page of a list',
    list(web).replace('"resourceVersion":""', '"continue":"abc"'),
    'kubectl get is the first part of a list',
  ],
  ['a list with holes', list(web, {}), 'kubectl get holds what is no object'],
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
