import { expect, test } from 'vitest'
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
