import { mesh, virtualService } from '../../../test/build/istio.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { VirtualService } from '../../model/mesh.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './rules-on-tcp.ts'

const given = (ports: readonly Partial<ServicePort>[], about: Partial<VirtualService> = {}) => ({
  mesh: mesh({ virtualServices: [virtualService([{}], { hosts: ['cart'], ...about })] }),
  services: [service('cart', { ports: ports.map((it) => port(it)) })],
})
const subject = 'VirtualService/shop/web'
const tcp = { name: 'tcp-cart' }

describeCheck(check, [
  {
    it: 'TCP by its name',
    given: given([tcp]),
    expect: [
      {
        subject,
        severity: 'warning',
        confidence: 'inferred',
        args: { by: 'name' },
        says: /none of the rules is asked/,
      },
    ],
  },
  {
    it: 'TCP by appProtocol',
    given: given([{ appProtocol: 'tcp' }]),
    expect: [{ subject, args: { by: 'appProtocol' } }],
  },
  { it: 'TLS, which a sidecar does not end', given: given([{ name: 'https' }]), expect: [{ subject }] },
  { it: 'appProtocol goes before the name', given: given([{ ...tcp, appProtocol: 'http' }]), expect: 'ok' },
  { it: 'HTTP', given: given([{ name: 'http-cart' }]), expect: 'ok' },
  { it: 'gRPC', given: given([{ name: 'grpc' }]), expect: 'ok' },
  { it: 'a name that says nothing: the bytes are looked at', given: given([{ name: 'cart' }]), expect: 'ok' },
  { it: 'no name', given: given([{ name: null }]), expect: 'ok' },
  { it: 'one port of two', given: given([tcp, { name: 'http', port: 81 }]), expect: 'ok' },
  { it: 'a host outside of the cluster', given: given([tcp], { hosts: ['web.example.com'] }), expect: 'ok' },
  { it: 'at a Gateway its server counts', given: given([tcp], { gateways: ['edge'] }), expect: 'not-applicable' },
  {
    it: 'rules for TCP as well',
    given: given([tcp], { destinations: virtualService([{}, { path: 'spec.tcp[0].route[0]' }]).destinations }),
    expect: 'not-applicable',
  },
  { it: 'no VirtualService', given: { ...given([tcp]), mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh is not known',
    given: modelOf(given([tcp]), { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
