import { controller, ingress } from '../../../test/build/ingress.ts'
import { mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { SidecarTraffic } from '../../model/pod.ts'
import check from './mtls-keeps-out.ts'

const calls = [{ by: 'CART_HOST', host: 'cart', port: 80 }]
const caller = pod('web-1', { containers: [container({ calls })] })
const inside = meshPod('web-1', { containers: [container({ calls }), container({ name: 'istio-proxy' })] })
const past = (about: Partial<SidecarTraffic>) =>
  meshPod('web-1', {
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
    containers: [container({ calls }), container({ name: 'istio-proxy' })],
  })
const server = meshPod('cart-1')
const edge = pod('controller-1', { namespace: 'ingress-nginx', labels: {} })
const given = (pods: readonly ReturnType<typeof pod>[], mode: 'STRICT' | 'PERMISSIVE' = 'STRICT') => ({
  mesh: mesh({ peerAuthentications: [peerAuthentication({ mode })] }),
  services: [service('cart')],
  pods,
})
const routed = { ingresses: [ingress([['/', 'cart', 80]])], ingressControllers: [controller()] }

describeCheck(check, [
  {
    it: 'a pod without a proxy is told to call it',
    given: given([server, caller]),
    expect: [{ subject: 'Service/shop/cart', args: { by: 'shop/default', callers: ['Deployment shop/web'] } }],
  },
  {
    it: 'an ingress controller without a proxy serves it',
    given: { ...given([server, edge]), ...routed },
    expect: [{ subject: 'Service/shop/cart', args: { callers: ['Ingress shop/web'] } }],
  },
  {
    it: "another class has a controller in the mesh: the mesh's own gateway",
    given: {
      ...given([server, edge, meshPod('gateway-1', { namespace: 'istio-system', labels: {} })]),
      ingresses: routed.ingresses,
      ingressControllers: [
        controller(),
        controller({
          pod: 'gateway-1',
          namespace: 'istio-system',
          controller: 'istio.io/ingress-controller',
          classNames: ['istio'],
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', args: { callers: ['Ingress shop/web'] } }],
  },
  {
    it: 'an ingress controller in the mesh',
    given: {
      ...given([server, meshPod('controller-1', { namespace: 'ingress-nginx', labels: {} })]),
      ...routed,
    },
    expect: 'ok',
  },
  { it: 'an ingress controller whose pod was not read', given: { ...given([server]), ...routed }, expect: 'ok' },
  { it: 'a caller in the mesh', given: given([server, inside]), expect: 'ok' },
  {
    it: 'a caller in the mesh that goes past its proxy by the port',
    given: given([server, past({ notToPorts: [80] })]),
    expect: [
      {
        subject: 'Service/shop/cart',
        args: { callers: ['Deployment shop/web'], around: 'excludeOutboundPorts' },
        says: /past its own proxy by excludeOutboundPorts/,
      },
    ],
  },
  {
    it: 'by the address of the Service',
    given: given([server, past({ notToRanges: ['10.96.0.0/12'] })]),
    expect: [{ subject: 'Service/shop/cart', args: { around: 'excludeOutboundIPRanges' } }],
  },
  {
    it: 'which no range has that alone goes by the proxy',
    given: given([server, past({ toRanges: ['192.0.2.0/24'] })]),
    expect: [{ subject: 'Service/shop/cart', args: { around: 'includeOutboundIPRanges' } }],
  },
  {
    it: "the ranges have the cluster's Services",
    given: given([server, past({ toRanges: ['10.96.0.0/12'] })]),
    expect: 'ok',
  },
  {
    it: 'the port is taken wherever it leads',
    given: given([server, past({ toRanges: [], toPorts: [80] })]),
    expect: 'ok',
  },
  { it: 'the port is that of the pod', given: given([server, past({ notToPorts: [8080] })]), expect: 'ok' },
  {
    it: 'an annotation of old recordings, which do not say which port',
    given: given([server, { ...inside, meshBypass: true as const }]),
    expect: 'ok',
  },
  {
    it: 'a server whose own port goes past its proxy',
    given: given([{ ...past({ notFromPorts: [8080] }), name: 'cart-1', labels: server.labels }, caller]),
    expect: 'not-applicable',
  },
  { it: 'it takes both', given: given([server, caller], 'PERMISSIVE'), expect: 'not-applicable' },
  { it: 'one pod of it has no proxy', given: given([server, pod('cart-2'), caller]), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list peerauthentications') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
