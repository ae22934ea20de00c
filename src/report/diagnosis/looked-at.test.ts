import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { lookedAt } from './looked-at.ts'

test('values of Secrets are counted once a workload, and said to be not judged', () => {
  const containers = [container({ fromSecrets: 2 }), container({ name: 'more', fromSecrets: 1 })]
  const pods = [pod('cart-1', { containers }), pod('cart-2', { containers }), pod('web-1')]
  expect(lookedAt(modelOf({ pods }))).toContain('not judged: 3 environment values of 1 workload, from Secrets')
  expect(lookedAt(modelOf({ pods: [pod('web-1')] }))).not.toContain('Secrets')
})

test('what is read for one question is not called unread', () => {
  const model = modelOf({ pods: [] })
  const unread = [
    { kind: 'Certificate', group: 'cert-manager.io', objects: 2 },
    { kind: 'Route', group: 'route.openshift.io', objects: 1 },
  ]
  const told = lookedAt({ ...model, cluster: { ...model.cluster, file: { policiesNotHeld: [], unread } } })
  expect(told).toContain('not read, though in the file: 1 Route of route.openshift.io;')
  expect(told).toContain('read for a question or two alone: 2 Certificate of cert-manager.io')
})

test('of the DNS it is told which policies of other kinds hold where its servers are', () => {
  const otherPolicies = [
    { kind: 'CiliumClusterwideNetworkPolicy', namespace: null, name: 'deny' },
    { kind: 'CiliumNetworkPolicy', namespace: 'kube-system', name: 'dns' },
    { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' },
  ] as const
  const told = lookedAt(modelOf({ otherPolicies, clusterDns: clusterDns() }, {}, { target: { kind: 'dns' } }))
  expect(told).toContain('CiliumClusterwideNetworkPolicy deny, CiliumNetworkPolicy kube-system/dns')
  expect(told).not.toContain('shop/web')
  expect(lookedAt(modelOf({ clusterDns: clusterDns() }, {}, { target: { kind: 'dns' } }))).not.toContain('decide')
})
