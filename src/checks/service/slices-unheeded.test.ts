import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { EndpointSlice } from '../../model/service.ts'
import check from './slices-unheeded.ts'

const db = service('db', { selector: null, families: ['IPv4'] })
const at = (ip: string, about: Partial<EndpointSlice> = {}) => slice('db', [pod('db-0', { ip })], about)
const good = at('10.2.1.4', { name: 'db-good' })
const error = { subject: 'Service/shop/db', severity: 'error' as const, confidence: 'inferred' as const }
const warning = { ...error, severity: 'warning' as const }

describeCheck(check, [
  {
    it: 'names alone',
    given: { services: [db], endpointSlices: [at('db.example.com', { addressType: 'FQDN' })] },
    expect: [{ ...error, args: { why: 'names' }, says: /db-x2x is of addressType FQDN/ }],
  },
  {
    it: 'names in two slices',
    given: {
      services: [db],
      endpointSlices: [
        at('db.example.com', { addressType: 'FQDN' }),
        at('db2.example.com', { addressType: 'FQDN', name: 'db-2' }),
      ],
    },
    expect: [{ ...error, says: /db-x2x, db-2 are of addressType FQDN/ }],
  },
  {
    it: 'addresses of the other family alone',
    given: { services: [db], endpointSlices: [at('fd00::9', { addressType: 'IPv6' })] },
    expect: [{ ...error, args: { why: 'family' }, says: 'db-x2x is of addressType IPv6, the Service of IPv4' }],
  },
  {
    it: 'the same, in a recording that does not say the families: by its address',
    given: {
      services: [service('db', { selector: null })],
      endpointSlices: [at('fd00::9', { addressType: 'IPv6' })],
    },
    expect: [{ ...error, args: { families: ['IPv4'] } }],
  },
  {
    it: 'a Service of both families, with one of them',
    given: {
      services: [service('db', { families: ['IPv4', 'IPv6'] })],
      endpointSlices: [at('fd00::9', { addressType: 'IPv6' })],
    },
    expect: 'ok',
  },
  {
    it: 'the label of slices of headless Services',
    given: { services: [db], endpointSlices: [at('10.2.1.4', { leftOut: 'headless' })] },
    expect: [{ ...error, says: /bears the label service\.kubernetes\.io\/headless/ }],
  },
  {
    it: "another proxy's label",
    given: { services: [db], endpointSlices: [at('10.2.1.4', { leftOut: 'service-proxy-name' })] },
    expect: [{ ...error, says: /bears the label service\.kubernetes\.io\/service-proxy-name/ }],
  },
  {
    it: "another proxy's label, which the slice has from its Service",
    given: {
      services: [service('db', { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } })],
      endpointSlices: [at('10.2.1.4', { leftOut: 'service-proxy-name' })],
    },
    expect: 'not-applicable',
  },
  ...['127.0.0.1', '169.254.3.4', '0.0.0.0'].map((ip) => ({
    it: `${ip}, where the other is well`,
    given: { services: [db], endpointSlices: [good, at(ip)] },
    expect: [{ ...warning, args: { why: 'special', bad: 1, of: 2, first: ip } }],
  })),
  ...['126.255.255.255', '128.0.0.1', '169.253.255.255', '169.255.0.1', '0.0.0.1'].map((ip) => ({
    it: `${ip}, which may be anybody's`,
    given: { services: [db], endpointSlices: [at(ip)] },
    expect: 'ok' as const,
  })),
  ...['::1', 'fe80::1', '::'].map((ip) => ({
    it: `${ip} alone`,
    given: { services: [service('db', { families: ['IPv6'] })], endpointSlices: [at(ip, { addressType: 'IPv6' })] },
    expect: [{ ...error, args: { why: 'special' } }],
  })),
  {
    it: 'the address of another Service',
    given: {
      services: [db, service('pg', { clusterIP: '10.96.7.7', ports: [port({ port: 5432 })] })],
      endpointSlices: [at('10.96.7.7')],
    },
    expect: [{ ...error, says: /10\.96\.7\.7 is the address of Service shop\/pg/ }],
  },
  {
    it: 'the address of another Service beside one that is well',
    given: { services: [db, service('pg', { clusterIP: '10.96.7.7' })], endpointSlices: [good, at('10.96.7.7')] },
    expect: [{ ...warning, args: { why: 'virtual', bad: 1, of: 2 } }],
  },
  {
    it: 'names beside an address that is well: nobody heeds them',
    given: { services: [db], endpointSlices: [good, at('db.example.com', { addressType: 'FQDN' })] },
    expect: 'ok',
  },
  {
    it: 'somebody answers at its address all the same',
    given: {
      services: [db],
      endpointSlices: [at('db.example.com', { addressType: 'FQDN' })],
      contacts: contacts([toService('db', 'worker-1', repeat(4, 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'nobody answers at its address',
    given: {
      services: [db],
      endpointSlices: [at('db.example.com', { addressType: 'FQDN' })],
      contacts: contacts([toService('db', 'worker-1', repeat(4, 'refused'))]),
    },
    expect: [error],
  },
  {
    it: 'a headless Service, of which DNS alone speaks',
    given: {
      services: [service('db', { clusterIP: 'None' })],
      endpointSlices: [at('db.example.com', { addressType: 'FQDN' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'names that are not ready: SVC205 is about that',
    given: {
      services: [db],
      endpointSlices: [slice('db', [pod('db-0', { ready: false })], { addressType: 'FQDN' })],
    },
    expect: 'not-applicable',
  },
  { it: 'an address', given: { services: [db], endpointSlices: [good] }, expect: 'ok' },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [db] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
