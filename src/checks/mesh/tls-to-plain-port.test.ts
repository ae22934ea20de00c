import { contacts, getOf } from '../../../test/build/contacts.ts'
import { destinationRule, mesh } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { TlsMode } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import check from './tls-to-plain-port.ts'

const given = (probe: string | null, tls: TlsMode | null = 'SIMPLE', about: Partial<Service> = {}) => ({
  mesh: mesh({ destinationRules: [destinationRule([], { host: 'cart', tls })] }),
  services: [service('cart', { ports: [port({ name: 'http', port: 8080, targetPort: 8080 })], ...about })],
  pods: [pod('cart-1', { containers: [container({ ports: [], readinessProbe: probe })] })],
})
const plain = 'http-get :8080/healthz'
const subject = 'DestinationRule/shop/cart'

describeCheck(check, [
  {
    it: 'the kubelet asks by plain HTTP',
    given: given(plain),
    expect: [{ subject, severity: 'warning', confidence: 'possible', args: { mode: 'SIMPLE', sign: 'probe' } }],
  },
  {
    it: 'it answered plain HTTP',
    given: {
      ...given(null),
      contacts: {
        ...contacts([]),
        direct: [getOf('cart', 'cart-1', 200, { service: { namespace: 'shop', name: 'cart', port: 8080 } })],
      },
    },
    expect: [{ subject, severity: 'error', confidence: 'inferred' }],
  },
  { it: 'TLS is begun by the proxy, so the port is called http', given: given(null), expect: 'ok' },
  { it: 'the kubelet asks by https', given: given('https-get :8080/healthz'), expect: 'ok' },
  {
    it: 'another port of it may be the one for TLS',
    given: given(plain, 'SIMPLE', {
      ports: [port({ name: 'http', port: 8080, targetPort: 8080 }), port({ name: 'x', port: 9000, targetPort: 9000 })],
    }),
    expect: 'ok',
  },
  { it: "the mesh's own mTLS", given: given(plain, 'ISTIO_MUTUAL'), expect: 'not-applicable' },
  { it: 'nothing is said of TLS', given: given(plain, null), expect: 'not-applicable' },
  { it: 'a name outside', given: given(plain, 'SIMPLE', { type: 'ExternalName' }), expect: 'not-applicable' },
  { it: 'no DestinationRule', given: { ...given(plain), mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh is not known',
    given: modelOf(given(plain), { mesh: unknown('forbidden', 'list destinationrules') }),
    expect: 'cannot-tell',
  },
])
