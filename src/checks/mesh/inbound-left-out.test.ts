import { destinationRule, mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Pod, SidecarTraffic } from '../../model/pod.ts'
import check from './inbound-left-out.ts'

const traffic = (about: Partial<SidecarTraffic>): Pick<Pod, 'meshBypass' | 'sidecarTraffic'> => ({
  meshBypass: true,
  sidecarTraffic: {
    notToPorts: [],
    notToRanges: [],
    toRanges: null,
    toPorts: [],
    notFromPorts: [],
    fromPorts: null,
    ...about,
  },
})
const calls = [{ by: 'CART_HOST', host: 'cart', port: 80 }]
const proxy = container({ name: 'istio-proxy', ports: [] })
const caller = meshPod('web-1', { containers: [container({ calls }), proxy] })
const server = (about: Partial<SidecarTraffic>) => meshPod('cart-1', traffic(about))
const given = (pods: readonly Pod[], about: Partial<Mesh> = {}) => ({
  mesh: mesh(about),
  services: [service('cart')],
  pods,
})
const left = server({ notFromPorts: [8080] })
const found = { subject: 'Service/shop/cart', args: { port: 8080, callers: ['Deployment shop/web'] } }

describeCheck(check, [
  {
    it: 'the port is excluded, and a pod of the mesh calls it',
    given: given([left, caller]),
    expect: [{ ...found, confidence: 'inferred', says: /excludeInboundPorts/ }],
  },
  {
    it: 'others alone are included',
    given: given([server({ fromPorts: [9090] }), caller]),
    expect: [{ subject: 'Service/shop/cart', args: { by: 'includeInboundPorts' } }],
  },
  {
    it: 'a file without DestinationRules',
    given: given([left, caller], { notHeld: ['DestinationRule'] }),
    expect: [{ ...found, confidence: 'possible' }],
  },
  {
    it: 'a DestinationRule that says nothing of TLS',
    given: given([left, caller], { destinationRules: [destinationRule([])] }),
    expect: [found],
  },
  {
    it: 'one that has plain text spoken',
    given: given([left, caller], { destinationRules: [destinationRule([], { tls: 'DISABLE' })] }),
    expect: 'ok',
  },
  {
    it: 'one of a port, which is not read',
    given: given([left, caller], { destinationRules: [destinationRule([], { portTls: 'some' })] }),
    expect: 'ok',
  },
  {
    it: 'a PeerAuthentication that takes no mTLS there',
    given: given([left, caller], {
      peerAuthentications: [
        peerAuthentication({ selector: { app: 'cart' }, mode: 'STRICT', ports: [{ port: 8080, mode: 'DISABLE' }] }),
      ],
    }),
    expect: 'ok',
  },
  { it: 'a port for others: metrics', given: given([server({ notFromPorts: [9090] }), caller]), expect: 'ok' },
  {
    it: 'a caller without a sidecar',
    given: given([left, pod('web-1', { containers: [container({ calls })] })]),
    expect: 'ok',
  },
  {
    it: 'a caller that goes past its own as well',
    given: given([left, { ...caller, ...traffic({ notToPorts: [80] }) }]),
    expect: 'ok',
  },
  { it: 'no such annotation', given: given([meshPod('cart-1'), caller]), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list peerauthentications') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
