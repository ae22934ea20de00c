import { expect, test } from 'vitest'
import * as resource from '../kube/resources.ts'
import { bundleFromText } from './from-text.ts'

const pod = (name: string, node: string, labels: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { nodeName: node },
})
const slice = (name: string, ...targets: readonly (readonly [pod: string, node: string])[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  endpoints: targets.map(([target, nodeName]) => ({ nodeName, targetRef: { kind: 'Pod', name: target } })),
})
const web = { app: 'web' }
const db = { app: 'db' }
const own = [pod('web-1', 'a', web), pod('web-2', 'b', web), pod('db-0', 'a', db)]

test.each<readonly [it: string, items: readonly object[], isKnown: boolean]>([
  ['all are there', [...own, slice('web', ['web-1', 'a'], ['web-2', 'b']), slice('db', ['db-0', 'a'])], true],
  [
    'one endpoint is of a pod that is gone: a fault of the cluster, and no sign of a choice',
    [...own, slice('web', ['web-1', 'a'], ['web-2', 'b'], ['web-3', 'b']), slice('db', ['db-0', 'a'])],
    true,
  ],
  [
    'of a node of which nothing is there: chosen by its field',
    [...own, slice('web', ['web-1', 'a'], ['web-2', 'b'], ['web-3', 'c']), slice('db', ['db-0', 'a'])],
    false,
  ],
  [
    'they share a label, and others are missing: chosen by it',
    [own[0], own[1], slice('web', ['web-1', 'a'], ['web-2', 'b']), slice('db', ['db-0', 'a'])].filter(
      (it) => it !== undefined,
    ),
    false,
  ],
  ['most are missing', [...own, slice('web', ['web-4', 'a'], ['web-5', 'b'], ['web-6', 'b'])], false],
])('%s', (_it, items, isKnown) => {
  const bundle = bundleFromText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'FILE')
  expect(bundle.read(resource.pods, 'shop').known).toBe(isKnown)
})
