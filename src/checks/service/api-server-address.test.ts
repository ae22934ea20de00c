import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './api-server-address.ts'

const kubernetes = service('kubernetes', {
  namespace: 'default',
  clusterIP: '10.96.0.1',
  selector: null,
  ports: [port({ name: 'https', port: 443, targetPort: 6443 })],
})
const at = (...ips: readonly string[]) => [
  slice(
    'kubernetes',
    ips.map((ip) => pod(`x-${ip}`, { ip })),
    { namespace: 'default', name: 'kubernetes' },
  ),
]
const control = { 'node-role.kubernetes.io/control-plane': '' }
const nodes = [
  node('cp-1', { ip: '192.168.10.10', labels: control }),
  node('cp-2', { ip: '192.168.10.11', labels: control }),
  node('worker-1', { ip: '192.168.10.21' }),
]
const found = { subject: 'Service/default/kubernetes' }
const warning = { ...found, severity: 'warning' as const, confidence: 'possible' as const }

describeCheck(check, [
  {
    it: 'no slice',
    given: { services: [kubernetes], endpointSlices: [], nodes },
    expect: [{ ...found, severity: 'error', confidence: 'inferred', says: /has no endpoint/ }],
  },
  {
    it: 'a slice without an address',
    given: { services: [kubernetes], endpointSlices: at(), nodes },
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: 'no address, where others run the control plane',
    given: { services: [kubernetes], endpointSlices: [], nodes: [nodes[2] ?? node('worker-1')] },
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: 'a node that is none of the control plane',
    given: { services: [kubernetes], endpointSlices: at('192.168.10.21'), nodes },
    expect: [{ ...warning, says: /leads to 192\.168\.10\.21, which is node worker-1, none of the control plane/ }],
  },
  {
    it: 'an address that nobody has, beside those of the nodes',
    given: { services: [kubernetes], endpointSlices: at('192.168.10.99'), nodes },
    expect: [{ ...warning, args: { kind: 'astray' } }],
  },
  {
    it: 'one of two is gone',
    given: { services: [kubernetes], endpointSlices: at('192.168.10.10', '172.16.0.4'), nodes },
    expect: [{ ...warning, args: { astray: ['172.16.0.4'], of: 2 } }],
  },
  {
    it: 'all are of another network: announced so',
    given: { services: [kubernetes], endpointSlices: at('172.16.0.4'), nodes },
    expect: [{ ...found, severity: 'info', confidence: 'possible', args: { kind: 'elsewhere' } }],
  },
  {
    it: 'both nodes of the control plane',
    given: { services: [kubernetes], endpointSlices: at('192.168.10.10', '192.168.10.11'), nodes },
    expect: 'ok',
  },
  {
    it: 'others run the control plane',
    given: { services: [kubernetes], endpointSlices: at('172.16.0.4'), nodes: [node('worker-1')] },
    expect: 'ok',
  },
  {
    it: 'its namespace is not in scope',
    given: { services: [service('web')], endpointSlices: [], nodes },
    expect: 'not-applicable',
  },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [kubernetes], nodes }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
