import { contacts, getOf } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './tls-to-plain-port.ts'

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
const one = (about: Partial<ServicePort> = {}) => port({ name: null, port: 8080, targetPort: 8080, ...about })
const given = (ports: readonly ServicePort[], probe: string | null = null, section: string | null = null) => ({
  backendTlsPolicies: [policy(section)],
  services: [service('pay', { ports })],
  pods: [pod('pay-1', { containers: [container({ ports: [], readinessProbe: probe })] })],
})
const asked = (status: number, scheme: 'http' | 'https' = 'http') => ({
  ...contacts([]),
  direct: [getOf('pay', 'pay-1', status, { scheme, service: { namespace: 'shop', name: 'pay', port: 8080 } })],
})
const subject = 'BackendTLSPolicy/shop/pay'

describeCheck(check, [
  {
    it: 'the kubelet asks by plain HTTP',
    given: given([one()], 'http-get :8080/healthz'),
    expect: [{ subject, severity: 'warning', confidence: 'possible', args: { sign: 'probe' } }],
  },
  {
    it: 'a port by the name http',
    given: given([one({ name: 'http' })]),
    expect: [{ subject, args: { sign: 'name' } }],
  },
  {
    it: 'it answered plain HTTP',
    given: { ...given([one()]), contacts: asked(200) },
    expect: [{ subject, severity: 'error', confidence: 'inferred', args: { sign: 'answered' } }],
  },
  {
    it: 'for the port by its name, and another is there for TLS',
    given: given([one({ name: 'http' }), one({ name: 'https', port: 443, targetPort: 8443 })], null, 'http'),
    expect: [{ subject, args: { section: 'http' } }],
  },
  {
    it: 'for all ports, one of which is for TLS',
    given: given([one({ name: 'http' }), one({ name: 'https', port: 443, targetPort: 8443 })]),
    expect: 'ok',
  },
  {
    it: 'one place for both, which tells them apart',
    given: given([one({ name: 'http' }), one({ name: 'https', port: 443 })], 'http-get :8080/healthz', 'http'),
    expect: 'ok',
  },
  { it: 'it answered by a redirect', given: { ...given([one()]), contacts: asked(308) }, expect: 'ok' },
  {
    it: 'it answered by https',
    given: { ...given([one({ name: 'web' })]), contacts: asked(200, 'https') },
    expect: 'ok',
  },
  { it: 'called web, and the number of TLS', given: given([one({ name: 'web', targetPort: 8443 })]), expect: 'ok' },
  { it: 'the kubelet asks by https', given: given([one({ name: 'web' })], 'https-get :8080/'), expect: 'ok' },
  { it: 'nothing says what it speaks', given: given([one()]), expect: 'ok' },
  { it: 'called https', given: given([one({ name: 'https' })]), expect: 'ok' },
  { it: 'no policy', given: { ...given([one()]), backendTlsPolicies: [] }, expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf(given([one()]), { backendTlsPolicies: unknown('forbidden', 'list backendtlspolicies') }),
    expect: 'cannot-tell',
  },
])
