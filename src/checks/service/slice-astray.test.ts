import { port, service, slice } from '../../../test/build/service.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { unknown } from '../../model/known.ts'
import check from './slice-astray.ts'

const outside = pod('vm', { ip: '172.16.4.20' })
const db = service('db', { selector: null, ports: [port({ port: 5432, targetPort: 5432 })] })
const by = (label: string | null, about: Partial<EndpointSlice> = {}) =>
  slice('db', [outside], {
    name: 'db-1',
    service: label,
    ports: [{ name: 'http', port: 5432, protocol: 'TCP' }],
    ...about,
  })
const named = { subject: 'Service/shop/db', severity: 'error' as const, confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'the label names a Service that is not there',
    given: { services: [db], endpointSlices: [by('dbs')] },
    expect: [{ ...named, args: { label: 'dbs', slice: 'db-1', endpoints: 1 } }],
  },
  {
    it: 'the label names a Service that is not there, of quite another name',
    given: { services: [db], endpointSlices: [by('warehouse')] },
    expect: [{ ...named, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'no label',
    given: { services: [db], endpointSlices: [by(null)] },
    expect: [{ subject: 'Service/shop/db', says: /no selector/, args: { label: null } }],
  },
  {
    it: 'two slices astray: the one of the nearer name',
    given: { services: [db], endpointSlices: [by('warehouse', { name: 'wh-1' }), by('dbs')] },
    expect: [{ subject: 'Service/shop/db', args: { slice: 'db-1' } }],
  },
  {
    it: 'two slices astray, and neither is near',
    given: { services: [db], endpointSlices: [by('warehouse', { name: 'wh-1' }), by('ledgers')] },
    expect: 'ok',
  },
  {
    it: 'Endpoints of another name, in a file',
    given: { services: [db], endpointSlices: [by('db-external', { name: 'db-external', from: 'Endpoints' })] },
    expect: [{ ...named, args: { kind: 'Endpoints', slice: 'db-external' }, says: /Endpoints db-external are for/ }],
  },
  {
    it: 'a slice that the control plane keeps as a copy of Endpoints',
    given: { services: [db], endpointSlices: [by('db-external', { mirrorOf: 'db-external' })] },
    expect: [{ ...named, args: { mirrorOf: 'db-external', slice: 'db-1' } }],
  },
  { it: 'it has its slice', given: { services: [db], endpointSlices: [by('db')] }, expect: 'ok' },
  {
    it: 'its only slice holds a name: it is tied to it, and SVC249 says what is wrong with it',
    given: { services: [db], endpointSlices: [by('db', { addressType: 'FQDN' })] },
    expect: 'ok',
  },
  {
    it: 'it has its slice, and one was left over from another',
    given: { services: [db], endpointSlices: [by('db'), by('old', { name: 'old-1' })] },
    expect: 'ok',
  },
  {
    it: 'it waits for endpoints, and no slice is astray',
    given: { services: [db, service('cart')], endpointSlices: [slice('cart', [pod('cart-1')])] },
    expect: 'ok',
  },
  {
    it: 'what is astray has another port',
    given: {
      services: [db],
      endpointSlices: [by('database', { ports: [{ name: 'http', port: 5433, protocol: 'TCP' }] })],
    },
    expect: 'ok',
  },
  {
    it: 'what is astray has another protocol',
    given: {
      services: [db],
      endpointSlices: [by('database', { ports: [{ name: 'http', port: 5432, protocol: 'UDP' }] })],
    },
    expect: 'ok',
  },
  {
    it: 'what is astray is in another namespace',
    given: { services: [db], endpointSlices: [by('database', { namespace: 'pay' })] },
    expect: 'ok',
  },
  {
    it: 'what is astray has no ready endpoint: what is left of a Service that was deleted',
    given: { services: [db], endpointSlices: [by('database', { endpoints: [] })] },
    expect: 'ok',
  },
  {
    it: 'a Service with a selector',
    given: { services: [service('db')], endpointSlices: [by('database')] },
    expect: 'not-applicable',
  },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [db] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
