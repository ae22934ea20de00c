import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { expect, test } from 'vitest'
import { scratch } from '../../test/build/program.ts'
import * as resource from '../kube/resources.ts'
import type { Bundle } from './bundle.ts'
import { bundleFromFolder } from './from-folder.ts'
import { gatewayKinds } from '../kube/resources.ts'

function told(bundle: Bundle, kind: typeof resource.pods, namespace: string | null): string {
  const read = bundle.read(kind, namespace)
  return read.known ? read.value.map((it) => it.metadata.name).join(' ') : read.why.detail
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const named = (name: string, namespace?: string): object => ({ metadata: { name, namespace } })
const list = (kind: string, ...items: readonly object[]): object => ({ apiVersion: 'v1', kind: `${kind}List`, items })
const json = (it: object): string => JSON.stringify(it)

test('a dump in files: what stands in a folder is of that namespace', () => {
  const bundle = bundleFromFolder(join(import.meta.dirname, '../../test/fixtures/bundles/dump'))
  expect([bundle.what, bundle.namespaces, bundle.isWhole]).toEqual(['kubectl cluster-info dump', ['shop'], false])
  expect(told(bundle, resource.services, 'shop').split(' ')).toHaveLength(4)
  expect(told(bundle, resource.nodes, null).split(' ')).toHaveLength(3)
  expect(told(bundle, resource.daemonSets, 'shop')).toBe('')
  expect(told(bundle, resource.pods, 'other')).toBe('kubectl cluster-info dump holds no pods of namespace other')
  expect(told(bundle, resource.endpointSlices, 'shop')).toMatch(/holds no endpointslices/)
})

/** As replicatedhq/troubleshoot lays it out: an archive's own folder, a file for each namespace. */
function supportBundle(namespaces: readonly string[]): string {
  const folder = scratch()
  const at = 'support-bundle-2026-11-29T07_00_00/cluster-resources'
  put(folder, `${at}/nodes.json`, json(list('Node', named('node-1'))))
  put(folder, `${at}/namespaces.json`, json(list('Namespace', ...namespaces.map((it) => named(it)))))
  for (const it of ['shop', 'kube-system']) {
    put(folder, `${at}/pods/${it}.json`, json(list('Pod', named(`pod-of-${it}`, it))))
    put(folder, `${at}/services/${it}.json`, json(list('Service', named(`service-of-${it}`, it))))
  }
  // Old releases wrote the bare items; and what may not be listed has no file, but a word of why.
  put(folder, `${at}/ingress/shop.json`, json([named('web', 'shop')]))
  put(folder, `${at}/network-policy-errors.json`, json({ shop: 'forbidden' }))
  return folder
}

test('a support bundle is whole when each namespace that it lists has its file', () => {
  const bundle = bundleFromFolder(supportBundle(['shop', 'kube-system']))
  expect([bundle.what, bundle.isWhole]).toEqual(['support bundle', true])
  expect(told(bundle, resource.pods, null)).toBe('pod-of-shop pod-of-kube-system')
  expect(told(bundle, resource.ingresses, 'shop')).toBe('web')
  expect(told(bundle, resource.ingresses, null)).toMatch(/holds no ingresses.* of namespace kube-system/)
  expect(told(bundle, resource.networkPolicies, 'shop')).toMatch(/holds no networkpolicies/)
})

test('of a namespace that was left out, nothing is known', () => {
  const bundle = bundleFromFolder(supportBundle(['shop', 'kube-system', 'payment']))
  expect(bundle.isWhole).toBe(false)
  expect(told(bundle, resource.pods, null)).toBe('support bundle holds no pods of namespace payment')
  expect(told(bundle, resource.pods, 'shop')).toBe('pod-of-shop')
})

/** As `oc adm must-gather` lays it out: a folder for the image, a file for each kind, one for each node. */
function mustGather(more: Readonly<Record<string, string>> = {}): string {
  const folder = scratch()
  const at = 'must-gather.local.1/quay-io-openshift-sha256-abc'
  const files = {
    'namespaces/shop/core/pods.yaml': stringify(list('Pod', named('web-1', 'shop'))),
    'namespaces/shop/core/services.yaml': stringify({
      ...list('Service', { ...named('web', 'shop'), spec: { ports: [{ port: 80 }] } }),
    }),
    'namespaces/shop/discovery.k8s.io/endpointslices.yaml': stringify(list('EndpointSlice')),
    'cluster-scoped-resources/core/nodes/node-1.yaml': stringify(named('node-1')),
    'cluster-scoped-resources/core/nodes/node-2.yaml': stringify(named('node-2')),
    ...more,
  }
  for (const [path, text] of Object.entries(files)) put(folder, `${at}/${path}`, text)
  return folder
}

test('a must-gather is read a namespace at a time', () => {
  const bundle = bundleFromFolder(mustGather({ version: 'openshift/must-gather\n4.19.0\n' }))
  expect([bundle.what, bundle.namespaces, bundle.isWhole]).toEqual(['must-gather', ['shop'], false])
  expect(told(bundle, resource.pods, 'shop')).toBe('web-1')
  expect(told(bundle, resource.endpointSlices, 'shop')).toBe('')
  expect(told(bundle, resource.nodes, null)).toBe('node-1 node-2')
  expect(told(bundle, resource.networkPolicies, 'shop')).toMatch(/holds no networkpolicies/)
  const [service] = valueOf(bundle.read(resource.services, 'shop'))
  expect(service?.['spec']).toEqual({ ports: [{ port: 80 }] })
})

test('an inspection may have one node of many', () => {
  expect(told(bundleFromFolder(mustGather()), resource.nodes, null)).toBe('must-gather holds no nodes')
})

function valueOf<T>(it: { readonly known: true; readonly value: T } | { readonly known: false }): T {
  if (!it.known) throw new Error('unknown')
  return it.value
}

test('a folder of another kind is said to be none', () => {
  expect(() => bundleFromFolder(scratch())).toThrow(/is a folder, and no bundle that is known/)
})

test('of two bundles in a folder, none is chosen', () => {
  const folder = scratch()
  for (const it of ['a', 'b']) put(folder, `${it}/cluster-resources/nodes.json`, json(list('Node')))
  expect(() => bundleFromFolder(folder)).toThrow(/no bundle that is known/)
})

/** Whoever sends a bundle chose what is in it. */
function hostile(pods: (path: string) => void): string {
  const folder = scratch()
  put(folder, 'nodes.json', json(list('Node')))
  put(folder, 'shop/services.json', json(list('Service')))
  pods(join(folder, 'shop/pods.json'))
  return told(bundleFromFolder(folder), resource.pods, 'shop')
}

const outside = join(scratch(), 'outside.json')
writeFileSync(outside, json(list('Pod', named('stolen', 'shop'))))

test.each([
  ['a link out of it', (path: string) => symlinkSync(outside, path), /holds no pods/],
  ['a folder for a file', (path: string) => mkdirSync(path), /holds no pods/],
  [
    'a file with a hole',
    (path: string) => (writeFileSync(path, ''), truncateSync(path, 65 * 2 ** 20)),
    /more than 64 MiB/,
  ],
  ['no JSON', (path: string) => writeFileSync(path, 'pods:'), /is no JSON/],
  ['two lists', (path: string) => writeFileSync(path, '{"items":[]}{"items":[]}'), /is no list/],
  ['no list', (path: string) => writeFileSync(path, '{"items":{}}'), /is no list/],
  ['a page', (path: string) => writeFileSync(path, '{"items":[],"metadata":{"continue":"a"}}'), /first part of a list/],
  ['another namespace', (path: string) => writeFileSync(path, json(list('Pod', named('a', 'b')))), /of namespace b$/],
  ['what is no object', (path: string) => writeFileSync(path, '{"items":[7]}'), /no object/],
])('%s is unknown with its reason', (_it, pods, expected) => expect(hostile(pods)).toMatch(expected))

test('a link for a namespace is not followed', () => {
  const folder = scratch()
  put(folder, 'nodes.json', json(list('Node')))
  put(folder, 'shop/pods.json', json(list('Pod')))
  put(folder, 'elsewhere/pods.json', json(list('Pod', named('stolen', 'lost'))))
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'lost'))
  expect(bundleFromFolder(folder).namespaces).toEqual(['elsewhere', 'shop'])
})

const pod = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', ...named(name, 'shop') })
const podList = (...names: readonly string[]): object => ({ apiVersion: 'v1', kind: 'List', items: names.map(pod) })

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a file of YAML', { 'pods.yaml': stringify(podList('a', 'b')) }, 'a b'],
  ['two files, one in a folder', { 'a.yml': stringify(podList('a')), 'x/b.json': json(podList('b')) }, 'a b'],
  ['settings beside it', { 'pods.yaml': stringify(podList('a', 'b')), 'values.yaml': 'replicas: 2' }, 'a b'],
])('a folder of files by kubectl get: %s', (_it, files, expected) => {
  const folder = scratch()
  for (const [name, text] of Object.entries(files)) put(folder, name, text)
  expect(told(bundleFromFolder(folder), resource.pods, 'shop')).toBe(expected)
})

test('a folder of files of which one is broken is refused with its name', () => {
  const folder = scratch()
  put(folder, 'pods.yaml', stringify(podList('a')))
  put(folder, 'web.yaml', 'apiVersion: v1\nkind: {{ .Values.kind }}\n')
  expect(() => bundleFromFolder(folder)).toThrow(/: web\.yaml is not valid YAML /)
})

test('a dump into files may be YAML', () => {
  const folder = scratch()
  put(folder, 'nodes.yaml', stringify(list('Node', named('n'))))
  put(folder, 'shop/pods.yaml', stringify(list('Pod', named('a', 'shop'))))
  expect(told(bundleFromFolder(folder), resource.pods, 'shop')).toBe('a')
})

const custom = (apiVersion: string, kind: string, name: string, namespace?: string): object => ({
  apiVersion,
  kind,
  ...named(name, namespace),
})
const gatewayApi = 'gateway.networking.k8s.io/v1'

test('custom kinds of a support bundle: those that are read, and the others by their number', () => {
  const folder = supportBundle(['shop', 'kube-system'])
  const at = 'support-bundle-2026-11-29T07_00_00/cluster-resources/custom-resources'
  const put1 = (path: string, ...its: readonly object[]): void => put(folder, `${at}/${path}`, stringify(its))
  put1('httproutes.gateway.networking.k8s.io/shop.yaml', custom(gatewayApi, 'HTTPRoute', 'r', 'shop'))
  put1('gatewayclasses.gateway.networking.k8s.io.yaml', custom(gatewayApi, 'GatewayClass', 'edge'))
  put1('virtualservers.k8s.nginx.org/shop.yaml', custom('k8s.nginx.org/v1', 'VirtualServer', 'v', 'shop'))
  put1('virtualservers.k8s.nginx.org/kube-system.yaml', custom('k8s.nginx.org/v1', 'VirtualServer', 'w', 'kube-system'))
  put1('globalthings.example.org.yaml', custom('example.org/v1', 'GlobalThing', 'g'))
  put1(
    'prometheusrules.monitoring.coreos.com/shop.yaml',
    custom('monitoring.coreos.com/v1', 'PrometheusRule', 'm', 'shop'),
  )
  put(folder, `${at}/broken.example.net/shop.yaml`, '{')
  const bundle = bundleFromFolder(folder)
  expect(told(bundle, gatewayKinds.HTTPRoute, 'shop')).toBe('r')
  expect(told(bundle, gatewayKinds.GatewayClass, null)).toBe('edge')
  expect(bundle.holds(gatewayKinds.HTTPRoute, 'kube-system')).toBe(false)
  expect(bundle.hasAll(gatewayKinds.HTTPRoute, null)).toBe(false)
  expect(bundle.holds(gatewayKinds.Gateway, 'shop')).toBe(false)
  expect(bundle.unread('shop')).toEqual([
    { kind: 'GlobalThing', group: 'example.org', objects: 1 },
    { kind: 'VirtualServer', group: 'k8s.nginx.org', objects: 1 },
    { kind: 'broken', group: 'example.net', objects: 1 },
  ])
  expect(bundle.unread(null)[0]).toEqual({ kind: 'VirtualServer', group: 'k8s.nginx.org', objects: 2 })
})

test('custom kinds of a must-gather: lists, and objects one by one where all of them were gathered', () => {
  const files = {
    'namespaces/shop/gateway.networking.k8s.io/httproutes/r.yaml': stringify(
      custom(gatewayApi, 'HTTPRoute', 'r', 'shop'),
    ),
    'namespaces/shop/gateway.networking.k8s.io/gateways.yaml': stringify(
      list('Gateway', custom(gatewayApi, 'Gateway', 'edge', 'shop')),
    ),
    'namespaces/shop/route.openshift.io/routes.yaml': stringify({
      apiVersion: 'route.openshift.io/v1',
      kind: 'RouteList',
      items: [named('a', 'shop'), named('b', 'shop')],
    }),
    'cluster-scoped-resources/gateway.networking.k8s.io/gatewayclasses/c.yaml': stringify(
      custom(gatewayApi, 'GatewayClass', 'c'),
    ),
  }
  const bundle = bundleFromFolder(mustGather({ ...files, version: 'openshift/must-gather\n' }))
  expect(told(bundle, gatewayKinds.HTTPRoute, 'shop')).toBe('r')
  expect(told(bundle, gatewayKinds.Gateway, 'shop')).toBe('edge')
  expect(told(bundle, gatewayKinds.GatewayClass, null)).toBe('c')
  expect(bundle.unread('shop')).toEqual([{ kind: 'Route', group: 'route.openshift.io', objects: 2 }])
  expect(bundle.unread('other')).toEqual([])
  // `oc adm inspect` writes no version, and what it was asked for.
  const inspected = bundleFromFolder(mustGather(files))
  expect(inspected.holds(gatewayKinds.HTTPRoute, 'shop')).toBe(false)
  expect(inspected.holds(gatewayKinds.Gateway, 'shop')).toBe(true)
})
