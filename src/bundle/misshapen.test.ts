import { expect, test } from 'vitest'
import { configMaps, endpointSlices, networkPolicies, nodes, pods, services } from '../kube/resources.ts'
import type { RawObject } from '../kube/cluster.ts'
import { known } from '../model/known.ts'
import { keyOf } from './kinds.ts'
import { wellShaped } from './misshapen.ts'

const object = (more: object): RawObject => ({ metadata: { name: 'web', namespace: 'shop' }, ...more }) as RawObject

test.each([
  ['a status that is a list', nodes, { status: [] }, 'status is no object'],
  ['addresses that are no list', nodes, { status: { addresses: {} } }, 'status.addresses is no list'],
  ['an address that is none', nodes, { status: { addresses: ['10.0.0.1'] } }, 'status.addresses[0] is no object'],
  ['a spec that is a text', services, { spec: 'nope' }, 'spec is no object'],
  ['ports that are a map', services, { spec: { ports: { a: 1 } } }, 'spec.ports is no list'],
  ['a selector of numbers', services, { spec: { selector: { app: 1 } } }, 'spec.selector holds what is no text'],
  ['no container', pods, { spec: { containers: [null] } }, 'spec.containers[0] is no object'],
  ['ports in words', pods, { spec: { containers: [{ ports: '80' }] } }, 'spec.containers[0].ports is no list'],
  ['endpoints by number', endpointSlices, { endpoints: { 0: null } }, 'endpoints is no list'],
  ['a file that is a list', configMaps, { data: { Corefile: [1] } }, 'data holds what is no text'],
  ['peers in a word', networkPolicies, { spec: { ingress: [{ from: 'all' }] } }, 'spec.ingress[0].from is no list'],
  ['a rule that lets all in', networkPolicies, { spec: { ingress: [{}], egress: null } }, null],
  ['nothing but its name', pods, {}, null],
  ['empty as Go writes it', services, { spec: { ports: null, selector: null } }, null],
] as const)('a field of another type makes its list unknown: %s', (_it, resource, more, wrong) => {
  const read = wellShaped(known([object({}), object(more)]), keyOf(resource), 'FILE')
  expect(read.known ? null : read.why).toEqual(
    wrong === null
      ? null
      : {
          reason: 'failed',
          detail: `FILE holds shop/web of the ${keyOf(resource)}, whose ${wrong}, as no API server writes it`,
        },
  )
})
