import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { calleesOfPods } from './callees-of-pods.ts'

const calls = (...hosts: readonly string[]) => ({
  containers: [container({ calls: hosts.map((host) => ({ host, port: 80, by: 'URL' })) })],
})
const there = [
  service('pay', { namespace: 'pay', selector: { app: 'pay' } }),
  service('db', { selector: { app: 'db' }, clusterIP: 'None' }),
]
const behind = [
  pod('pay-1', { namespace: 'pay', labels: { app: 'pay' }, owner: null }),
  pod('db-0', { labels: { app: 'db' }, owner: { kind: 'StatefulSet', name: 'db' } }),
]

test.each<[string, readonly string[], readonly string[]]>([
  ['a Service of another namespace', ['pay.pay'], ['Service/pay/pay', 'Pod/pay/pay-1']],
  ['a pod by its own name', ['db-0.db'], ['Service/shop/db', 'Pod/shop/db-0', 'StatefulSet/shop/db']],
  ['nobody of the cluster', ['example.com', 'a.b.c.example.com'], []],
])('%s', (_, hosts, keys) => {
  const web = pod('web-1', calls(...hosts))
  const model = modelOf({ pods: [web, ...behind], services: there })
  expect([...calleesOfPods(model, [web])]).toEqual(keys)
})

test('without Services nobody knows whom', () => {
  const web = pod('web-1', calls('pay.pay'))
  expect([...calleesOfPods(modelOf({ pods: [web] }), [web])]).toEqual([])
})
