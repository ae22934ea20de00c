import { container, pod } from '../../../test/build/pod.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import check from './tunnel-kept-out.ts'

const ambient = { dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' } }
const cart = pod('cart-1', ambient)
const web = pod('web-1', { ip: '10.2.1.1', ...ambient })
const plain = pod('web-1', { ip: '10.2.1.1' })
const from = (app: string) => [peer({ podSelector: labels({ app }) })]
const about = { podSelector: labels({ app: 'cart' }) }
const given = (policies: readonly NetworkPolicy[], pods: readonly Pod[] = [cart, web], more = {}) => ({
  networkPolicies: policies,
  pods,
  namespaces: [namespace('shop', { 'istio.io/dataplane-mode': 'ambient', ...more }), namespace('edge')],
  otherPolicies: [],
})
const open = ingressPolicy('cart', [rule(from('web'), [onPort(8080)])], about)

describeCheck(check, [
  {
    it: 'names whoever is told to call alone',
    given: {
      ...given(
        [ingressPolicy('cart', [rule([], [onPort(8080)])], about)],
        [
          cart,
          { ...web, containers: [container({ calls: [{ by: 'CART_URL', host: 'cart', port: 80 }] })] },
          pod('redis-1', { ip: '10.2.1.7', ...ambient }),
        ],
      ),
      services: [service('cart')],
    },
    expect: [{ subject: 'NetworkPolicy/shop/cart', args: { callers: ['Deployment shop/web'] } }],
  },
  {
    it: 'the port alone, to pods of the mesh',
    given: given([open]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/cart',
        severity: 'error',
        confidence: 'inferred',
        args: { direction: 'Ingress', port: 8080, callers: ['namespace shop'] },
      },
    ],
  },
  {
    it: 'what leaves the caller',
    given: given([egressPolicy('web', [rule(from('cart'), [onPort(8080)])], { podSelector: labels({ app: 'web' }) })]),
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { direction: 'Egress' } }],
  },
  {
    it: 'the tunnel as well',
    given: given([ingressPolicy('cart', [rule(from('web'), [onPort(8080), onPort(15_008)])], about)]),
    expect: 'ok',
  },
  {
    it: 'the tunnel by another policy',
    given: given([open, ingressPolicy('hbone', [rule([], [onPort(15_008)])], { podSelector: labels() })]),
    expect: 'ok',
  },
  { it: 'every port', given: given([ingressPolicy('cart', [rule(from('web'))], about)]), expect: 'ok' },
  { it: 'nobody is meant to come in', given: given([ingressPolicy('cart', [], about)]), expect: 'ok' },
  { it: 'the callers are outside of the mesh', given: given([open], [cart, plain]), expect: 'ok' },
  { it: 'the server is outside of the mesh', given: given([open], [pod('cart-1'), web]), expect: 'not-applicable' },
  {
    it: 'a waypoint stands between',
    given: given([open], [cart, web], { 'istio.io/use-waypoint': 'w' }),
    expect: 'cannot-tell',
  },
  {
    it: 'Cilium decides as well',
    given: {
      ...given([open]),
      otherPolicies: [{ kind: 'CiliumNetworkPolicy' as const, namespace: 'shop', name: 'hbone' }],
    },
    expect: 'cannot-tell',
  },
  { it: 'no policy', given: given([]), expect: 'not-applicable' },
  {
    it: 'callers of a namespace of the mesh whose pods were not listed',
    given: modelOf(
      {
        ...given([ingressPolicy('cart', [rule([namespaceNamed('front')], [onPort(8080)])], about)], [cart]),
        namespaces: [namespace('shop'), namespace('front', { 'istio.io/dataplane-mode': 'ambient' })],
      },
      {},
      { namespace: 'shop' },
    ),
    expect: [{ subject: 'NetworkPolicy/shop/cart', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'namespaces forbidden',
    given: modelOf(
      { networkPolicies: [open], pods: [cart, web] },
      { namespaces: unknown('forbidden', 'list namespaces') },
    ),
    expect: 'cannot-tell',
  },
])
