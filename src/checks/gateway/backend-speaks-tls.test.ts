import { contacts, getOf } from '../../../test/build/contacts.ts'
import { backend, gateway, gatewayClass, route } from '../../../test/build/gateway.ts'
import { destinationRule, mesh } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './backend-speaks-tls.ts'

const policy = (section: string | null = null): BackendTlsPolicy => ({
  namespace: 'shop',
  name: 'pay',
  generation: 1,
  targets: [{ group: '', kind: 'Service', name: 'pay', section }],
  authorities: [],
  wellKnown: 'System',
  hostname: 'pay.example.com',
  status: [],
})
const given = (about: Partial<ServicePort>, probe: string | null = null, controller = 'example.com/gateway') => ({
  gatewayRoutes: [route([backend('pay', { port: about.port ?? 443 })], { status: [] })],
  gateways: [gateway()],
  gatewayClasses: [gatewayClass('contour', { controller })],
  services: [service('pay', { ports: [port({ name: null, port: 443, targetPort: 8443, ...about })] })],
  pods: [
    pod('pay-1', {
      containers: [container({ ports: [{ name: 'web', port: 8443, protocol: 'TCP' }], readinessProbe: probe })],
    }),
  ],
  backendTlsPolicies: [],
})
const subject = 'HTTPRoute/shop/web'

describeCheck(check, [
  {
    it: 'a port by the name https',
    given: given({ name: 'https', port: 8080, targetPort: 8080 }),
    expect: [{ subject, severity: 'warning', confidence: 'possible', args: { sign: 'name', read: true } }],
  },
  { it: 'appProtocol', given: given({ appProtocol: 'https' }), expect: [{ subject, args: { sign: 'appProtocol' } }] },
  {
    it: 'the kubelet asks by HTTPS',
    given: given({}, 'https-get :8443/healthz'),
    expect: [{ subject, args: { sign: 'probe' } }],
  },
  { it: '443 to 8443', given: given({}), expect: [{ subject, args: { sign: 'number' } }] },
  {
    it: 'the policies were not read',
    given: modelOf(given({}), { backendTlsPolicies: unknown('cut-off', 'none in the file') }),
    expect: [{ subject, args: { read: false }, says: /not among what was read/ }],
  },
  {
    it: 'a policy for another port',
    given: { ...given({ name: 'https' }), backendTlsPolicies: [policy('admin')] },
    expect: [{ subject }],
  },
  { it: 'a policy for the Service', given: { ...given({}), backendTlsPolicies: [policy()] }, expect: 'ok' },
  {
    it: 'a policy for the port',
    given: { ...given({ name: 'https' }), backendTlsPolicies: [policy('https')] },
    expect: 'ok',
  },
  {
    it: 'a policy for the port, by its number',
    given: { ...given({}), backendTlsPolicies: [policy('443')] },
    expect: 'ok',
  },
  {
    it: 'a DestinationRule of many hosts, of whose ports nothing is read',
    given: { ...given({}), mesh: mesh({ destinationRules: [destinationRule([], { host: '*.local', tls: null })] }) },
    expect: 'ok',
  },
  {
    it: 'a DestinationRule of Istio speaks TLS',
    given: { ...given({}), mesh: mesh({ destinationRules: [destinationRule([], { host: 'pay', tls: 'SIMPLE' })] }) },
    expect: 'ok',
  },
  {
    it: 'it answered plain HTTP',
    given: {
      ...given({}),
      contacts: {
        ...contacts([]),
        direct: [getOf('pay', 'pay-1', 200, { service: { namespace: 'shop', name: 'pay', port: 443 } })],
      },
    },
    expect: 'ok',
  },
  {
    it: 'the controller goes by the name of the port',
    given: given({}, null, 'traefik.io/gateway-controller'),
    expect: 'not-applicable',
  },
  { it: 'the kubelet asks by HTTP', given: given({}, 'http-get :8443/healthz'), expect: 'ok' },
  { it: '443 in front of plain HTTP', given: given({ targetPort: 8080 }), expect: 'ok' },
  { it: 'plain by its name', given: given({ name: 'http' }), expect: 'ok' },
  { it: 'no route', given: { ...given({}), gatewayRoutes: [] }, expect: 'not-applicable' },
  {
    it: 'routes forbidden',
    given: modelOf(given({}), { gatewayRoutes: unknown('forbidden', 'list httproutes') }),
    expect: 'cannot-tell',
  },
])
