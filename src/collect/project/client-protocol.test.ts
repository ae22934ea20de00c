import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectClientProtocol } from './client-protocol.ts'

const policy = (spec: object, about: object = {}) => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: { namespace: 'shop', name: 'quotes' },
  spec,
  ...about,
})
const read = (raw: object) => projectClientProtocol(raw, createIntern())
const edge = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }
const on = { useClientProtocol: true, targetRefs: [edge] }
const found = { namespace: 'shop', name: 'quotes', targets: [{ kind: 'Gateway', name: 'edge' }] }

test('whose backends get the protocol of their clients', () => {
  expect(read(policy(on))).toEqual(found)
  expect(read(policy({ useClientProtocol: true, targetRef: edge }))).toEqual(found)
  expect(read(policy({ targetRefs: [edge] }))).toBeNull()
  expect(read(policy({ useClientProtocol: true }))).toBeNull()
  expect(read(policy(on, { apiVersion: 'x/v1' }))).toBeNull()
  const ancestors = [{ conditions: [{ type: 'Accepted', status: 'False' }] }]
  expect(read(policy(on, { status: { ancestors } }))).toBeNull()
})
