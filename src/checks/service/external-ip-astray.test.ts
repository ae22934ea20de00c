import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './external-ip-astray.ts'

const edge = (...externalIPs: readonly string[]) =>
  service('edge', { externalIPs, families: ['IPv4'], clusterIP: '10.96.1.1' })
const found = { subject: 'Service/shop/edge', severity: 'warning' as const, confidence: 'inferred' as const }
const db = service('db', { clusterIP: '10.96.2.2' })

describeCheck(check, [
  {
    it: 'of the other family',
    given: { services: [edge('2001:db8::9')] },
    expect: [{ ...found, args: { kind: 'family' }, says: /2001:db8::9 .* is not served: the Service is of IPv4/ }],
  },
  {
    it: 'of the other family, of a Service of both',
    given: { services: [{ ...edge('2001:db8::9'), families: ['IPv4', 'IPv6'] }], pods: [] },
    expect: 'ok',
  },
  {
    it: 'of the other family, in a recording that does not say the families',
    given: { services: [service('edge', { externalIPs: ['2001:db8::9'] })], pods: [] },
    expect: 'ok',
  },
  {
    it: 'the address of another Service',
    given: { services: [edge('203.0.113.7', '10.96.2.2'), db] },
    expect: [{ ...found, says: /takes the address 10\.96\.2\.2, which Service shop\/db has/ }],
  },
  {
    it: 'the address of a pod',
    given: { services: [edge('10.2.1.4')], pods: [pod('db-0', { ip: '10.2.1.4' })] },
    expect: [{ ...found, says: /takes the address 10\.2\.1\.4, which pod shop\/db-0 has/ }],
  },
  {
    it: 'the second address of a pod',
    given: { services: [edge('10.2.1.4')], pods: [pod('db-0', { ip: '10.2.1.5', ips: ['10.2.1.5', '10.2.1.4'] })] },
    expect: [found],
  },
  {
    it: 'the address of a node, which pods on its network have',
    given: { services: [edge('192.168.0.11')], pods: [pod('agent-0', { ip: '192.168.0.11', hostNetwork: true })] },
    expect: 'ok',
  },
  {
    it: 'the address of a pod that is over',
    given: { services: [edge('10.2.1.4')], pods: [pod('job-0', { ip: '10.2.1.4', phase: 'Succeeded' })] },
    expect: 'ok',
  },
  { it: 'an address that nobody has', given: { services: [edge('203.0.113.7'), db], pods: [] }, expect: 'ok' },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [edge('203.0.113.7')] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /list pods/,
  },
  { it: 'no external address', given: { services: [db] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
