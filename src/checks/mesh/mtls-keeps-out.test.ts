import { controller, ingress } from '../../../test/build/ingress.ts'
import { mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './mtls-keeps-out.ts'

const calls = [{ by: 'CART_HOST', host: 'cart', port: 80 }]
const caller = pod('web-1', { containers: [container({ calls })] })
const inside = meshPod('web-1', { containers: [container({ calls }), container({ name: 'istio-proxy' })] })
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
  { it: 'it takes both', given: given([server, caller], 'PERMISSIVE'), expect: 'not-applicable' },
  { it: 'one pod of it has no proxy', given: given([server, pod('cart-2'), caller]), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list peerauthentications') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
